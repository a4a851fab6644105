//! From what is asked for to a pack, whatever the source.

use camino::{Utf8Path, Utf8PathBuf};
use semver::{Version, VersionReq};

use super::bundle::Bundle;
use super::contents::Contents;
use super::error::SourceError;
use super::oci::{self, Layout, Registry};
use super::store::{Store, vendored};
use crate::lock::{LockedPack, Source};
use crate::manifest::PackName;

/// Gets packs for a project.
#[derive(Clone, Debug)]
pub struct Sources {
    project: Utf8PathBuf,
    store: Store,
    offline: bool,
}

impl Sources {
    /// For a project's folder, with the user's store. `offline`: nothing is fetched over a network.
    #[must_use]
    pub fn new(project: Utf8PathBuf, store: Store, offline: bool) -> Self {
        Self {
            project,
            store,
            offline,
        }
    }

    /// The newest version of a pack that a source has in a range.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn newest(
        &self,
        name: &PackName,
        source: &Source,
        asked: &VersionReq,
    ) -> Result<Contents, SourceError> {
        let contents = match source {
            Source::Path(path) => Contents::from_folder(&self.project.join(path))?,
            Source::Bundle(path) => Bundle::open(&self.project.join(path))?.pack(name)?,
            Source::Layout(_) | Source::Registry(_) => {
                let repository = self.repository(name, source)?;
                let found = oci::versions(repository.as_ref())?;
                let newest = found.iter().rfind(|version| asked.matches(version));
                let newest = newest.ok_or_else(|| no_version(source, asked, &found))?;
                oci::fetch(repository.as_ref(), newest)?
            }
        };
        let found = contents.manifest.pack.version.clone();
        if !asked.matches(&found) {
            return Err(no_version(source, asked, &[found]));
        }
        named(contents, name, source)
    }

    /// The folder with a pack of a lock: in the project, in the store, or fetched into the store.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn locked(&self, pack: &LockedPack) -> Result<Utf8PathBuf, SourceError> {
        if let Source::Path(path) = &pack.source {
            return Ok(self.project.join(path));
        }
        let kept = [
            vendored(&self.project, pack),
            self.store.place(&pack.digest),
        ];
        if let Some(place) = kept.into_iter().find(|place| place.is_dir()) {
            return Ok(place);
        }
        self.store.keep(&self.exact(pack)?)
    }

    /// A pack of a lock from its source, with the very digest that is locked.
    fn exact(&self, pack: &LockedPack) -> Result<Contents, SourceError> {
        let name = &pack.name;
        let contents = match &pack.source {
            Source::Layout(_) | Source::Registry(_) => {
                let repository = self.repository(name, &pack.source)?;
                oci::fetch(repository.as_ref(), &pack.version)?
            }
            source => self.newest(name, source, &VersionReq::STAR)?,
        };
        let found = contents.statement().digest();
        if found == pack.digest {
            return named(contents, name, &pack.source);
        }
        Err(SourceError::Malformed {
            origin: pack.source.to_string(),
            message: format!(
                "{name} {} is not what packs.lock says: {} is locked, {found} is there",
                pack.version, pack.digest
            ),
        })
    }

    /// Keeps a pack that was chosen, and gives its folder; one from a folder stays there.
    ///
    /// # Errors
    /// [`SourceError::Unwritable`].
    pub fn keep(&self, source: &Source, contents: &Contents) -> Result<Utf8PathBuf, SourceError> {
        match source {
            Source::Path(path) => Ok(self.project.join(path)),
            _ => self.store.keep(contents),
        }
    }

    /// Keeps a pack of a lock in the project itself, and gives its folder; one from a folder stays there.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn vendor(&self, pack: &LockedPack) -> Result<Utf8PathBuf, SourceError> {
        let place = self.locked(pack)?;
        if matches!(pack.source, Source::Path(_)) {
            return Ok(place);
        }
        let own = vendored(&self.project, pack);
        if place != own {
            Contents::from_folder(&place)?.replace(&own)?;
        }
        Ok(own)
    }

    fn repository(
        &self,
        name: &PackName,
        source: &Source,
    ) -> Result<Box<dyn oci::Repository>, SourceError> {
        if self.offline && !source.is_local() {
            return Err(SourceError::Offline {
                what: name.to_string(),
                origin: source.to_string(),
            });
        }
        open(&self.project, source)
    }
}

/// Puts a pack into a registry's repository or a layout. Gives the tags.
///
/// # Errors
/// [`SourceError`]; another kind of source is one too.
pub fn push(target: &Source, contents: &Contents) -> Result<Vec<String>, SourceError> {
    oci::push(open("".into(), target)?.as_mut(), contents)
}

fn open(project: &Utf8Path, source: &Source) -> Result<Box<dyn oci::Repository>, SourceError> {
    match source {
        Source::Registry(reference) => Ok(Box::new(Registry::new(reference)?)),
        Source::Layout(folder) => Ok(Box::new(Layout::new(project.join(folder)))),
        other => Err(SourceError::Malformed {
            origin: other.to_string(),
            message: String::from("it is neither a registry nor an OCI layout"),
        }),
    }
}

fn no_version(source: &Source, asked: &VersionReq, found: &[Version]) -> SourceError {
    SourceError::NoVersion {
        origin: source.to_string(),
        asked: asked.clone(),
        found: found.to_vec(),
    }
}

fn named(contents: Contents, name: &PackName, source: &Source) -> Result<Contents, SourceError> {
    if contents.manifest.pack.name == *name {
        return Ok(contents);
    }
    Err(SourceError::OtherPack {
        origin: source.to_string(),
        found: contents.manifest.pack.name.to_string(),
        asked: name.to_string(),
    })
}
