//! A core module whose functions give the answers.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, EntityType, ExportKind, ExportSection, Function,
    FunctionSection, GlobalSection, GlobalType, ImportSection, MemArg, MemoryType, Module,
    TypeSection, ValType,
};

/// What a function does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Writes bytes to where parameters point, and gives a value if its type has one.
    Gives {
        /// A parameter, and the bytes.
        writes: Vec<(u32, Vec<u8>)>,
        /// The value.
        value: i64,
    },
    /// Gives a random number.
    Random,
    /// Fills memory with random bytes: parameters for address and length. Gives 0.
    Fills(u32, u32),
    /// A list of as many random bytes as the first parameter says, where the second points.
    RandomList,
    /// A list of the numbers from 0 up to the second parameter, where the third points: everything is ready.
    Ready,
    /// Takes all that is written to a file of preview 1: parameters for the list of pieces, how many these are, and
    /// where to write how many bytes that was. Gives 0.
    Takes(u32, u32, u32),
    /// Ends the call.
    Ends,
}

impl Answer {
    /// Nothing, or zero.
    pub(super) fn value(value: i64) -> Self {
        Self::Gives {
            writes: Vec::new(),
            value,
        }
    }

    /// These bytes, where the last parameter points.
    pub(super) fn written(params: &[ValType], bytes: Vec<u8>) -> Self {
        let last = u32::try_from(params.len()).unwrap_or_default();
        Self::Gives {
            writes: vec![(last.saturating_sub(1), bytes)],
            value: 0,
        }
    }
}

/// A function of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answering {
    pub(super) name: String,
    pub(super) params: Vec<ValType>,
    pub(super) result: Option<ValType>,
    pub(super) answer: Answer,
}

/// What the module is given by the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub(super) memory: bool,
    pub(super) realloc: bool,
}

/// Where a module finds what it is given.
pub(super) const FROM: &str = "env";
pub(super) const MEMORY: &str = "memory";
pub(super) const REALLOC: &str = "realloc";

/// The seed of random numbers.
const SEED: i64 = 0x5eed;

/// Makes the module.
pub(super) fn module(functions: &[Answering], given: Given) -> Vec<u8> {
    let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
    let mut kinds = 0;
    let mut kind = |types: &mut TypeSection, params: &[ValType], result: Option<ValType>| {
        types.ty().function(params.iter().copied(), result);
        kinds += 1;
        kinds - 1
    };
    if given.memory {
        let memory = MemoryType {
            minimum: 0,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        };
        imports.import(FROM, MEMORY, memory);
    }
    if given.realloc {
        let index = kind(&mut types, &[ValType::I32; 4], Some(ValType::I32));
        imports.import(FROM, REALLOC, EntityType::Function(index));
    }
    let (mut declared, mut code) = (FunctionSection::new(), CodeSection::new());
    let own = Own::after(u32::from(given.realloc));
    declared.function(kind(&mut types, &[], Some(ValType::I64)));
    code.function(&next());
    if given.memory {
        declared.function(kind(&mut types, &[ValType::I32; 2], None));
        code.function(&fill(own));
    }
    let mut exports = ExportSection::new();
    let first = own.next + 1 + u32::from(given.memory);
    for (index, one) in (first..).zip(functions) {
        declared.function(kind(&mut types, &one.params, one.result));
        code.function(&body(one, own));
        exports.export(&one.name, ExportKind::Func, index);
    }
    let mut globals = GlobalSection::new();
    let state = GlobalType {
        val_type: ValType::I64,
        mutable: true,
        shared: false,
    };
    globals.global(state, &ConstExpr::i64_const(SEED));
    let mut made = Module::new();
    made.section(&types)
        .section(&imports)
        .section(&declared)
        .section(&globals)
        .section(&exports)
        .section(&code);
    made.finish()
}

/// The module's own functions, by index: `realloc`, where it is given, is 0.
#[derive(Clone, Copy)]
struct Own {
    next: u32,
    fill: u32,
}

impl Own {
    fn after(imported: u32) -> Self {
        Self {
            next: imported,
            fill: imported + 1,
        }
    }
}

/// The index of the function `realloc` that the guest gives.
const GIVEN_REALLOC: u32 = 0;

fn at(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        memory_index: 0,
    }
}

/// The next random number: SplitMix64 (Steele, Lea, Flood 2014).
fn next() -> Function {
    let mut code = Function::new([(1, ValType::I64)]);
    let mut out = code.instructions();
    out.global_get(0)
        .i64_const(-0x61c8_8646_80b5_83eb)
        .i64_add()
        .local_tee(0)
        .global_set(0);
    for (shift, factor) in [(30, -0x40a7_b892_e31b_1a47), (27, -0x6b2f_b644_ecce_ee15)] {
        out.local_get(0)
            .local_get(0)
            .i64_const(shift)
            .i64_shr_u()
            .i64_xor()
            .i64_const(factor)
            .i64_mul()
            .local_set(0);
    }
    out.local_get(0)
        .local_get(0)
        .i64_const(31)
        .i64_shr_u()
        .i64_xor()
        .end();
    code
}

/// Fills memory, from an address on, with so many random bytes.
fn fill(own: Own) -> Function {
    let (address, left) = (0, 1);
    let mut code = Function::new([]);
    code.instructions()
        .block(BlockType::Empty)
        .loop_(BlockType::Empty)
        .local_get(left)
        .i32_eqz()
        .br_if(1)
        .local_get(address)
        .call(own.next)
        .i64_store8(at(0))
        .local_get(address)
        .i32_const(1)
        .i32_add()
        .local_set(address)
        .local_get(left)
        .i32_const(1)
        .i32_sub()
        .local_set(left)
        .br(0)
        .end()
        .end()
        .end();
    code
}

fn body(one: &Answering, own: Own) -> Function {
    let locals = u32::try_from(one.params.len()).unwrap_or_default();
    let (first, second) = (locals, locals + 1);
    let mut code = Function::new([(2, ValType::I32)]);
    let mut out = code.instructions();
    let mut value = 0;
    match &one.answer {
        Answer::Gives {
            writes,
            value: gives,
        } => {
            value = *gives;
            for (param, bytes) in writes {
                for (offset, byte) in (0..).zip(bytes) {
                    out.local_get(*param)
                        .i32_const(i32::from(*byte))
                        .i32_store8(at(offset));
                }
            }
        }
        Answer::Random => {
            out.call(own.next).end();
            return code;
        }
        Answer::Fills(address, length) => {
            out.local_get(*address).local_get(*length).call(own.fill);
        }
        Answer::RandomList => {
            // A list's bytes stand in memory that the guest allocates.
            out.i32_const(0)
                .i32_const(0)
                .i32_const(1)
                .local_get(0)
                .i32_wrap_i64();
            out.call(GIVEN_REALLOC).local_tee(first);
            out.local_get(0).i32_wrap_i64().call(own.fill);
            out.local_get(1).local_get(first).i32_store(at(0));
            out.local_get(1)
                .local_get(0)
                .i32_wrap_i64()
                .i32_store(at(4));
        }
        Answer::Ready => {
            out.i32_const(0).i32_const(0).i32_const(4);
            out.local_get(1).i32_const(4).i32_mul();
            out.call(GIVEN_REALLOC).local_set(first);
            out.block(BlockType::Empty).loop_(BlockType::Empty);
            out.local_get(second).local_get(1).i32_ge_u().br_if(1);
            out.local_get(first)
                .local_get(second)
                .i32_const(4)
                .i32_mul()
                .i32_add();
            out.local_get(second).i32_store(at(0));
            out.local_get(second)
                .i32_const(1)
                .i32_add()
                .local_set(second);
            out.br(0).end().end();
            out.local_get(2).local_get(first).i32_store(at(0));
            out.local_get(2).local_get(1).i32_store(at(4));
        }
        Answer::Takes(list, count, written) => {
            // A piece is an address and a length.
            out.block(BlockType::Empty).loop_(BlockType::Empty);
            out.local_get(second).local_get(*count).i32_ge_u().br_if(1);
            out.local_get(*list)
                .local_get(second)
                .i32_const(8)
                .i32_mul()
                .i32_add();
            out.i32_load(at(4))
                .local_get(first)
                .i32_add()
                .local_set(first);
            out.local_get(second)
                .i32_const(1)
                .i32_add()
                .local_set(second);
            out.br(0).end().end();
            out.local_get(*written).local_get(first).i32_store(at(0));
        }
        Answer::Ends => {
            out.unreachable().end();
            return code;
        }
    }
    match one.result {
        Some(ValType::I64) => {
            out.i64_const(value);
        }
        Some(ValType::F32) => {
            out.f32_const(0.0.into());
        }
        Some(ValType::F64) => {
            out.f64_const(0.0.into());
        }
        Some(_) => {
            out.i32_const(i32::try_from(value).unwrap_or_default());
        }
        None => {}
    }
    out.end();
    code
}
