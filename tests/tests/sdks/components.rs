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

/// The component; an error where the language's tool is missing.
pub(crate) fn component(language: Language) -> Result<Vec<u8>, Missing> {
    let entry = match language {
        // Built by `cargo xtask plugins` with the other guests, and called by its folder.
        Language::Rust => return Ok(std::fs::read(guest("rust")).unwrap()),
        Language::Python => "python/example.py",
        Language::JavaScript => "js/example.js",
        Language::C => "c/pack/example.c",
    };
    let folder = Utf8PathBuf::from_path_buf(tools()).unwrap();
    let entry = Utf8PathBuf::from_path_buf(conformance().join(entry)).unwrap();
    let made = compile(&Source {
        language: manifest::Language::of(language.key()).unwrap(),
        folder: &folder,
        entry: &entry,
        role: Role::Planning,
        capabilities: &Capabilities::default(),
    });
    match made {
        Ok(component) => Ok(component.expect("only Rust is built by others")),
        Err(LanguageError::MissingTool { tool, .. }) => {
            Err(Missing::new(tool, "cargo xtask deps --yes"))
        }
        Err(error) => panic!("{error}"),
    }
}
