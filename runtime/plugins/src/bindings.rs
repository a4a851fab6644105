//! Bindings to the contract, generated from `wit/`.
//!
//! Only this crate sees these types: `translate` and the folders of the roles turn them into the engine's own and
//! back. A component may leave out what it does not need, so nothing here instantiates a whole world; see `component`.
#![allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "pure",
    imports: { default: async | trappable },
    exports: { default: async },
});

/// What the roles besides planning import and export.
pub(crate) mod roles {
    wasmtime::component::bindgen!({
        path: "../../wit",
        inline: "
            package windlass:host;
            world roles {
                import windlass:plugin/process@0.1.0;
                import windlass:plugin/http@0.1.0;
                import windlass:plugin/io@0.1.0;
                import windlass:plugin/target@0.1.0;
                import windlass:plugin/deploying@0.1.0;
                export windlass:plugin/actor@0.1.0;
                export windlass:plugin/deploy@0.1.0;
                export windlass:plugin/connector@0.1.0;
                export windlass:plugin/inventory@0.1.0;
                export windlass:plugin/observer@0.1.0;
                export windlass:plugin/secret-source@0.1.0;
            }
        ",
        world: "windlass:host/roles",
        imports: { default: async | trappable },
        exports: { default: async },
        with: {
            "windlass:plugin/types": super::windlass::plugin::types,
            "windlass:plugin/io.reader": crate::granted::Reader,
            "windlass:plugin/io.writer": crate::granted::Writer,
        },
    });
}

pub(crate) use roles::exports::windlass::plugin as exports_of_roles;
