//! Bindings to the contract, generated from `wit/`.
//!
//! Only this crate sees these types: `translate` turns them into the engine's own and back. A component may leave
//! out one of the two exports, so nothing here instantiates the whole world; see `component`.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "pure",
    imports: { default: async | trappable },
    exports: { default: async },
});
