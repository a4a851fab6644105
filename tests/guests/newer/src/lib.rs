//! A guest that speaks a later version of the contract, and one that writes bad JSON.
#![allow(unsafe_code, missing_docs)]

wit_bindgen::generate!({
    path: "../../../wit",
    inline: "
        package windlass:test;
        world newer {
            export windlass:plugin/operations@0.1.0;
        }
    ",
    world: "windlass:test/newer",
    generate_all,
});

use exports::windlass::plugin::operations::{Error, Guest, OperationInfo, Planned};
use windlass::plugin::types::{Action, Nested, Step};

struct Newer;

fn info(name: &str) -> OperationInfo {
    OperationInfo {
        name: format!("newer.{name}"),
        doc: "Plan something.".to_owned(),
        parameters: Vec::new(),
        idempotent: true,
        hidden: false,
        alias_of: None,
        more: "{}".to_owned(),
    }
}

impl Guest for Newer {
    fn describe() -> Vec<OperationInfo> {
        ["step", "field", "json"].map(info).into()
    }

    fn plan(operation: String, _args: String) -> Result<Planned, Error> {
        let (action, more) = match operation.as_str() {
            "newer.step" => (
                Action::Other(("teleport".to_owned(), "{}".to_owned())),
                "{}",
            ),
            "newer.field" => (nested("{}"), r#"{"priority":1}"#),
            _ => (nested("{"), "{}"),
        };
        let step = Step {
            action,
            globals: "{}".to_owned(),
            predictions: Vec::new(),
            more: more.to_owned(),
        };
        Ok(Planned {
            steps: vec![step],
            notes: Vec::new(),
            diffs: Vec::new(),
            more: "{}".to_owned(),
        })
    }
}

fn nested(args: &str) -> Action {
    Action::Nested(Nested {
        operation: "x.y".to_owned(),
        args: args.to_owned(),
        more: "{}".to_owned(),
    })
}

export!(Newer);
