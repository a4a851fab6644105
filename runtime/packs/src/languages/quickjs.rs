//! QuickJS ends calls that are nested too deeply with a `RangeError`, as a browser does, wherever it knows how far its
//! stack may grow. Compiled for WASI it takes that for unlimited, and the host has to end the component. The limit is a
//! field of its runtime, written once when that is made: here it is set in the snapshot.
//!
//! | Bytes from `stack_top` on | Field of `JSRuntime` | In a snapshot |
//! | --- | --- | --- |
//! | -28 | `tmp_obj_list` | an empty list: two pointers to itself |
//! | -4 | `stack_size` | 0: no limit |
//! | 0 | `stack_top` | where the stack stood: below all data |
//! | 4 | `stack_limit` | 0 |
//! | 8 | `current_exception` | `JS_UNINITIALIZED`, tag 4 in the upper half |
//!
//! A runtime that looks otherwise stays as it is: the host then ends what is nested too deeply, as before.

use wasm_encoder::reencode::{Reencode, RoundtripReencoder};
use wasm_encoder::{ConstExpr, DataCountSection, DataSection, Module, RawSection};
use wasmparser::{BinaryReaderError, Data, DataKind, Operator, Parser, Payload};

/// How far the stack may grow, in bytes of the component's memory. A call of a function takes about 270; the host's own
/// stack, of which it takes more, was used up at 150,000 and above (accessors, generators, callbacks of `replace`).
const DEPTH: u32 = 112 << 10;

/// A core module whose QuickJS limits its stack; none where the module has no runtime that is known.
pub(super) fn limited(module: &[u8]) -> Option<Vec<u8>> {
    let memory = Memory::of(module).ok()??;
    let (address, limit) = memory.limit()?;
    with_segment(module, address, &limit.to_le_bytes()).ok()
}

/// What a module's data lays into its memory.
struct Memory {
    start: u32,
    bytes: Vec<u8>,
}

impl Memory {
    /// None where there is no data, or some of it lies nowhere that is known.
    fn of(module: &[u8]) -> Result<Option<Self>, BinaryReaderError> {
        let mut segments = Vec::new();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::DataSection(section) = payload? {
                for segment in section {
                    let segment = segment?;
                    let Some(at) = address(&segment)? else {
                        return Ok(None);
                    };
                    segments.push((at, segment.data));
                }
            }
        }
        Ok(Self::laid(&segments))
    }

    fn laid(segments: &[(u32, &[u8])]) -> Option<Self> {
        let start = segments.iter().map(|(at, _)| *at).min()?;
        let within = |at: u32| usize::try_from(at - start).ok();
        let ends = segments
            .iter()
            .filter_map(|(at, data)| within(*at)?.checked_add(data.len()));
        let mut bytes = vec![0; ends.max()?];
        for (at, data) in segments {
            let at = within(*at)?;
            bytes.get_mut(at..at + data.len())?.copy_from_slice(data);
        }
        Some(Self { start, bytes })
    }

    fn word(&self, at: u32) -> Option<u32> {
        let at = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let bytes = self.bytes.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    }

    /// The address of `stack_limit`, and what it is to be.
    fn limit(&self) -> Option<(u32, u32)> {
        let end = self
            .start
            .checked_add(u32::try_from(self.bytes.len()).ok()?)?;
        let first = self.start.next_multiple_of(4);
        let mut found = (first..end).step_by(4).filter_map(|at| self.top(at));
        let (at, top) = found.next()?;
        let limit = top.checked_sub(DEPTH).filter(|_| found.next().is_none())?;
        Some((at + 4, limit))
    }

    /// The address and the value of `stack_top`, if that is what stands there.
    fn top(&self, at: u32) -> Option<(u32, u32)> {
        let list = at.checked_sub(28)?;
        let fields = [
            (list, list),
            (list + 4, list),
            (at - 4, 0),
            (at.checked_add(4)?, 0),
            (at.checked_add(8)?, 0),
            (at.checked_add(12)?, 4),
        ];
        let there = fields
            .iter()
            .all(|(at, value)| self.word(*at) == Some(*value));
        let top = self.word(at).filter(|top| there && *top < list)?;
        Some((at, top))
    }
}

/// Where a segment lies, if that is a number.
fn address(segment: &Data<'_>) -> Result<Option<u32>, BinaryReaderError> {
    let DataKind::Active {
        memory_index: 0,
        offset_expr,
    } = &segment.kind
    else {
        return Ok(None);
    };
    Ok(match offset_expr.get_operators_reader().read()? {
        Operator::I32Const { value } => Some(value.cast_unsigned()),
        _ => None,
    })
}

/// The module with one more segment of data; nothing else of it changes.
fn with_segment(
    module: &[u8],
    address: u32,
    bytes: &[u8],
) -> Result<Vec<u8>, wasm_encoder::reencode::Error> {
    let mut made = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::DataCountSection { count, .. } => {
                made.section(&DataCountSection { count: count + 1 });
            }
            Payload::DataSection(section) => {
                let mut data = DataSection::new();
                RoundtripReencoder.parse_data_section(&mut data, section)?;
                let at = ConstExpr::i32_const(address.cast_signed());
                data.active(0, &at, bytes.iter().copied());
                made.section(&data);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let (start, end) = (range.start as usize, range.end as usize);
                    let data = module.get(start..end).unwrap_or_default();
                    made.section(&RawSection { id, data });
                }
            }
        }
    }
    Ok(made.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use wasm_encoder::{MemorySection, MemoryType};

    use super::*;

    const TOP: u32 = 0xf_fe10;

    /// A module with a runtime at each of these addresses, of which all but the zeros are data.
    fn module(runtimes: &[u32], tag: u32) -> Vec<u8> {
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 32,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        let mut data = DataSection::new();
        let mut put = |at: u32, words: &[u32]| {
            let bytes = words.iter().flat_map(|word| word.to_le_bytes());
            let bytes: Vec<u8> = bytes.collect();
            data.active(0, &ConstExpr::i32_const(at.cast_signed()), bytes);
        };
        put(0x10_0000, &[1, 2, 3]);
        for at in runtimes {
            put(at - 28, &[at - 28, at - 28]);
            put(*at, &[TOP]);
            put(at + 12, &[tag]);
        }
        let mut made = Module::new();
        made.section(&memories);
        made.section(&DataCountSection { count: data.len() });
        made.section(&data);
        made.finish()
    }

    fn limit_at(module: &[u8], runtime: u32) -> u32 {
        wasmparser::Validator::new().validate_all(module).unwrap();
        let memory = Memory::of(module).unwrap().unwrap();
        memory.word(runtime + 4).unwrap()
    }

    #[test]
    fn a_runtime_without_a_limit_gets_one() {
        let at = 0x12_6028;
        let made = limited(&module(&[at], 4)).unwrap();
        assert_eq!(limit_at(&made, at), TOP - DEPTH);
        assert_eq!(limited(&made), None, "it has one already");
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        assert_eq!(limited(&module(&[], 4)), None);
        assert_eq!(limited(&module(&[0x12_6028], 5)), None);
        assert_eq!(limited(&module(&[0x12_6028, 0x13_0000], 4)), None);
        assert_eq!(limited(b"no module"), None);
    }
}
