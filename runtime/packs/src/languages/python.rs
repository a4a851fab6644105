//! Python: CPython and the pack's modules in one component, made by componentize-py.

use std::fs;
use std::process::Command;

use windlass_engine::contract::Role;

use super::error::LanguageError;
use super::system::seal;
use super::tool::{Tool, copy, run, scratch};
use super::{Source, embedded, snapshot, world};

const TOOL: Tool = Tool {
    language: "Python",
    name: "componentize-py 0.25",
    install: "python3 -m venv .venv && .venv/bin/pip install componentize-py==0.25.1",
    variable: "WINDLASS_COMPONENTIZE_PY",
    local: &[".venv/bin/componentize-py"],
    programs: &["componentize-py"],
};

/// The module that the component is made from: the pack's own, then the exports.
const MAIN: &str = "windlass_main";

/// Where componentize-py looks for the classes of an interface's resources.
const RESOURCES: &str =
    "from windlass.connecting import Connection as Session, Passage as Channel\n";

/// The SDK's module with a role's exports, and their classes.
const fn exports(role: Role) -> (&'static str, &'static str) {
    match role {
        Role::Planning => ("component", "FactSource, Operations"),
        Role::Acting => ("acting", "Actor"),
        Role::Deploying => ("deploying", "Deploy"),
        Role::Connecting => ("connecting", "Connector"),
        Role::Listing => ("listing", "Inventory"),
        Role::Observing => ("observing", "Observer"),
        Role::Providing => ("providing", "SecretSource"),
    }
}

pub(super) fn compile(source: &Source<'_>) -> Result<Vec<u8>, LanguageError> {
    let entry = |reason: &str| LanguageError::Entry {
        entry: source.entry.to_string(),
        reason: reason.to_owned(),
    };
    let module = source.entry.file_stem().unwrap_or_default();
    let named = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if source.entry.extension() != Some("py") || module.is_empty() || !module.chars().all(named) {
        return Err(entry(
            "is no Python module: letters, digits and `_`, then `.py`",
        ));
    }
    if [MAIN, snapshot::MODULE, "connector", "windlass"].contains(&module) {
        return Err(entry("has a name that the SDK has already"));
    }
    if !source.entry.is_file() {
        return Err(entry("is not there"));
    }
    let tool = TOOL.find(source.folder)?;
    let scratch = scratch()?;
    let below = |name: &str| scratch.path().join(name);
    let world = world::write(&below("wit"), source.role, source.capabilities)?;
    embedded::write(embedded::PYTHON, &below("sdk"))?;
    let (exports, names) = exports(source.role);
    let warm = match source.role {
        Role::Planning => "from windlass.warm import warm\nwarm()\n",
        _ => "",
    };
    let main = format!(
        "from windlass.entry import load, settle\nload(\"{module}\")\nfrom windlass.{exports} import {names}\n{warm}settle()\n"
    );
    let main = [
        (format!("{MAIN}.py"), main.into_bytes()),
        (String::from("connector.py"), RESOURCES.into()),
        (String::from(snapshot::FILE), snapshot::library()?),
    ];
    fs::create_dir_all(below("main")).map_err(LanguageError::at(module))?;
    for (name, bytes) in &main {
        let path = below("main").join(name);
        fs::write(&path, bytes).map_err(LanguageError::at(path.display()))?;
    }
    // CPython leaves compiled modules beside those it reads: it reads copies.
    copy(
        source.entry.parent().unwrap_or(source.folder),
        &below("pack"),
        &["py"],
    )?;
    let made = below("component.wasm");
    run(Command::new(tool)
        .arg("--wit-path")
        .arg(below("wit"))
        .args(["--world", world, "componentize"])
        // In this order: the SDK knows the pack's folder by its number, 1 (place.py).
        .arg("--python-path")
        .arg(below("main"))
        .arg("--python-path")
        .arg(below("pack"))
        .arg("--python-path")
        .arg(below("sdk"))
        .arg("--output")
        .arg(&made)
        .arg(MAIN))?;
    let made = fs::read(&made).map_err(LanguageError::at(made.display()))?;
    seal(&made, |_| None)
}
