//! Why a pack could not be built.

use camino::Utf8PathBuf;
use thiserror::Error;
use windlass_guests::GuestError;

use crate::inspect::InterfaceError;
use crate::languages::LanguageError;

/// Why a pack could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No component says how it is made.
    #[error(
        "{0} has no component with [component.build], so there is nothing to build; add `language` and `entry` there"
    )]
    Nothing(Utf8PathBuf),
    /// A language's tool.
    #[error("{path} could not be built: {source}")]
    Language {
        /// The component.
        path: Utf8PathBuf,
        /// Why.
        source: LanguageError,
    },
    /// Cargo, or the compiler for guests.
    #[error("{path} could not be built: {source}")]
    Guest {
        /// The component.
        path: Utf8PathBuf,
        /// Why.
        source: GuestError,
    },
    /// Cargo failed, and told why on standard error.
    #[error("{path} could not be built: cargo failed; what it printed stands above")]
    Cargo {
        /// The component.
        path: Utf8PathBuf,
    },
    /// The entry of a Rust component.
    #[error(
        "{path} could not be built: `entry` is {entry}, and {why}; it takes the Cargo.toml of a crate whose [lib] has `crate-type = [\"cdylib\"]`"
    )]
    Crate {
        /// The component.
        path: Utf8PathBuf,
        /// The entry.
        entry: Utf8PathBuf,
        /// What it is not.
        why: &'static str,
    },
    /// What came out is no component.
    #[error("{path} was built, and is no component: {source}")]
    Component {
        /// The component.
        path: Utf8PathBuf,
        /// Why.
        source: InterfaceError,
    },
    /// What came out wants more than the contract has.
    #[error(
        "{path} was built, and imports what no host has: {imports}\n  leave out of its source what needs the system: files, the network, the time, random numbers"
    )]
    Foreign {
        /// The component.
        path: Utf8PathBuf,
        /// The imports.
        imports: String,
    },
    /// A file.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl BuildError {
    pub(super) fn file(path: impl Into<Utf8PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
