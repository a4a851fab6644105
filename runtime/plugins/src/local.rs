//! Files on the controller that a call may read.
//!
//! | path | read when |
//! | --- | --- |
//! | relative, or absolute below the deploy's folder | it stands in the call's arguments, or lies in the folder of one that does |
//! | absolute elsewhere | it stands in the call's arguments, or lies below one that does |
//! | out of these by `..` or by a link | never |
//!
//! Allowed: `templates/base.j2` in a call with `src = "templates/site.j2"`. Refused with kind `denied`:
//! `../secrets.env`; `/etc/shadow` in that same call.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, File, FileType, Metadata, MetadataExt};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};
use windlass_engine::local_files::{Entry, EntryKind, LocalFiles, Readable};
use windlass_engine::plugins::{ErrorKind, GuestError};

use crate::digests;

/// Bytes that are read at once for a digest.
const CHUNK: usize = 64 << 10;

/// Permission bits of a mode.
const PERMISSIONS: u32 = 0o7777;

/// Read access to the files of one call, or of a deploy. `folder` is the deploy's, without links in it; `readable` has
/// the paths that stand in the call's arguments (see
/// [`local_path_arguments`](windlass_engine::local_files::local_path_arguments)).
#[must_use]
pub fn local_files(folder: &Utf8Path, readable: &Readable) -> Arc<dyn LocalFiles> {
    let ceiling = readable.ceiling.as_ref();
    let ceiling = ceiling.map(|folders| folders.iter().map(Utf8PathBuf::from).collect());
    let mut files = Granted {
        folder: folder.to_owned(),
        inside: Vec::new(),
        outside: Vec::new(),
        deploy: readable.deploy.clone(),
        ceiling,
    };
    for grant in &readable.paths {
        match files.place(Utf8Path::new(grant)) {
            Some(Place::Inside(path)) => files.inside.push(path),
            Some(Place::Outside(path)) => files.outside.push(path),
            None => {}
        }
    }
    Arc::new(files)
}

/// Where a path leads, without `.` and `..` in it.
enum Place {
    /// Below the deploy's folder: the path from there.
    Inside(Utf8PathBuf),
    /// Elsewhere: the absolute path.
    Outside(Utf8PathBuf),
}

struct Granted {
    folder: Utf8PathBuf,
    inside: Vec<Utf8PathBuf>,
    outside: Vec<Utf8PathBuf>,
    /// The deploy that reads for itself, if one does.
    deploy: Option<String>,
    /// Folders that no path outside of the deploy's folder may lead out of.
    ceiling: Option<Vec<Utf8PathBuf>>,
}

fn denied(path: &str, why: &str) -> GuestError {
    GuestError::new(ErrorKind::Denied, format!("`{path}` {why}"))
}

fn failed(path: &str, error: &io::Error) -> GuestError {
    // The capability layer's own refusals have no error of the system behind them.
    if error.kind() == io::ErrorKind::PermissionDenied && error.raw_os_error().is_none() {
        return denied(
            path,
            "is a link that leads out of the folder that may be read",
        );
    }
    GuestError::new(ErrorKind::Io, format!("`{path}`: {error}"))
}

/// A path without `.` and `..`; none when it leads above its start.
pub(crate) fn normal(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let mut clean = Utf8PathBuf::new();
    for component in path.components() {
        match component {
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir => {
                clean.file_name()?;
                clean.pop();
            }
            other => clean.push(other.as_str()),
        }
    }
    Some(clean)
}

impl Granted {
    fn place(&self, path: &Utf8Path) -> Option<Place> {
        let clean = normal(path)?;
        if !clean.is_absolute() {
            return Some(Place::Inside(clean));
        }
        Some(match clean.strip_prefix(&self.folder) {
            Ok(below) => Place::Inside(below.to_owned()),
            Err(_) => Place::Outside(clean),
        })
    }

    /// The folder to open, and the path from there.
    fn resolve(&self, path: &str) -> Result<(Dir, Utf8PathBuf), GuestError> {
        if path.starts_with("pack:") {
            return Err(denied(path, "is not there: this pack has no assets"));
        }
        let (base, below) = match self.place(Utf8Path::new(path)) {
            None => return Err(self.leads_out(path)),
            Some(Place::Inside(below)) => {
                let readable = self.inside.iter().any(|granted| {
                    let folder = granted.parent().unwrap_or(granted);
                    below.starts_with(granted) || below.starts_with(folder)
                });
                if !readable {
                    return Err(self.not_granted(path));
                }
                return self.opened(path, &self.folder, below);
            }
            Some(Place::Outside(absolute)) => {
                let granted = self
                    .outside
                    .iter()
                    .find_map(|granted| Some((granted, absolute.strip_prefix(granted).ok()?)));
                let (granted, below) = granted.ok_or_else(|| self.not_granted(path))?;
                // Whoever wrote the deploy named this very path: where it is a link, they meant where it leads.
                let granted = granted
                    .canonicalize_utf8()
                    .unwrap_or_else(|_| granted.clone());
                if let Some(ceiling) = &self.ceiling {
                    return below_ceiling(path, ceiling, &granted, below);
                }
                // A folder is opened itself: from the one above it, a link could lead to what lies beside it.
                match granted.parent() {
                    Some(above) if !granted.is_dir() => {
                        // What lies below something that is no folder is not there, whatever it is called.
                        let mut inner = Utf8PathBuf::from(granted.file_name().unwrap_or_default());
                        inner.extend(below.components());
                        (above.to_owned(), inner)
                    }
                    _ => (granted, below.to_owned()),
                }
            }
        };
        self.opened(path, &base, below)
    }

    fn opened(
        &self,
        path: &str,
        base: &Utf8Path,
        below: Utf8PathBuf,
    ) -> Result<(Dir, Utf8PathBuf), GuestError> {
        let dir = Dir::open_ambient_dir(base, ambient_authority())
            .map_err(|error| failed(path, &error))?;
        Ok((dir, or_here(below)))
    }

    fn leads_out(&self, path: &str) -> GuestError {
        match &self.deploy {
            Some(deploy) => {
                let why = format!("leads out of the folder of the deploy {deploy}; {DEPLOYS_READ}");
                denied(path, &why)
            }
            None => denied(
                path,
                "leads out of the deploy's folder; move the file into it, or name it by its absolute path",
            ),
        }
    }

    fn not_granted(&self, path: &str) -> GuestError {
        match &self.deploy {
            Some(deploy) => {
                let why = format!("may not be read by the deploy {deploy}: {DEPLOYS_READ}");
                denied(path, &why)
            }
            None => denied(
                path,
                "may not be read by this operation: it reads what its arguments name, and what lies beside that",
            ),
        }
    }

    fn file(&self, path: &str) -> Result<File, GuestError> {
        let (dir, below) = self.resolve(path)?;
        let file = dir.open(&below).map_err(|error| failed(path, &error))?;
        let metadata = file.metadata().map_err(|error| failed(path, &error))?;
        if metadata.is_dir() {
            let message = format!("`{path}` is a folder, not a file");
            return Err(GuestError::new(ErrorKind::Io, message));
        }
        Ok(file)
    }
}

/// What a deploy may read.
const DEPLOYS_READ: &str =
    "it reads its own folder, and the folders in `read` that its pack was granted";

fn or_here(path: Utf8PathBuf) -> Utf8PathBuf {
    match path.as_str() {
        "" => Utf8PathBuf::from("."),
        _ => path,
    }
}

/// A granted folder, or the one that a granted file is in, opened from a folder of the ceiling that it really lies in:
/// whatever is exchanged meanwhile, no link leads out of that.
fn below_ceiling(
    path: &str,
    ceiling: &[Utf8PathBuf],
    granted: &Utf8Path,
    below: &Utf8Path,
) -> Result<(Dir, Utf8PathBuf), GuestError> {
    let outer = ceiling.iter().find_map(|folder| {
        let real = folder.canonicalize_utf8().ok()?;
        let inner = granted.strip_prefix(&real).ok()?.to_owned();
        Some((real, inner))
    });
    let Some((outer, inner)) = outer else {
        let why = "is a link that leads out of the folders that the policy allows";
        return Err(denied(path, why));
    };
    let open = || {
        let outer = Dir::open_ambient_dir(&outer, ambient_authority())?;
        if granted.is_dir() {
            return Ok((outer.open_dir(or_here(inner))?, or_here(below.to_owned())));
        }
        // What lies below something that is no folder is not there, whatever it is called.
        let mut file = inner;
        file.extend(below.components());
        Ok((outer, or_here(file)))
    };
    open().map_err(|error| failed(path, &error))
}

fn kind(file_type: FileType) -> EntryKind {
    if file_type.is_file() {
        EntryKind::File
    } else if file_type.is_dir() {
        EntryKind::Directory
    } else if file_type.is_symlink() {
        EntryKind::Link
    } else {
        EntryKind::Other
    }
}

fn entry(metadata: &Metadata, target: Option<String>) -> Entry {
    Entry {
        kind: kind(metadata.file_type()),
        mode: metadata.mode() & PERMISSIONS,
        size: metadata.size(),
        target,
    }
}

fn microseconds(seconds: i64, nanoseconds: i64) -> i64 {
    seconds
        .saturating_mul(1_000_000)
        .saturating_add(nanoseconds / 1000)
}

fn hash<D: Digest>(mut from: File) -> io::Result<String> {
    let mut hash = D::new();
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = from.read(&mut buffer)?;
        match buffer.get(..read) {
            Some(bytes) if !bytes.is_empty() => hash.update(bytes),
            _ => return Ok(hex::encode(hash.finalize())),
        }
    }
}

/// Adds what lies below an open folder. `at` is its path from where walking began, empty there.
fn walk(dir: &Dir, at: &str, found: &mut Vec<(String, Entry)>) -> io::Result<()> {
    for item in dir.entries()? {
        let item = item?;
        let name = item.file_name();
        let name = name.to_str().ok_or_else(|| {
            let message = format!(
                "the name of a file in `{at}` is not UTF-8: {}",
                name.display()
            );
            io::Error::new(io::ErrorKind::InvalidData, message)
        })?;
        let path = match at {
            "" => name.to_owned(),
            _ => format!("{at}/{name}"),
        };
        let metadata = item.metadata()?;
        let link = metadata.file_type().is_symlink();
        let target = match link {
            true => Some(dir.read_link_contents(name)?.to_string_lossy().into_owned()),
            false => None,
        };
        found.push((path.clone(), entry(&metadata, target)));
        if metadata.is_dir() {
            walk(&item.open_dir()?, &path, found)?;
        }
    }
    Ok(())
}

impl LocalFiles for Granted {
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError> {
        let (dir, below) = match self.resolve(path) {
            Ok(found) => found,
            // The folder of an absolute path need not be there either.
            Err(error) if error.kind == ErrorKind::Io => return Ok(None),
            Err(error) => return Err(error),
        };
        match dir.metadata(&below) {
            Ok(metadata) => Ok(Some(entry(&metadata, None))),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(None)
            }
            Err(error) => Err(failed(path, &error)),
        }
    }

    fn times(&self, path: &str) -> Result<(i64, i64), GuestError> {
        let (dir, below) = self.resolve(path)?;
        let metadata = dir.metadata(&below).map_err(|error| failed(path, &error))?;
        Ok((
            microseconds(metadata.atime(), metadata.atime_nsec()),
            microseconds(metadata.mtime(), metadata.mtime_nsec()),
        ))
    }

    fn digest(&self, path: &str, algorithm: &str) -> Result<String, GuestError> {
        let file = self.file(path)?;
        let work: fn(File) -> io::Result<String> = match algorithm {
            "md5" => hash::<Md5>,
            "sha1" => hash::<Sha1>,
            "sha256" => hash::<Sha256>,
            "sha384" => hash::<Sha384>,
            other => {
                let message =
                    format!("there is no digest `{other}`; there are md5, sha1, sha256 and sha384");
                return Err(GuestError::new(ErrorKind::InvalidValue, message));
            }
        };
        digests::once(file, algorithm, work).map_err(|error| failed(path, &error))
    }

    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError> {
        let (dir, below) = self.resolve(path)?;
        let mut found = Vec::new();
        dir.open_dir(&below)
            .and_then(|dir| walk(&dir, "", &mut found))
            .map_err(|error| failed(path, &error))?;
        found.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(found)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError> {
        Ok(Box::new(self.file(path)?))
    }

    fn read(&self, path: &str, offset: u64, limit: u32) -> Result<Vec<u8>, GuestError> {
        let mut file = self.file(path)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(offset))
            .and_then(|_| file.take(u64::from(limit)).read_to_end(&mut bytes))
            .map_err(|error| failed(path, &error))?;
        Ok(bytes)
    }
}

#[cfg(test)]
#[path = "local/tests.rs"]
mod tests;
