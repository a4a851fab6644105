//! The cache's folder, and the files in it: opened without following links, and looked at through what was opened.

use std::fs::{DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::time::SystemTime;

use rustix::fs::{FileType, Mode, OFlags, Stat};

use super::names;

/// Opens the folder by itself and looks at what was opened, so that nobody can exchange it in between.
pub(super) fn open_folder(path: &Path) -> Result<OwnedFd, String> {
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

/// Opens a regular file of ours that others cannot write.
pub(super) fn open(folder: &OwnedFd, name: &str) -> io::Result<File> {
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
    Ok(File::from(file))
}

/// Reads an entry, and says that it was used.
pub(super) fn read(folder: &OwnedFd, name: &str) -> io::Result<Vec<u8>> {
    let mut file = open(folder, name)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if let Err(error) = file.set_modified(SystemTime::now()) {
        // On what is mounted read-only, nothing is pruned either.
        tracing::debug!(entry = name, %error, "its use could not be marked");
    }
    Ok(bytes)
}

/// Writes an entry, which others see when it is whole.
pub(super) fn write(folder: &OwnedFd, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = names::unfinished(name);
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
