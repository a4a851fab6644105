//! Why a project's packs cannot be had.

use camino::Utf8PathBuf;
use thiserror::Error;
use windlass_packs::lock::{EditError, LockError, Replayed};
use windlass_packs::manifest::PathError;
use windlass_packs::policy::PackDenial;
use windlass_packs::sources::SourceError;
use windlass_packs::strict::Problems;
use windlass_packs::trust::Distrust;

use crate::pack_files::PackFileError;

/// Why a project's packs cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ProjectError {
    /// A file of the project, or one that says whom to trust.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: Utf8PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file with something wrong in it.
    #[error(transparent)]
    Wrong(#[from] Problems),
    /// The lock.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// `packs.toml` could not be written into.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Where a pack comes from.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// What a pack holds.
    #[error(transparent)]
    Pack(#[from] PackFileError),
    /// The deploy modules of a pack.
    #[error("the deploys of the pack {title}: {source}")]
    Modules {
        /// Its name and version.
        title: String,
        /// Why.
        source: PathError,
    },
    /// An older version, or another content of the same.
    #[error(transparent)]
    Replayed(#[from] Replayed),
    /// The policy of the machine.
    #[error(transparent)]
    Denied(#[from] PackDenial),
    /// Nobody vouches for a pack.
    #[error("the pack {title} from {origin} is refused: {why}")]
    Distrust {
        /// Its name and version.
        title: String,
        /// Where it comes from.
        origin: String,
        /// Why.
        why: Distrust,
    },
    /// A locked pack whose statement or manifest is another than the lock says.
    #[error(
        "the pack {title} in {folder} is refused: {what} was changed since it was locked\n  remove the folder, and it is fetched again"
    )]
    Changed {
        /// Its name and version.
        title: String,
        /// Where it is kept.
        folder: Utf8PathBuf,
        /// What was changed.
        what: String,
    },
    /// A pack of a folder that is another than the lock says.
    #[error(
        "the pack {title} in {folder} was changed since it was locked, and --locked is given\n  lock it as it is now: `windlass pack lock`"
    )]
    LocalChanged {
        /// Its name and version.
        title: String,
        /// Its folder.
        folder: Utf8PathBuf,
    },
    /// The lock is not what `packs.toml` asks for.
    #[error(
        "packs.lock is not what {path} asks for: {gaps}\n  write it anew: `windlass pack lock`"
    )]
    Gaps {
        /// `packs.toml`.
        path: Utf8PathBuf,
        /// What differs.
        gaps: String,
    },
    /// A version that `packs.toml` does not allow.
    #[error(
        "{path} asks for {name} {asked}, which {version} is not\n  change what it asks for first"
    )]
    NotAsked {
        /// `packs.toml`.
        path: Utf8PathBuf,
        /// The pack.
        name: String,
        /// The range that it asks for.
        asked: String,
        /// What was named.
        version: String,
    },
    /// No pack of this name.
    #[error("{path} asks for no pack {name}{nearest}")]
    Unknown {
        /// `packs.toml`.
        path: Utf8PathBuf,
        /// What was named.
        name: String,
        /// `, did you mean …?`, or nothing.
        nearest: String,
    },
}
