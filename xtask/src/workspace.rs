//! Where things are, and how other programs are called.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Done, Failure};

/// The repository's root: this crate's folder, one up.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Cargo's target folder for the host's crates.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The program that `cargo build -p windlass-cli` makes.
pub(crate) fn windlass() -> PathBuf {
    target().join("debug/windlass")
}

/// Builds one program of the workspace, in the development profile, and says where it is.
///
/// The features are those that the tests have: of the whole workspace, and the engine's fakes. With others, the component
/// runtime or the engine, and all that stands on them, would be compiled once more.
pub(crate) fn build_program(name: &str) -> Done<PathBuf> {
    let features = ["--features", "windlass-engine/fakes"];
    run(cargo(["build", "--workspace", "--bin", name]).args(features))?;
    Ok(target().join("debug").join(name))
}

/// `cargo`, in the repository's root.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = windlass_guests::cargo(args);
    command.current_dir(root());
    command
}

/// Whether a cargo subcommand (`nextest`) is installed.
pub(crate) fn has_cargo(subcommand: &str) -> bool {
    let mut command = cargo([subcommand, "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command to its end, showing what it prints; it must succeed.
pub(crate) fn run(command: &mut Command) -> Done {
    let line = line_of(command);
    let status = command
        .status()
        .map_err(|error| Failure::new(format!("`{line}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "`{line}` failed ({status}); what it printed stands above"
    )))
}

/// Runs a command and gives its standard output; it must succeed.
pub(crate) fn read(command: &mut Command) -> Done<String> {
    let line = line_of(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("`{line}`: {error}")))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Failure::new(format!("`{line}` failed ({})", output.status)))
}

/// The command as one would type it.
pub(crate) fn line_of(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Writes a file unless it holds these bytes already, so that nothing that depends on it is built again.
/// Gives whether it wrote. The file appears whole or not at all.
pub(crate) fn write_if_changed(path: &Path, bytes: &[u8]) -> Done<bool> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    let part = path.with_extension("part");
    fs::write(&part, bytes).map_err(|error| Failure::at(&part, &error))?;
    fs::rename(&part, path).map_err(|error| Failure::at(path, &error))?;
    Ok(true)
}

/// Makes a folder and those above it.
pub(crate) fn make_folder(path: &Path) -> Done {
    fs::create_dir_all(path).map_err(|error| Failure::at(path, &error))
}
