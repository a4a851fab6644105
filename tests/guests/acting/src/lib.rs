//! A guest that wants to act while it plans: it exports operations, and imports the host it runs on.
#![allow(unsafe_code, missing_docs)]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package windlass:test;
        world acting-while-planning {
            import windlass:plugin/target@0.1.0;
            export windlass:plugin/operations@0.1.0;
        }
    ",
    world: "windlass:test/acting-while-planning",
    generate_all,
});

use exports::windlass::plugin::operations::{Error, Guest, OperationInfo, Planned};
use windlass::plugin::target;

struct Acting;

impl Guest for Acting {
    fn describe() -> Vec<OperationInfo> {
        Vec::new()
    }

    fn plan(operation: String, _args: String) -> Result<Planned, Error> {
        target::result_of(&operation, "/stdout");
        Ok(Planned {
            steps: Vec::new(),
            notes: Vec::new(),
            diffs: Vec::new(),
            more: "{}".to_owned(),
        })
    }
}

export!(Acting);
