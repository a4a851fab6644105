//! What cargo knows about a workspace.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::failure::{Done, Failure};
use crate::workspace::{cargo, read};

/// A package of a workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The name of its `cdylib`, where it builds one.
    pub(crate) cdylib: Option<String>,
    /// The names of its normal (not dev, not build) dependencies.
    pub(crate) dependencies: Vec<String>,
}

/// The packages of the workspace whose manifest this is.
pub(crate) fn packages(manifest: &Path) -> Done<Vec<Package>> {
    let mut command = cargo([
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
        "--manifest-path",
    ]);
    command.arg(manifest);
    let text = read(&mut command)?;
    let parsed: Value = serde_json::from_str(&text).map_err(|error| {
        Failure::new(format!(
            "cargo metadata of {} is not JSON: {error}",
            manifest.display()
        ))
    })?;
    Ok(list(&parsed, "packages").iter().map(package).collect())
}

fn package(value: &Value) -> Package {
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
