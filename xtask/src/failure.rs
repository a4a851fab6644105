//! How a task fails: one sentence for the developer, who sees it after `error: `.

use std::fmt;
use std::io;
use std::path::Path;

use windlass_guests::GuestError;

/// What a task returns.
pub(crate) type Done<T = ()> = Result<T, Failure>;

/// Why a task could not be done, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// An input or output error at a path.
    pub(crate) fn at(path: &Path, error: &io::Error) -> Self {
        Self(format!("{}: {error}", path.display()))
    }
}

impl From<GuestError> for Failure {
    fn from(error: GuestError) -> Self {
        Self(error.to_string())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
