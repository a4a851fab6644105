//! The answers to programs in C, whose library is made for WASI's first version.

use wasm_encoder::ValType;
use wasmparser::{Parser, Payload, TypeRef};

use super::module::{Answer, Answering, Given, module};

/// What the library imports from.
pub(in crate::languages) const IMPORTED: &str = "wasi_snapshot_preview1";

// WASI's numbers of errors.
const BAD_FILE: i64 = 8;
const NO_FILE: i64 = 44;
const NOT_SUPPORTED: i64 = 58;
const NO_SEEK: i64 = 70;

/// A module with all that a core module imports of the system; none where it imports nothing of it.
pub(in crate::languages) fn adapter(core: &[u8]) -> wasmparser::Result<Option<Vec<u8>>> {
    let mut types = Vec::new();
    let mut found = Vec::new();
    for payload in Parser::new(0).parse_all(core) {
        match payload? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(ty?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    let TypeRef::Func(index) = import.ty else {
                        continue;
                    };
                    if let (IMPORTED, Some(ty)) = (import.module, types.get(index as usize)) {
                        let value = |one: &wasmparser::ValType| match one {
                            wasmparser::ValType::I64 => ValType::I64,
                            _ => ValType::I32,
                        };
                        found.push(Answering {
                            name: import.name.to_owned(),
                            params: ty.params().iter().map(value).collect(),
                            result: ty.results().first().map(value),
                            answer: answer(import.name),
                        });
                    }
                }
                break;
            }
            _ => {}
        }
    }
    let given = Given {
        memory: true,
        realloc: false,
    };
    Ok((!found.is_empty()).then(|| module(&found, given)))
}

/// The answer of a function.
fn answer(name: &str) -> Answer {
    let writes = |writes: Vec<(u32, Vec<u8>)>| Answer::Gives { writes, value: 0 };
    match name {
        "args_sizes_get" | "environ_sizes_get" => writes(vec![(0, vec![0; 4]), (1, vec![0; 4])]),
        "clock_time_get" => writes(vec![(2, vec![0; 8])]),
        "clock_res_get" => writes(vec![(1, vec![1, 0, 0, 0, 0, 0, 0, 0])]),
        "random_get" => Answer::Fills(0, 1),
        "fd_write" => Answer::Takes(1, 2, 3),
        "fd_read" => writes(vec![(3, vec![0; 4])]),
        // A character device with all rights: what is written to a terminal is not kept back.
        "fd_fdstat_get" => writes(vec![(1, [vec![2], vec![0; 7], vec![255; 16]].concat())]),
        "fd_seek" | "fd_tell" => Answer::value(NO_SEEK),
        "proc_exit" => Answer::Ends,
        "args_get" | "environ_get" | "fd_close" | "sched_yield" => Answer::value(0),
        name if name.starts_with("fd_") => Answer::value(BAD_FILE),
        name if name.starts_with("path_") => Answer::value(NO_FILE),
        _ => Answer::value(NOT_SUPPORTED),
    }
}
