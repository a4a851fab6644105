//! Mistakes in modules in JavaScript that are told when the component is made: what the pack does not ask for is not
//! there, and what the host calls answers at once.

use std::fs;

use camino::Utf8Path;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_packs::languages::{LanguageError, Source, compile};
use windlass_packs::manifest::Language;
use windlass_tests::{Missing, or_skip};

use crate::components::tools;

/// Exports that may be there whatever the role.
const EXPORTS: &str = "export const deploy = { run() {}, callback: (name, payload) => payload };\n\
                       export const inventory = { hosts: () => [] };\n";

/// Why a module is not built; empty where it is.
fn refused(role: Role, act: bool, text: &str) -> Result<String, Missing> {
    let folder = tempfile::tempdir().unwrap();
    let entry = folder.path().join("part.js");
    fs::write(&entry, text).unwrap();
    let capabilities = Capabilities {
        act,
        ..Capabilities::default()
    };
    let tools = tools();
    let made = compile(&Source {
        language: Language::Js,
        folder: Utf8Path::from_path(&tools).unwrap(),
        entry: Utf8Path::from_path(&entry).unwrap(),
        role,
        capabilities: &capabilities,
    });
    match made {
        Ok(_) => Ok(String::new()),
        Err(LanguageError::MissingTool { tool, .. }) => {
            Err(Missing::new(tool, "cargo xtask deps --yes"))
        }
        Err(error) => Ok(error.to_string()),
    }
}

#[test]
fn what_is_not_asked_for_is_told() {
    for (role, imported, says) in [
        (
            Role::Deploying,
            "windlass/target",
            "part.js` imports `windlass/target`, which is there where the pack asks for it: \
             write `act = true` under [capabilities]",
        ),
        (
            Role::Listing,
            "windlass/http",
            "write `http = [\"https://…\"]` under [capabilities]",
        ),
        (
            Role::Listing,
            "windlass",
            "needs the contract's `context`, which listing components do not have",
        ),
    ] {
        let text = format!("import \"{imported}\";\n{EXPORTS}");
        let error = or_skip!(refused(role, false, &text));
        assert!(error.contains(says), "{error}");
    }
    let text = format!("import \"windlass/target\";\n{EXPORTS}");
    let there = or_skip!(refused(Role::Deploying, true, &text));
    assert_eq!(there, "");
}

#[test]
fn what_answers_later_is_told() {
    for (role, text, says) in [
        (
            Role::Deploying,
            "import { defineDeploy } from \"windlass/deploy\";\n\
             export const deploy = defineDeploy({ run() {}, functions: { async check() {} } });\n",
            "the function `check` cannot be an `async` function",
        ),
        (
            Role::Acting,
            "import { defineActors } from \"windlass/actor\";\n\
             export const actor = defineActors({ run: \"echo\" });\n",
            "the actor `run` has to be a function",
        ),
    ] {
        let error = or_skip!(refused(role, true, text));
        assert!(error.contains(says), "{error}");
    }
}
