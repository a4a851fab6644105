//! Bindings of the worlds besides the planning one, and what the export macros call.
#![allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]

pub mod listing {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "listing",
        pub_export_macro: true,
        export_macro_name: "export_listing",
        default_bindings_module: "windlass_sdk::roles::bindings::listing",
        with: {
            "windlass:plugin/types@0.1.0": crate::guest::bindings::windlass::plugin::types,
            "windlass:plugin/local-files@0.1.0": crate::guest::bindings::windlass::plugin::local_files,
            "windlass:plugin/log@0.1.0": crate::guest::bindings::windlass::plugin::log,
        },
    });
}

pub mod connecting {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "connecting",
        pub_export_macro: true,
        export_macro_name: "export_connecting",
        default_bindings_module: "windlass_sdk::roles::bindings::connecting",
        with: {
            "windlass:plugin/types@0.1.0": crate::guest::bindings::windlass::plugin::types,
            "windlass:plugin/process@0.1.0": super::listing::windlass::plugin::process,
            "windlass:plugin/http@0.1.0": super::listing::windlass::plugin::http,
            "windlass:plugin/log@0.1.0": crate::guest::bindings::windlass::plugin::log,
        },
    });
}

pub mod acting {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "acting",
        pub_export_macro: true,
        export_macro_name: "export_acting",
        default_bindings_module: "windlass_sdk::roles::bindings::acting",
        with: {
            "windlass:plugin/types@0.1.0": crate::guest::bindings::windlass::plugin::types,
            "windlass:plugin/facts@0.1.0": crate::guest::bindings::windlass::plugin::facts,
            "windlass:plugin/context@0.1.0": crate::guest::bindings::windlass::plugin::context,
            "windlass:plugin/local-files@0.1.0": crate::guest::bindings::windlass::plugin::local_files,
            "windlass:plugin/secrets@0.1.0": crate::guest::bindings::windlass::plugin::secrets,
            "windlass:plugin/log@0.1.0": crate::guest::bindings::windlass::plugin::log,
        },
    });
}

pub mod deploying {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "deploying-world",
        pub_export_macro: true,
        export_macro_name: "export_deploying",
        default_bindings_module: "windlass_sdk::roles::bindings::deploying",
        with: {
            "windlass:plugin/types@0.1.0": crate::guest::bindings::windlass::plugin::types,
            "windlass:plugin/target@0.1.0": super::acting::windlass::plugin::target,
            "windlass:plugin/facts@0.1.0": crate::guest::bindings::windlass::plugin::facts,
            "windlass:plugin/context@0.1.0": crate::guest::bindings::windlass::plugin::context,
            "windlass:plugin/local-files@0.1.0": crate::guest::bindings::windlass::plugin::local_files,
            "windlass:plugin/log@0.1.0": crate::guest::bindings::windlass::plugin::log,
        },
    });
}

pub mod observing {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "observing",
        pub_export_macro: true,
        export_macro_name: "export_observing",
        default_bindings_module: "windlass_sdk::roles::bindings::observing",
        with: {
            "windlass:plugin/types@0.1.0": crate::guest::bindings::windlass::plugin::types,
            "windlass:plugin/log@0.1.0": crate::guest::bindings::windlass::plugin::log,
        },
    });
}

pub mod providing {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "providing",
        pub_export_macro: true,
        export_macro_name: "export_providing",
        default_bindings_module: "windlass_sdk::roles::bindings::providing",
        with: {
            "windlass:plugin/types@0.1.0": crate::guest::bindings::windlass::plugin::types,
            "windlass:plugin/process@0.1.0": super::listing::windlass::plugin::process,
            "windlass:plugin/http@0.1.0": super::listing::windlass::plugin::http,
            "windlass:plugin/local-files@0.1.0": crate::guest::bindings::windlass::plugin::local_files,
            "windlass:plugin/log@0.1.0": crate::guest::bindings::windlass::plugin::log,
        },
    });
}
