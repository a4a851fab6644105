//! Why a pack could not be had from where it is said to be, or not be put there.

use camino::Utf8PathBuf;
use semver::{Version, VersionReq};
use thiserror::Error;

use crate::manifest::{FileError, PathError};

/// Why a source failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file or folder could not be read.
    #[error("{path}: {message}")]
    Unreadable {
        /// Which.
        path: Utf8PathBuf,
        /// The system's answer.
        message: String,
    },
    /// A file or folder could not be written.
    #[error("writing {path}: {message}")]
    Unwritable {
        /// Which.
        path: Utf8PathBuf,
        /// The system's answer.
        message: String,
    },
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] FileError),
    /// What the manifest's patterns name cannot be had.
    #[error(transparent)]
    Files(#[from] PathError),
    /// Something else than a pack.
    #[error("{origin} holds no pack that can be used: {message}")]
    Malformed {
        /// Where it came from.
        origin: String,
        /// What is wrong.
        message: String,
    },
    /// No version that fits.
    #[error("{origin} has no version {asked} of it; it has {}", list(.found))]
    NoVersion {
        /// The source.
        origin: String,
        /// The range that was asked for.
        asked: VersionReq,
        /// All that there is.
        found: Vec<Version>,
    },
    /// Another pack than the one that was asked for.
    #[error("{origin} holds {found}, not {asked}")]
    OtherPack {
        /// The source.
        origin: String,
        /// What is there.
        found: String,
        /// What was asked for.
        asked: String,
    },
    /// Something would have to be fetched, and may not.
    #[error(
        "{what} would have to be fetched from {origin}, and --offline forbids it\n  fetch it once without --offline, or keep it in the project with `windlass pack vendor`"
    )]
    Offline {
        /// The pack.
        what: String,
        /// The source.
        origin: String,
    },
    /// A registry's answer, or none.
    #[error("{origin}: {message}")]
    Registry {
        /// The registry and repository.
        origin: String,
        /// What went wrong, and what to do.
        message: String,
    },
}

fn list(versions: &[Version]) -> String {
    if versions.is_empty() {
        return String::from("none");
    }
    let all: Vec<String> = versions.iter().map(ToString::to_string).collect();
    all.join(", ")
}
