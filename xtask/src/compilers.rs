//! Compilers of the languages that packs are written in, in `target/tools`: the tests of the SDKs build with them.

use std::fs;
use std::process::Command;

use crate::failure::{Done, Failure};
use crate::workspace::{make_folder, run, target};

/// Packages of Python's registry, each of one version.
const PYTHON: [&str; 2] = ["componentize-py==0.25.1", "ziglang==0.17.0"];

/// Packages of npm's registry.
const NODE: [&str; 2] = ["componentize-qjs@0.4.5", "typescript@7.0.2"];

/// What is installed, as text: another one is another installation.
fn wanted() -> String {
    [PYTHON, NODE].concat().join("\n") + "\n"
}

/// Whether all of them are there.
pub(crate) fn installed() -> bool {
    let found = fs::read_to_string(target().join("tools/versions.txt"));
    found.is_ok_and(|found| found == wanted())
}

/// What they are, for a list.
pub(crate) fn names() -> String {
    [PYTHON, NODE].concat().join(", ")
}

/// Installs them with pip, in a virtual environment, and npm; nothing outside of `target/tools` changes.
pub(crate) fn install() -> Done {
    let folder = target().join("tools");
    make_folder(&folder)?;
    let python = folder.join(".venv");
    step(
        Command::new("python3").args(["-m", "venv"]).arg(&python),
        "python3 with its venv module",
    )?;
    step(
        Command::new(python.join("bin/pip"))
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(PYTHON),
        "pip",
    )?;
    step(
        Command::new("npm")
            .args(["install", "--no-fund", "--no-audit", "--loglevel=error"])
            .arg("--prefix")
            .arg(&folder)
            .args(NODE),
        "npm",
    )?;
    let list = folder.join("versions.txt");
    fs::write(&list, wanted()).map_err(|error| Failure::at(&list, &error))
}

fn step(command: &mut Command, what: &str) -> Done {
    run(command).map_err(|failure| {
        Failure::new(format!(
            "compilers of Python, JavaScript and C are installed with {what}: {failure}"
        ))
    })
}
