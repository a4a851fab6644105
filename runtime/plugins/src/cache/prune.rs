//! Pruning: entries that were not used for long are removed, and while there is too much, those that were not used
//! for longest.
//!
//! A file's time of modification says when it was last used. Nothing else than the cache's own regular files is
//! touched. A run beside this one that just opened an entry still reads it, and compiles again at worst.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Dir, FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::folder::open;
use super::names::{self, Kind};
use super::room::Room;

/// The file whose time says when the cache was last pruned to the end; its lock is held meanwhile.
pub(super) const MARK: &str = ".pruned";

/// How long it is left alone after that: looking at each entry takes longer than all else that keeping one takes.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// What was used within this time stays, however much there is: who goes on working with it would compile it again.
const IN_USE: Duration = Duration::from_secs(60 * 60);

/// Nobody takes so long to write an entry: its process is gone.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// The right to prune, which one process has at a time.
pub(super) struct Turn {
    mark: File,
}

/// What was removed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pruned {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

/// A file of the cache.
struct Found {
    name: String,
    kind: Kind,
    bytes: u64,
    used: SystemTime,
}

impl Turn {
    /// Takes the turn when it is time; none when the cache was pruned within the hour, is new, or is being pruned.
    pub(super) fn take(folder: &OwnedFd, now: SystemTime) -> io::Result<Option<Self>> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mark = File::from(rustix::fs::openat(
            folder,
            MARK,
            flags,
            Mode::RUSR | Mode::WUSR,
        )?);
        if !is_time(&mark, now)? {
            return Ok(None);
        }
        match rustix::fs::flock(&mark, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => return Ok(None),
            locked => locked?,
        }
        let turn = Self { mark };
        // Somebody may have come to the end in between.
        Ok(is_time(&turn.mark, now)?.then_some(turn))
    }

    /// Removes what there is no room for. Files that cannot be removed stay. Where the process ends before it came to
    /// the end, the next that adds an entry goes on.
    pub(super) fn prune(self, folder: &OwnedFd, room: Room, now: SystemTime) -> io::Result<Pruned> {
        let mut pruned = Pruned::default();
        for found in superfluous(list(folder, now)?, room, now) {
            match remove(folder, &found) {
                Ok(true) => {
                    pruned.files += 1;
                    pruned.bytes += found.bytes;
                }
                Ok(false) => {}
                Err(error) => tracing::debug!(entry = found.name, %error, "not pruned"),
            }
        }
        self.mark.set_modified(now)?;
        Ok(pruned)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Not by closing the file alone: a child that is just being started still has it, and the lock with it.
        if let Err(error) = rustix::fs::flock(&self.mark, FlockOperation::Unlock) {
            tracing::debug!(%error, "the lock on the cache stays until the file is closed");
        }
    }
}

/// Whether the interval has passed. A time that is as far ahead is of a clock that was wrong.
fn is_time(mark: &File, now: SystemTime) -> io::Result<bool> {
    let since = now.duration_since(mark.metadata()?.modified()?);
    let apart = since.unwrap_or_else(|ahead| ahead.duration());
    Ok(apart >= INTERVAL)
}

/// The cache's own files.
fn list(folder: &OwnedFd, now: SystemTime) -> io::Result<Vec<Found>> {
    let mut files = Vec::new();
    for file in Dir::read_from(folder)? {
        let file = file?;
        let Ok(name) = file.file_name().to_str() else {
            continue;
        };
        let Some(kind) = names::kind(name) else {
            continue;
        };
        // What cannot be opened is not ours, or gone.
        let Ok(file) = open(folder, name) else {
            continue;
        };
        let metadata = file.metadata()?;
        let mut used = metadata.modified()?;
        if used > now {
            // Of a clock that was wrong: it would never age.
            file.set_modified(now)?;
            used = now;
        }
        files.push(Found {
            name: name.to_owned(),
            kind,
            bytes: metadata.len(),
            used,
        });
    }
    Ok(files)
}

/// Those of the files that are to go.
fn superfluous(mut files: Vec<Found>, room: Room, now: SystemTime) -> Vec<Found> {
    files.sort_by_key(|found| found.used);
    let mut total: u64 = files.iter().map(|found| found.bytes).sum();
    files.retain(|found| {
        let unused = now.duration_since(found.used).unwrap_or_default();
        let goes = match found.kind {
            Kind::Unfinished => unused >= ABANDONED,
            Kind::Entry => unused >= IN_USE && (unused >= room.age || total > room.size),
        };
        if goes {
            total -= found.bytes;
        }
        goes
    });
    files
}

/// Removes a file, unless it was used since it was found.
fn remove(folder: &OwnedFd, found: &Found) -> io::Result<bool> {
    if open(folder, &found.name)?.metadata()?.modified()? != found.used {
        return Ok(false);
    }
    rustix::fs::unlinkat(folder, &found.name, AtFlags::empty())?;
    Ok(true)
}

#[cfg(test)]
#[path = "prune/tests.rs"]
mod tests;
