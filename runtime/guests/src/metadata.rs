//! What cargo knows about a workspace.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cargo::cargo;
use crate::error::GuestError;

/// A package of a workspace.
#[derive(Clone, Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The name of its `cdylib`, where it builds one.
    pub cdylib: Option<String>,
    /// The names of its normal (not dev, not build) dependencies.
    pub dependencies: Vec<String>,
    /// Whether a crate of its workspace depends on one that stands outside of the workspace's folder.
    pub outside: bool,
}

/// The packages of the workspace whose manifest this is, or which this manifest's package is in.
///
/// # Errors
/// [`GuestError::Program`].
pub fn packages(manifest: &Path) -> Result<Vec<Package>, GuestError> {
    let mut command = cargo([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--manifest-path",
    ]);
    command.arg(manifest);
    let answer = read(&mut command)?;
    let parsed: Value = serde_json::from_str(&answer)
        .map_err(|error| failed(&command, format!("its answer is no JSON: {error}")))?;
    let packages = list(&parsed, "packages");
    let root = Path::new(text(&parsed, "workspace_root"));
    let outside = packages.iter().any(|package| {
        let paths = list(package, "dependencies").iter();
        let mut paths = paths.filter_map(|dependency| dependency["path"].as_str());
        paths.any(|path| !Path::new(path).starts_with(root))
    });
    let made = packages.iter().map(|value| package(value, outside));
    Ok(made.collect())
}

fn read(command: &mut Command) -> Result<String, GuestError> {
    command.stderr(Stdio::inherit());
    let output = command
        .output()
        .map_err(|error| failed(command, error.to_string()))?;
    if !output.status.success() {
        return Err(failed(command, format!("it failed ({})", output.status)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn failed(command: &Command, message: String) -> GuestError {
    let program = Path::new(command.get_program()).file_name();
    let words = program.into_iter().chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    GuestError::Program {
        line: line.join(" "),
        message,
    }
}

fn package(value: &Value, outside: bool) -> Package {
    let manifest = Path::new(text(value, "manifest_path"));
    let cdylib = list(value, "targets")
        .iter()
        .find(|target| list(target, "kind").iter().any(|kind| kind == "cdylib"));
    Package {
        name: text(value, "name").to_owned(),
        folder: manifest.parent().unwrap_or(manifest).to_owned(),
        cdylib: cdylib.map(|target| text(target, "name").to_owned()),
        dependencies: list(value, "dependencies")
            .iter()
            .filter(|dependency| dependency.get("kind").is_none_or(Value::is_null))
            .map(|dependency| text(dependency, "name").to_owned())
            .collect(),
        outside,
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
