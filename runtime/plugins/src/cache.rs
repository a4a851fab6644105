//! Compiled code of components that are not embedded, kept between runs in the user's cache folder.
//!
//! What is read from here is run as native code. So the folder must be one that nobody but the effective user can
//! write: a folder (no link), owned by the effective user, mode 0700; and each entry a regular file of that owner
//! that others cannot write, whose digest is right. Anything else is not used: code is then compiled in memory, and
//! the reason told once. Entries are keyed by the component's digest and the engine's settings and version.

use std::fs::{DirBuilder, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, Stat};
use sha2::{Digest, Sha256};
use wasmtime::Engine;

use crate::index::Index;

/// Names another folder for the cache; the same rules hold for it.
const VARIABLE: &str = "WINDLASS_CACHE_DIR";

/// Bytes of a digest at an entry's start.
const DIGEST: usize = 32;

/// Bytes of the index's length, which follows.
const LENGTH: usize = 8;

/// Where compiled code is kept between runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CodeCache {
    /// `$WINDLASS_CACHE_DIR`, else `windlass` in the user's cache folder (`$XDG_CACHE_HOME`, `~/.cache`).
    #[default]
    User,
    /// This folder, which is made with mode 0700 where it is missing.
    Folder(PathBuf),
    /// Nowhere: components are compiled each time.
    Off,
}

/// The cache, when its folder can be trusted.
pub(crate) struct Cache {
    folder: Option<OwnedFd>,
    engine: u64,
}

/// What an entry holds.
pub(crate) struct Entry {
    pub(crate) index: Index,
    pub(crate) code: Vec<u8>,
}

impl Cache {
    /// Opens the cache. The second value says why it is not used, if it is not.
    pub(crate) fn open(place: &CodeCache, engine: &Engine) -> (Self, Option<String>) {
        let folder = match place {
            CodeCache::Off => Ok(None),
            CodeCache::Folder(folder) => open_folder(folder).map(Some),
            CodeCache::User => match user_folder() {
                Some(folder) => open_folder(&folder).map(Some),
                None => Err(String::from("the user has no home folder")),
            },
        };
        let mut hash = Fnv::default();
        engine.precompile_compatibility_hash().hash(&mut hash);
        let engine = hash.finish();
        match folder {
            Ok(folder) => (Self { folder, engine }, None),
            Err(reason) => {
                let warning = format!(
                    "plugins are compiled anew each time, since compiled code cannot be kept: {reason}"
                );
                (
                    Self {
                        folder: None,
                        engine,
                    },
                    Some(warning),
                )
            }
        }
    }

    fn name(&self, component: &str) -> String {
        format!("{component}-{:016x}.code", self.engine)
    }

    /// What is kept for a component, by its digest. Entries that cannot be trusted do not count.
    pub(crate) fn get(&self, component: &str) -> Option<Entry> {
        let name = self.name(component);
        match read(self.folder.as_ref()?, &name) {
            Ok(bytes) => {
                let entry = parse(&bytes).filter(|entry| entry.index.component == component);
                if entry.is_none() {
                    tracing::warn!(entry = name, "compiled code is damaged and not used");
                }
                entry
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(entry = name, %error, "compiled code is not used");
                None
            }
        }
    }

    /// Keeps an entry. A failure costs time at the next run, no more.
    pub(crate) fn put(&self, index: &Index, code: &[u8]) {
        let Some(folder) = &self.folder else { return };
        let name = self.name(&index.component);
        if let Err(error) = write(folder, &name, &text(index, code)) {
            tracing::warn!(entry = name, %error, "compiled code could not be kept");
        }
    }
}

fn user_folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(folder));
    }
    use etcetera::BaseStrategy;
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.cache_dir().join("windlass"))
}

/// Opens the folder by itself and looks at what was opened, so that nobody can exchange it in between.
fn open_folder(path: &Path) -> Result<OwnedFd, String> {
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(failed)?;
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| {
        let followed = error == rustix::io::Errno::LOOP || error == rustix::io::Errno::NOTDIR;
        match followed {
            true => format!("{} is no folder, or a link to one", path.display()),
            false => failed(error.into()),
        }
    })?;
    let stat = rustix::fs::fstat(&folder).map_err(|error| failed(error.into()))?;
    if !is_ours(&stat) {
        return Err(format!("{} belongs to another user", path.display()));
    }
    if permissions(&stat) != 0o700 {
        return Err(format!(
            "{} has mode {:o}; run `chmod 700` on it",
            path.display(),
            permissions(&stat)
        ));
    }
    Ok(folder)
}

fn is_ours(stat: &Stat) -> bool {
    stat.st_uid == rustix::process::geteuid().as_raw()
}

fn permissions(stat: &Stat) -> u32 {
    Mode::from_raw_mode(stat.st_mode).bits() & 0o7777
}

fn read(folder: &OwnedFd, name: &str) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, name, flags, Mode::empty())?;
    let stat = rustix::fs::fstat(&file)?;
    let regular = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if !regular || !is_ours(&stat) || permissions(&stat) & 0o022 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            "others could have written it",
        ));
    }
    let mut bytes = Vec::new();
    File::from(file).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn write(folder: &OwnedFd, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = format!(".{name}.{}", std::process::id());
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = rustix::fs::openat(folder, temporary.as_str(), flags, Mode::RUSR | Mode::WUSR)?;
    let written = File::from(file).write_all(bytes).and_then(|()| {
        Ok(rustix::fs::renameat(
            folder,
            temporary.as_str(),
            folder,
            name,
        )?)
    });
    if written.is_err() {
        // The first error says more than a second one would.
        let _ = rustix::fs::unlinkat(folder, temporary.as_str(), rustix::fs::AtFlags::empty());
    }
    written
}

/// An entry: digest of the rest, the index's length, the index, the code.
fn text(index: &Index, code: &[u8]) -> Vec<u8> {
    let index = index.text();
    let mut rest = Vec::with_capacity(LENGTH + index.len() + code.len());
    rest.extend((index.len() as u64).to_le_bytes());
    rest.extend(index.as_bytes());
    rest.extend(code);
    let mut bytes = Sha256::digest(&rest).to_vec();
    bytes.extend(rest);
    bytes
}

fn parse(bytes: &[u8]) -> Option<Entry> {
    let (digest, rest) = bytes.split_at_checked(DIGEST)?;
    if Sha256::digest(rest).as_slice() != digest {
        return None;
    }
    let (length, rest) = rest.split_at_checked(LENGTH)?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let (index, code) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some(Entry {
        index: Index::read(index)?,
        code: code.to_vec(),
    })
}

/// FNV-1a: the standard library's hasher may give other values in another version, and keys outlive versions.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
#[path = "cache/tests.rs"]
mod tests;
