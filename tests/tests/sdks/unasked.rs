//! Modules of the SDK for JavaScript that a component has only where its pack asks for what they do.

use std::fs;

use camino::Utf8Path;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_packs::languages::{LanguageError, Source, compile};
use windlass_packs::manifest::Language;
use windlass_tests::{Missing, or_skip};

use crate::components::tools;

/// Why a module is not built that imports another; empty where it is.
fn refused(role: Role, act: bool, imported: &str) -> Result<String, Missing> {
    let folder = tempfile::tempdir().unwrap();
    let entry = folder.path().join("part.js");
    let exports = "export const deploy = { run() {}, callback: (name, payload) => payload };\n\
                   export const inventory = { hosts: () => [] };\n";
    fs::write(&entry, format!("import \"{imported}\";\n{exports}")).unwrap();
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
fn what_is_missing_is_told() {
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
        let error = or_skip!(refused(role, false, imported));
        assert!(error.contains(says), "{error}");
    }
    let there = or_skip!(refused(Role::Deploying, true, "windlass/target"));
    assert_eq!(there, "");
}
