//! Mistakes in modules that are told when the component is made: what the pack does not ask for is not there, what the
//! host calls answers at once, and defaults are what callers may write.

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
    refused_in(Language::Js, "part.js", role, act, text)
}

fn refused_in(
    language: Language,
    name: &str,
    role: Role,
    act: bool,
    text: &str,
) -> Result<String, Missing> {
    let folder = tempfile::tempdir().unwrap();
    let entry = folder.path().join(name);
    fs::write(&entry, text).unwrap();
    let capabilities = Capabilities {
        act,
        ..Capabilities::default()
    };
    let tools = tools();
    let made = compile(&Source {
        language,
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
            Role::Planning,
            "import { defineOperation } from \"windlass\";\n\
             defineOperation({ async plan(plan) { plan.note(\"never\"); } });\n",
            "its `plan`, cannot be an `async` function",
        ),
        (
            Role::Planning,
            "import { defineOperation } from \"windlass\";\n\
             defineOperation({ *plan(plan) { plan.note(\"never\"); } });\n",
            "its `plan`, cannot be a generator: only a fact yields",
        ),
        (
            Role::Planning,
            "import { defineFact, definePack } from \"windlass\";\n\
             const Lines = defineFact({ batch: 16, *source() {} });\n\
             definePack({ namespace: \"a\", facts: { Lines } });\n",
            "`batch` of the fact `a.Lines`, how many requests one command serves, and `together`",
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

#[test]
fn defaults_that_callers_would_read_otherwise_are_told() {
    let text = "import { defineOperation, definePack, mode } from \"windlass\";\n\
                const set = defineOperation({ parameters: { mode: mode().default(0o644) }, plan() {} });\n\
                export const { operations, factSource } = definePack({ namespace: \"a\", operations: { set } });\n";
    let error = or_skip!(refused(Role::Planning, false, text));
    let says =
        "the default of `mode`, 420, is not of its type; a mode is written `new Mode(0o644)`";
    assert!(error.contains(says), "{error}");
}

#[test]
fn python_tells_them_too() {
    for (line, says) in [
        (
            "async def set(plan: Plan): ...",
            "the operation `set` cannot be an `async` function",
        ),
        (
            "def set(plan: Plan): yield plan.note(\"never\")",
            "the operation `set` cannot `yield`: only a fact does",
        ),
        (
            "def set(plan: Plan, mode: Mode = 0o644): ...",
            "parameter `mode` of `set` has the default 420, which is not of its type; a mode is written `Mode(0o644)`",
        ),
        (
            "def set(plan: Plan): ...\n@pack.fact(batch=16)\ndef Lines(): yield",
            "`batch` of the fact `a.Lines`, how many requests one command serves, and `.together`",
        ),
        (
            "def set(plan: Plan, name: str = 5): ...",
            "parameter `name` of `set` has a default that is none of its values: expected text, found a number",
        ),
    ] {
        let text = format!(
            "from windlass import Mode, Pack, Plan\npack = Pack(\"a\")\n@pack.operation()\n{line}\n"
        );
        let error = or_skip!(refused_in(
            Language::Python,
            "part.py",
            Role::Planning,
            false,
            &text
        ));
        assert!(error.contains(says), "{error}");
    }
}
