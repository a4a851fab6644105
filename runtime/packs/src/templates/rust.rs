//! Rust: the templates, and the SDK that stands beside it in a pack of its own.

use windlass_engine::contract::Role;

use super::all::Template;
use crate::embed::{File, files};
use crate::manifest::Language;

/// Where a new pack has the SDK.
const FOLDER: &str = "windlass-sdk";

/// The SDK, beside the pack's own files.
const BESIDE: &[(&str, &[File])] = &[
    (FOLDER, WORKSPACE),
    ("windlass-sdk/sdk/rust", SDK),
    ("windlass-sdk/wit", WIT),
];

/// Where the SDK stands in the repository, and where in a pack.
const PLACE: (&str, &str) = ("path = \"..\"", "path = \"windlass-sdk/sdk/rust\"");
const ALONE: (&str, &str) = (
    "[workspace]\n",
    "[workspace]\nexclude = [\"windlass-sdk\"]\n",
);

/// Cargo gets what it needs by itself.
const WITHOUT_SETUP: (&str, &str) = ("@SETUP@\n", "");

/// What the role's files say in Rust, and what its manifest does.
const IN_RUST: &[(&str, &str)] = &[
    PLACE,
    ALONE,
    // What the tests of a pack that plans need, others need for what they give.
    (
        "\n[dev-dependencies]\nserde_json = \"1\"\n",
        "serde_json = \"1\"\n",
    ),
    ("@LANGUAGE@", "rust"),
    ("@ENTRY@", "Cargo.toml"),
    WITHOUT_SETUP,
];

/// What every pack has.
const CRATE: &[File] = files!("sdk/rust/template": [".gitignore", "Cargo.lock"]);

/// The manifest of a pack of one crate.
const MANIFEST: &[File] = files!("sdk/rust/template": ["Cargo.toml"]);

pub(super) const ALL: &[Template] = &[
    Template {
        language: Language::Rust,
        role: Role::Planning,
        files: &[
            CRATE,
            MANIFEST,
            files!("sdk/rust/template": ["README.md", "cases/motd.jsonl", "pack.toml", "src/lib.rs"]),
        ],
        sdk: BESIDE,
        changes: &[PLACE, ALONE],
    },
    Template {
        language: Language::Rust,
        role: Role::Acting,
        files: &[
            CRATE,
            files!("sdk/rust/templates/acting": [
                "Cargo.toml",
                "actor/Cargo.toml",
                "actor/src/lib.rs",
                "operations/Cargo.toml",
                "operations/src/lib.rs",
            ]),
        ],
        sdk: BESIDE,
        changes: &[
            ("@LANGUAGE@", "rust"),
            ("@ENTRY@", "operations/Cargo.toml"),
            ("@ACTOR@", "actor/Cargo.toml"),
            WITHOUT_SETUP,
        ],
    },
    of(
        Role::Deploying,
        &[
            CRATE,
            MANIFEST,
            files!("sdk/rust/templates/deploying": ["src/lib.rs"]),
        ],
    ),
    of(
        Role::Listing,
        &[
            CRATE,
            MANIFEST,
            files!("sdk/rust/templates/listing": ["src/lib.rs"]),
        ],
    ),
    of(
        Role::Connecting,
        &[
            CRATE,
            MANIFEST,
            files!("sdk/rust/templates/connecting": ["src/lib.rs"]),
        ],
    ),
    of(
        Role::Observing,
        &[
            CRATE,
            MANIFEST,
            files!("sdk/rust/templates/observing": ["src/lib.rs"]),
        ],
    ),
    of(
        Role::Providing,
        &[
            CRATE,
            MANIFEST,
            files!("sdk/rust/templates/providing": ["src/lib.rs"]),
        ],
    ),
];

/// A pack of one crate.
const fn of(role: Role, files: &'static [&'static [File]]) -> Template {
    Template {
        language: Language::Rust,
        role,
        files,
        sdk: BESIDE,
        changes: IN_RUST,
    }
}

/// What the SDK's manifests take from their workspace.
const WORKSPACE: &[File] = &[(
    "Cargo.toml",
    r#"# The SDK of Windlass for Rust, as it came with `windlass pack new`.
[workspace]
resolver = "3"
members = ["sdk/rust", "sdk/rust/macros"]

[workspace.package]
version = "0.1.0"
edition = "2024"
rust-version = "1.95"
license = "MIT OR Apache-2.0"
publish = false

[workspace.dependencies]
windlass-sdk-macros = { path = "sdk/rust/macros" }
md-5 = "0.11"
sha1 = "0.11"
sha2 = "0.11"
wit-component = "0.258"
wit-parser = "0.258"

[workspace.lints]
"#,
)];

const SDK: &[File] = files!("sdk/rust": [
    "Cargo.toml",
    "macros/Cargo.toml",
    "macros/src/attributes.rs",
    "macros/src/export.rs",
    "macros/src/fact.rs",
    "macros/src/group.rs",
    "macros/src/lib.rs",
    "macros/src/operation.rs",
    "macros/src/parameters.rs",
    "macros/src/request.rs",
    "macros/src/selection.rs",
    "macros/src/shell.rs",
    "src/argument.rs",
    "src/content.rs",
    "src/describe.rs",
    "src/error.rs",
    "src/fact.rs",
    "src/guest.rs",
    "src/lib.rs",
    "src/memory.rs",
    "src/namespace.rs",
    "src/plan.rs",
    "src/predict.rs",
    "src/request.rs",
    "src/roles/actor.rs",
    "src/roles/bindings.rs",
    "src/roles/connector.rs",
    "src/roles/deploy.rs",
    "src/roles/http.rs",
    "src/roles/inventory.rs",
    "src/roles/mod.rs",
    "src/roles/observer.rs",
    "src/roles/process.rs",
    "src/roles/secret_source.rs",
    "src/roles/target.rs",
    "src/secret.rs",
    "src/shell.rs",
    "src/step.rs",
    "src/surroundings.rs",
    "src/testing.rs",
    "src/testing/answers.rs",
    "src/testing/digest.rs",
    "src/testing/host.rs",
    "src/values.rs",
]);

const WIT: &[File] = files!("wit": [
    "actor.wit",
    "connector.wit",
    "context.wit",
    "deploy.wit",
    "deploying.wit",
    "fact-source.wit",
    "facts.wit",
    "http.wit",
    "inventory.wit",
    "io.wit",
    "local-files.wit",
    "log.wit",
    "observer.wit",
    "operations.wit",
    "process.wit",
    "secret-source.wit",
    "secrets.wit",
    "target.wit",
    "types.wit",
    "worlds.wit",
]);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::path::Path;

    use super::*;

    fn root() -> &'static Path {
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
    }

    /// All files below a folder, as paths from it.
    fn below(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.file_type().unwrap().is_dir() {
                below(&entry.path(), &format!("{name}/"), found);
            } else {
                found.push(name);
            }
        }
    }

    /// A file that is added to the SDK and forgotten here would be missing in every new pack.
    #[test]
    fn every_source_is_here() {
        for (folder, files) in [
            ("sdk/rust/src", SDK),
            ("sdk/rust/macros/src", SDK),
            ("wit", WIT),
        ] {
            let mut found = Vec::new();
            below(&root().join(folder), "", &mut found);
            for name in found.iter().filter(|name| !name.ends_with(".md")) {
                let path = format!("{folder}/{name}");
                let path = path
                    .trim_start_matches("sdk/rust/")
                    .trim_start_matches("wit/");
                assert!(
                    files.iter().any(|(file, _)| *file == path),
                    "{path} is not here"
                );
            }
        }
    }

    /// What stands in the workspace of a new pack's SDK is what the repository has.
    #[test]
    fn the_workspace_is_the_repositorys() {
        let text = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let (own, other): (toml::Table, toml::Table) = (
            toml::from_str(WORKSPACE[0].1).unwrap(),
            toml::from_str(&text).unwrap(),
        );
        let (own, other) = (&own["workspace"], &other["workspace"]);
        assert_eq!(own["package"], other["package"]);
        for (name, version) in own["dependencies"].as_table().unwrap() {
            if name != "windlass-sdk-macros" {
                assert_eq!(*version, other["dependencies"][name], "{name}");
            }
        }
    }
}
