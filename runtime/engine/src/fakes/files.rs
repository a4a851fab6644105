//! A controller without files.

use std::io::Read;

use crate::local_files::{Entry, LocalFiles};
use crate::plugins::{ErrorKind, GuestError};

/// Refuses every path.
pub struct NoLocalFiles;

fn denied(path: &str) -> GuestError {
    GuestError::new(
        ErrorKind::Denied,
        format!("{path}: there are no local files here"),
    )
}

impl LocalFiles for NoLocalFiles {
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError> {
        Err(denied(path))
    }

    fn times(&self, path: &str) -> Result<(i64, i64), GuestError> {
        Err(denied(path))
    }

    fn digest(&self, path: &str, _: &str) -> Result<String, GuestError> {
        Err(denied(path))
    }

    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError> {
        Err(denied(path))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError> {
        Err(denied(path))
    }

    fn read(&self, path: &str, _: u64, _: u32) -> Result<Vec<u8>, GuestError> {
        Err(denied(path))
    }
}
