//! What is on the disk, and not only given to the system: a machine that loses its power must not have done anything
//! that its audit does not show.

use std::fs::File;
use std::io;
use std::sync::{Mutex, PoisonError};

use crate::patience::patiently;

/// Sees to it that a file's content is on the disk.
pub(super) type SyncFile = fn(&File) -> io::Result<()>;

/// How much of a file of records is on the disk.
pub(super) struct Disk {
    file: File,
    sync: SyncFile,
    /// Records up to this number are.
    through: Mutex<u64>,
}

impl Disk {
    /// None of the file is taken to be there.
    pub(super) fn new(file: File, sync: SyncFile) -> Self {
        Self {
            file,
            sync,
            through: Mutex::new(0),
        }
    }

    /// Returns when record `seq` is there. Whoever waits meanwhile is done with the same turn of the disk: `written`
    /// is the last record that was given to the system when a turn begins.
    pub(super) fn holds(&self, seq: u64, written: impl FnOnce() -> u64) -> io::Result<()> {
        patiently(|| {
            let mut through = self.through.lock().unwrap_or_else(PoisonError::into_inner);
            if *through >= seq {
                return Ok(());
            }
            let reached = written();
            (self.sync)(&self.file)?;
            *through = reached;
            Ok(())
        })
    }
}
