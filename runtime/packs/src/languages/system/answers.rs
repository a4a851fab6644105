//! The answers to runtimes that are made for WASI's second version, whose functions have types.

use wasm_encoder::ValType;
use wit_parser::abi::{AbiVariant, WasmType};
use wit_parser::{Function, Handle, Int, Resolve, Result_, SizeAlign, Type, TypeDefKind, WorldKey};

use super::module::{Answer, Answering};

/// What a component imports beyond the contract, by interface and function.
pub(super) struct Imported {
    resolve: Resolve,
    sizes: SizeAlign,
    world: wit_parser::WorldId,
}

impl Imported {
    /// Of a component's bytes; none where they are no component.
    pub(super) fn of(component: &[u8]) -> Option<Self> {
        let decoded = wit_parser::decoding::decode(component).ok()?;
        let wit_parser::decoding::DecodedWasm::Component(resolve, world) = decoded else {
            return None;
        };
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        Some(Self {
            resolve,
            sizes,
            world,
        })
    }

    /// The function that stands in for one of them; none where there is no such function.
    pub(super) fn answering(&self, interface: &str, name: &str) -> Option<Answering> {
        let imports = &self.resolve.worlds.get(self.world)?.imports;
        let id = imports.keys().find_map(|key| match key {
            WorldKey::Interface(id) if self.resolve.name_world_key(key) == interface => Some(*id),
            _ => None,
        })?;
        let function = self.resolve.interfaces.get(id)?.functions.get(name)?;
        let signature = self
            .resolve
            .wasm_signature(AbiVariant::GuestImport, function);
        let params: Vec<ValType> = signature.params.iter().map(core).collect();
        let unversioned = interface.split('@').next().unwrap_or_default();
        Some(Answering {
            name: format!("{interface}#{name}"),
            answer: self.answer(unversioned, function, &params, signature.retptr),
            params,
            result: signature.results.first().map(core),
        })
    }

    fn answer(
        &self,
        interface: &str,
        function: &Function,
        params: &[ValType],
        pointer: bool,
    ) -> Answer {
        match (interface, function.name.as_str()) {
            ("wasi:cli/exit", _) => return Answer::Ends,
            ("wasi:io/poll", "poll") => return Answer::Ready,
            ("wasi:random/random" | "wasi:random/insecure", name) => {
                return if name.ends_with("u64") {
                    Answer::Random
                } else {
                    Answer::RandomList
                };
            }
            _ => {}
        }
        let Some(result) = &function.result else {
            return Answer::value(0);
        };
        let mut bytes = vec![0; self.sizes.size(result).size_wasm32()];
        if !special(interface, &function.name, &mut bytes) {
            let mut writer = Writer {
                types: self,
                network: interface.starts_with("wasi:sockets"),
                bytes: &mut bytes,
            };
            writer.write(result, 0);
        }
        if pointer {
            return Answer::written(params, bytes);
        }
        bytes.resize(8, 0);
        let value = bytes.first_chunk().copied().map(i64::from_le_bytes);
        Answer::value(value.unwrap_or_default())
    }

    fn payload<'a>(&self, cases: impl IntoIterator<Item = Option<&'a Type>>, tag: Int) -> usize {
        self.sizes.payload_offset(tag, cases).size_wasm32()
    }
}

fn core(ty: &WasmType) -> ValType {
    match ty {
        WasmType::I64 | WasmType::PointerOrI64 => ValType::I64,
        WasmType::F32 => ValType::F32,
        WasmType::F64 => ValType::F64,
        _ => ValType::I32,
    }
}

/// Answers that types do not say: output is taken, a clock has a resolution, whoever waits need not. Gives false for
/// all others.
fn special(interface: &str, name: &str, bytes: &mut [u8]) -> bool {
    let method = name.rsplit('.').next().unwrap_or_default();
    match (interface, method) {
        // `ok`, with how many bytes may be written: any number.
        ("wasi:io/streams", "check-write") => set(bytes, 10, 1),
        ("wasi:io/streams", one) if one.contains("write") || one.contains("flush") => {}
        ("wasi:clocks/monotonic-clock" | "wasi:clocks/system-clock", "resolution") => {
            set(bytes, 0, 1)
        }
        // Seconds, then nanoseconds.
        ("wasi:clocks/wall-clock", "resolution") => set(bytes, 8, 1),
        ("wasi:io/poll", "ready") => set(bytes, 0, 1),
        _ => return false,
    }
    true
}

fn set(bytes: &mut [u8], at: usize, byte: u8) {
    if let Some(one) = bytes.get_mut(at) {
        *one = byte;
    }
}

/// Writes the answer of a type: what is empty or zero, handles that mean nothing, and of a result its error.
struct Writer<'a> {
    types: &'a Imported,
    network: bool,
    bytes: &'a mut [u8],
}

impl Writer<'_> {
    fn write(&mut self, ty: &Type, at: usize) {
        let Type::Id(id) = ty else {
            if *ty == Type::String {
                set(self.bytes, at, 1);
            }
            return;
        };
        let types = self.types;
        let Some(defined) = types.resolve.types.get(*id) else {
            return;
        };
        match &defined.kind {
            TypeDefKind::Type(other) => self.write(other, at),
            // An address that is aligned for everything.
            TypeDefKind::List(_) => set(self.bytes, at, 8),
            TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_)) => set(self.bytes, at, 1),
            TypeDefKind::Record(record) => {
                self.fields(record.fields.iter().map(|field| &field.ty), at);
            }
            TypeDefKind::Tuple(tuple) => self.fields(&tuple.types, at),
            TypeDefKind::Result(Result_ { ok, err }) => {
                set(self.bytes, at, 1);
                if let Some(err) = err {
                    let payload = types.payload([ok.as_ref(), Some(err)], Int::U8);
                    self.write(err, at + payload);
                }
            }
            TypeDefKind::Enum(cases) => {
                let names: Vec<&str> = cases.cases.iter().map(|case| case.name.as_str()).collect();
                let wanted = if self.network {
                    "access-denied"
                } else {
                    "no-entry"
                };
                set(self.bytes, at, position(&names, wanted));
            }
            TypeDefKind::Variant(variant) => {
                let names: Vec<&str> = variant
                    .cases
                    .iter()
                    .map(|case| case.name.as_str())
                    .collect();
                set(self.bytes, at, position(&names, "closed"));
            }
            _ => {}
        }
    }

    fn fields<'b>(&mut self, fields: impl IntoIterator<Item = &'b Type>, at: usize) {
        for (offset, ty) in self.types.sizes.field_offsets(fields) {
            self.write(ty, at + offset.size_wasm32());
        }
    }
}

/// Where a case stands; the first where it has none of that name.
fn position(names: &[&str], wanted: &str) -> u8 {
    let found = names.iter().position(|name| *name == wanted);
    found
        .and_then(|at| u8::try_from(at).ok())
        .unwrap_or_default()
}
