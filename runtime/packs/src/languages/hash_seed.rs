//! A library for the inside of a component in Python: it says that hashes of text begin with no random number.
//!
//! They would begin with another one each time a component is made, and with them the order of sets: a pack that goes
//! over one would plan otherwise in each build. CPython reads the variable `PYTHONHASHSEED` when it starts. componentize-py
//! gives it no environment, but links libraries that it finds beside modules, and these are called before CPython starts.

use std::borrow::Cow;

use wasm_encoder::{
    CodeSection, ConstExpr, CustomSection, DataSection, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, GlobalType, ImportSection, MemoryType, Module, TypeSection, ValType,
};

/// Its file: of a kind that componentize-py takes for a library.
pub(super) const FILE: &str = "windlass_hash_seed.abi3.so";

/// A variable and its value, as C has them.
const VARIABLE: &[u8] = b"PYTHONHASHSEED\0";
const VALUE: &[u8] = b"0\0";

/// What a library needs of memory and tables, as the convention for dynamic linking has it
/// (<https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md>): the kind and size of a subsection, then
/// bytes of memory, their alignment, and the same of the table.
const NEEDS: [u8; 6] = [1, 4, 17, 0, 0, 0];

/// The library, of one function: `setenv(VARIABLE, VALUE, 1)`.
pub(super) fn library() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    types.ty().function([ValType::I32; 3], [ValType::I32]);
    let mut imports = ImportSection::new();
    let memory = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let base = GlobalType {
        val_type: ValType::I32,
        mutable: false,
        shared: false,
    };
    imports.import("env", "memory", memory);
    imports.import("env", "__memory_base", base);
    imports.import("env", "setenv", EntityType::Function(1));
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut exports = ExportSection::new();
    exports.export("__wasm_call_ctors", ExportKind::Func, 1);
    let mut start = Function::new([]);
    start
        .instructions()
        .global_get(0)
        .global_get(0)
        .i32_const(VARIABLE.len() as i32)
        .i32_add()
        .i32_const(1)
        .call(0)
        .drop()
        .end();
    let mut code = CodeSection::new();
    code.function(&start);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::global_get(0), [VARIABLE, VALUE].concat());
    let mut library = Module::new();
    library
        .section(&CustomSection {
            name: Cow::Borrowed("dylink.0"),
            data: Cow::Borrowed(&NEEDS),
        })
        .section(&types)
        .section(&imports)
        .section(&functions)
        .section(&exports)
        .section(&code)
        .section(&data);
    library.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_module_that_has_room_for_its_texts() {
        assert!(wasmparser::validate(&library()).is_ok());
        assert_eq!(
            NEEDS.get(2).copied(),
            u8::try_from(VARIABLE.len() + VALUE.len()).ok()
        );
    }
}
