//! Packs that were fetched, kept by digest: in the user's store, and in the project itself where it was asked for.
//!
//! What is kept is believed in no more than what is fetched: digests are checked whenever it is used.

use camino::{Utf8Path, Utf8PathBuf};

use super::contents::Contents;
use super::error::SourceError;
use crate::lock::LockedPack;
use crate::sign::Digest;

/// The folder of a project where `windlass pack vendor` keeps packs.
pub const VENDOR: &str = "vendor/packs";

/// The user's packs.
#[derive(Clone, Debug)]
pub struct Store {
    folder: Utf8PathBuf,
}

impl Store {
    /// A store in a folder, which is made when something is kept.
    #[must_use]
    pub fn new(folder: Utf8PathBuf) -> Self {
        Self { folder }
    }

    /// Where a pack is, or would be.
    #[must_use]
    pub fn place(&self, digest: &Digest) -> Utf8PathBuf {
        self.folder.join(digest.hex())
    }

    /// Keeps a pack, unless it is there and whole, and gives its folder.
    ///
    /// # Errors
    /// [`SourceError::Unwritable`].
    pub fn keep(&self, contents: &Contents) -> Result<Utf8PathBuf, SourceError> {
        let place = self.place(&contents.statement().digest());
        contents.replace(&place)?;
        Ok(place)
    }
}

/// Where a project keeps a pack of its lock.
#[must_use]
pub fn vendored(project: &Utf8Path, pack: &LockedPack) -> Utf8PathBuf {
    let name = format!(
        "{}-{}-{}",
        pack.name.namespace(),
        pack.name.name(),
        pack.version
    );
    project.join(VENDOR).join(name)
}
