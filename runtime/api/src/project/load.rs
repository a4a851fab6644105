//! What a run loads of a lock: with every signature and digest checked again.

use camino::{Utf8Path, Utf8PathBuf};
use windlass_packs::lock::{LockedComponent, LockedPack, Source};
use windlass_packs::manifest::{self, Manifest};
use windlass_packs::sign::{Digest, Statement};
use windlass_packs::sources::{Contents, SIGNATURE_END, SIGNATURES, STATEMENT};
use windlass_packs::trust::{Claim, today};
use windlass_plugins::{Limits, Pack, PackComponent, PackFile};

use super::error::ProjectError;
use super::read::{Project, waiting};
use crate::pack_files;
use crate::setup::lowered;

/// How strict a run is about its lock.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoadOptions {
    /// Packs from folders must be what was locked.
    pub locked: bool,
}

/// A pack of a lock, ready to be loaded into a host.
#[derive(Clone, Debug)]
pub struct LoadedPack {
    /// What the host loads. It is granted what its manifest asks for, as far as the lock approved it, and limited as
    /// its manifest says.
    pub pack: Pack,
    /// Nobody signed it: where it is, for every plan to say so.
    pub unsigned: Option<Utf8PathBuf>,
    /// It is not as it was locked: what it asks for beyond that is not granted.
    pub changed: bool,
}

impl Project {
    /// The packs of the lock.
    ///
    /// # Errors
    /// [`ProjectError`]: the lock is not what is asked for, a pack is not what is locked, or nobody vouches for it now.
    pub async fn load(&self, options: LoadOptions) -> Result<Vec<LoadedPack>, ProjectError> {
        self.check()?;
        let mut loaded = Vec::new();
        for pack in &self.lock.packs {
            let (sources, own) = (self.sources.clone(), pack.clone());
            let folder = waiting(move || sources.locked(&own)).await?;
            loaded.push(match &pack.source {
                Source::Path(_) => self.local(pack, &folder, options).await?,
                _ => self.fetched(pack, &folder)?,
            });
        }
        Ok(loaded)
    }

    /// Checks a pack as a whole, components too: somebody vouches for it, it may be used, and it is what the lock says.
    ///
    /// # Errors
    /// [`ProjectError`].
    pub fn accept(&self, locked: &LockedPack, contents: &Contents) -> Result<(), ProjectError> {
        let vouched = self.vouched(contents, &locked.source)?;
        self.allow(&locked.name, vouched.as_ref())?;
        if contents.statement().digest() == locked.digest {
            return Ok(());
        }
        Err(ProjectError::Changed {
            title: contents.manifest.title(),
            folder: self.folder.clone(),
            what: String::from("it"),
        })
    }

    /// A pack that was fetched: components are not read before they are called.
    fn fetched(&self, locked: &LockedPack, folder: &Utf8Path) -> Result<LoadedPack, ProjectError> {
        let title = format!("{} {}", locked.name, locked.version);
        let read = |path: &Utf8Path| {
            let path = folder.join(path);
            std::fs::read(&path).map_err(|source| ProjectError::Io { path, source })
        };
        let changed = |what: &str| ProjectError::Changed {
            title: title.clone(),
            folder: folder.to_owned(),
            what: what.to_owned(),
        };
        let below = Utf8Path::new(SIGNATURES);
        let signed = read(&below.join(STATEMENT))?;
        let statement = Statement::read(&signed)
            .filter(|statement| statement.digest() == locked.digest)
            .ok_or_else(|| changed(below.join(STATEMENT).as_str()))?;
        let text = read(manifest::FILE.into())?;
        if Digest::of(&text) != statement.manifest {
            return Err(changed(manifest::FILE));
        }
        let text = String::from_utf8_lossy(&text);
        let manifest = Manifest::parse(&text, folder.join(manifest::FILE).as_str())?;
        pack_files::fits(&manifest)?;
        for part in &locked.components {
            if statement.files.get(&part.path) != Some(&part.digest) {
                return Err(changed(&format!("{} in packs.lock", part.path)));
            }
        }
        let signatures = signatures(folder)?;
        let claim = Claim {
            found: &statement,
            signed: Some(&signed),
            signatures: &signatures,
        };
        let vouched = self.trust.decide(claim, today());
        let vouched = vouched.map_err(|why| ProjectError::Distrust {
            title: title.clone(),
            origin: locked.source.to_string(),
            why,
        })?;
        self.allow(&locked.name, Some(&vouched))?;
        let granted = manifest.capabilities.within(&locked.approved);
        let modules = modules(folder, &manifest, &statement)?;
        Ok(LoadedPack {
            pack: unread(locked, folder, &manifest)
                .granting(granted)
                .with_modules(modules),
            unsigned: None,
            changed: false,
        })
    }

    /// A pack of a folder, which may have been changed since.
    async fn local(
        &self,
        locked: &LockedPack,
        folder: &Utf8Path,
        options: LoadOptions,
    ) -> Result<LoadedPack, ProjectError> {
        let contents = Contents::from_folder(folder)?;
        pack_files::fits(&contents.manifest)?;
        let vouched = self.vouched(&contents, &locked.source)?;
        self.allow(&locked.name, vouched.as_ref())?;
        let changed = contents.statement().digest() != locked.digest;
        if changed && options.locked {
            return Err(ProjectError::LocalChanged {
                title: format!("{} {}", locked.name, locked.version),
                folder: folder.to_owned(),
            });
        }
        let pack = match changed {
            true => {
                let opened = pack_files::open(folder).await?;
                opened.pack.named(locked.alias.clone())
            }
            false => unread(locked, folder, &contents.manifest),
        };
        let granted = contents.manifest.capabilities.within(&locked.approved);
        let modules = modules(folder, &contents.manifest, &contents.statement())?;
        let pack = pack.granting(granted).with_modules(modules);
        Ok(LoadedPack {
            pack: match vouched {
                Some(_) => pack,
                None => pack.unsigned(),
            },
            unsigned: vouched.is_none().then(|| folder.to_owned()),
            changed,
        })
    }
}

/// The deploy modules of a pack, which are read when a deploy loads them, and must be what the statement says.
fn modules(
    folder: &Utf8Path,
    manifest: &Manifest,
    statement: &Statement,
) -> Result<Vec<PackFile>, ProjectError> {
    let files: Vec<Utf8PathBuf> = statement.files.keys().cloned().collect();
    let found = manifest::among(&files, &manifest.pack.deploys);
    let found = found.map_err(|source| ProjectError::Modules {
        title: manifest.title(),
        source,
    })?;
    let module = |path: Utf8PathBuf| PackFile {
        file: folder.join(&path).into_std_path_buf(),
        digest: statement.files.get(&path).map(Digest::hex),
        path: path.into_string(),
    };
    Ok(found.into_iter().map(module).collect())
}

/// A pack whose components are read at their first call.
fn unread(locked: &LockedPack, folder: &Utf8Path, manifest: &Manifest) -> Pack {
    let components = locked.components.iter().map(|part| {
        let mut said = manifest.components.iter();
        let said = said.find(|said| said.path == part.path);
        component(part, folder).providing(said.map(|said| said.exports.clone()).unwrap_or_default())
    });
    Pack::new(
        locked.name.to_string(),
        locked.version.to_string(),
        components.collect(),
    )
    .in_folder(folder)
    .limited(lowered(Limits::default(), manifest.limits))
    .named(locked.alias.clone())
}

/// A component that is read at its first call.
pub(super) fn component(locked: &LockedComponent, folder: &Utf8Path) -> PackComponent {
    let path = folder.join(&locked.path).into_std_path_buf();
    let index = locked.index.clone().unwrap_or_default();
    let (name, digest) = (locked.path.as_str(), locked.digest.hex());
    PackComponent::locked(name, path, &digest, index.operations, index.facts).of_role(locked.role)
}

/// The signatures in a folder: names of their files and texts.
fn signatures(folder: &Utf8Path) -> Result<Vec<(String, String)>, ProjectError> {
    let below = folder.join(SIGNATURES);
    let failed = |source| ProjectError::Io {
        path: below.clone(),
        source,
    };
    let mut all = Vec::new();
    for entry in below.read_dir_utf8().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_owned();
        if name.ends_with(SIGNATURE_END) {
            let bytes = std::fs::read(entry.path()).map_err(failed)?;
            all.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
    }
    all.sort();
    Ok(all)
}
