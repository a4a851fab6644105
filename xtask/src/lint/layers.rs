//! Dependencies point inwards: the command line on the facade, the facade on the parts, the parts on the engine.

use windlass_guests::{Package, packages};

use crate::failure::{Done, Failure};
use crate::workspace::root;

/// The crates of the runtime, innermost first. A crate may use those of lower layers only.
const LAYERS: &[&[&str]] = &[
    &["windlass-engine"],
    &[
        "windlass-plugins",
        "windlass-connectors",
        "windlass-deploy",
        "windlass-packs",
    ],
    &["windlass"],
    &["windlass-cli"],
];

/// What the engine must not know: it has traits for them.
const UNKNOWN_TO_ENGINE: &[&str] = &["wasmtime", "russh", "starlark"];

/// Checks every crate of the workspace.
pub(super) fn check() -> Done {
    let packages = packages(&root().join("Cargo.toml"))?;
    let problems: Vec<String> = packages.iter().flat_map(problems).collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "dependencies point inwards only:\n  {}",
        problems.join("\n  ")
    )))
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&name))
}

fn problems(package: &Package) -> Vec<String> {
    let name = package.name.as_str();
    let allowed = |dependency: &str| match (layer(name), layer(dependency)) {
        (Some(own), Some(other)) => other < own,
        // What plugin authors use knows nothing of the runtime.
        (None, Some(_)) => !name.starts_with("windlass-sdk"),
        (_, None) => name != "windlass-engine" || !UNKNOWN_TO_ENGINE.contains(&dependency),
    };
    let refused = package
        .dependencies
        .iter()
        .filter(|dependency| !allowed(dependency));
    refused
        .map(|dependency| format!("{name} may not depend on {dependency}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependency: &str) -> Package {
        Package {
            name: name.to_owned(),
            folder: root(),
            cdylib: None,
            dependencies: vec![dependency.to_owned()],
            outside: false,
        }
    }

    #[test]
    fn outwards_sideways_and_heavy_dependencies_are_refused() {
        for (name, dependency) in [
            ("windlass-engine", "windlass-plugins"),
            ("windlass-engine", "wasmtime"),
            ("windlass-deploy", "windlass-plugins"),
            ("windlass", "windlass-cli"),
            ("windlass-sdk", "windlass-engine"),
        ] {
            assert_eq!(
                problems(&package(name, dependency)),
                [format!("{name} may not depend on {dependency}")]
            );
        }
    }

    #[test]
    fn inwards_ones_are_allowed() {
        for (name, dependency) in [
            ("windlass-cli", "windlass"),
            ("windlass-cli", "windlass-engine"),
            ("windlass-plugins", "wasmtime"),
            ("windlass-engine", "serde"),
            ("windlass-tests", "windlass"),
        ] {
            assert_eq!(problems(&package(name, dependency)), Vec::<String>::new());
        }
    }
}
