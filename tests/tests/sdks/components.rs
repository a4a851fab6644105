//! The conformance pack in each language, built with the tools that are here.

use std::path::{Path, PathBuf};

use camino::Utf8PathBuf;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_packs::languages::{LanguageError, Source, compile};
use windlass_packs::manifest;
use windlass_tests::{Missing, guest};

/// A language with an SDK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Rust,
    Python,
    JavaScript,
    C,
}

impl Language {
    pub(crate) const ALL: [Self; 4] = [Self::Rust, Self::Python, Self::JavaScript, Self::C];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::C => "C",
        }
    }

    /// Its name in cases and manifests.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "js",
            Self::C => "c",
        }
    }
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) fn conformance() -> PathBuf {
    root().join("sdk/conformance")
}

/// Where `cargo xtask deps --yes` puts compilers of other languages.
pub(crate) fn tools() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), PathBuf::from)
        .join("tools")
}

/// The conformance pack; an error where the language's tool is missing.
pub(crate) fn component(language: Language) -> Result<Vec<u8>, Missing> {
    build(
        language,
        "example",
        Role::Planning,
        &Capabilities::default(),
    )
}

/// Compiles a component of the conformance suite in a role.
pub(crate) fn build(
    language: Language,
    name: &str,
    role: Role,
    capabilities: &Capabilities,
) -> Result<Vec<u8>, Missing> {
    let key = language.key();
    let entry = match language {
        // Built by `cargo xtask plugins` with the other guests; the pack is called by its folder.
        Language::Rust => {
            let name = if name == "example" { "rust" } else { name };
            return Ok(std::fs::read(guest(name)).unwrap());
        }
        Language::Python => format!("python/{name}.py"),
        // All files of a folder are one program in C.
        Language::C => {
            let folder = if name == "example" { "pack" } else { name };
            format!("c/{folder}/{name}.c")
        }
        Language::JavaScript => format!("js/{name}.js"),
    };
    let source = manifest::Language::of(key).unwrap();
    let made = compiled(source, &conformance().join(entry), role, capabilities)?;
    Ok(made.unwrap_or_else(|error| panic!("{error}")))
}

/// Compiles a file, and what stands beside it, with the tools that are here.
pub(crate) fn compiled(
    language: manifest::Language,
    entry: &Path,
    role: Role,
    capabilities: &Capabilities,
) -> Result<Result<Vec<u8>, LanguageError>, Missing> {
    let folder = Utf8PathBuf::from_path_buf(tools()).unwrap();
    let entry = Utf8PathBuf::from_path_buf(entry.to_owned()).unwrap();
    let source = Source {
        language,
        folder: &folder,
        entry: &entry,
        role,
        capabilities,
    };
    match compile(&source) {
        Err(LanguageError::MissingTool { tool, .. }) => {
            Err(Missing::new(tool, "cargo xtask deps --yes"))
        }
        made => Ok(made.map(|made| made.expect("only Rust is built by others"))),
    }
}
