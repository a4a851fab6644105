//! Files on the controller, as plugins and uploads may see them.

use std::io::Read;

use crate::plugins::GuestError;

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link.
    Link,
    /// Anything else.
    Other,
}

impl EntryKind {
    /// The contract's name of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Directory => "dir",
            Self::Link => "link",
            Self::Other => "other",
        }
    }
}

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Permission bits.
    pub mode: u32,
    /// Size in bytes.
    pub size: u64,
    /// Where a link points.
    pub target: Option<String>,
}

/// Read access to the controller's files. Every method refuses paths that were not granted with kind `denied`,
/// and answers kind `io` for what the system refuses.
pub trait LocalFiles: Send + Sync {
    /// What stands at a path, links followed; none when there is nothing.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError>;

    /// Access and modification times, in microseconds since 1970 (UTC).
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn times(&self, path: &str) -> Result<(i64, i64), GuestError>;

    /// A file's digest in lower-case hexadecimal. `algorithm`: `md5`, `sha1`, `sha256`, `sha384`.
    ///
    /// # Errors
    /// Kinds `denied` and `io`; `invalid-value` for an unknown algorithm.
    fn digest(&self, path: &str, algorithm: &str) -> Result<String, GuestError>;

    /// Everything below a folder, relative paths, sorted; links are not followed.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError>;

    /// Opens a file for reading.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError>;

    /// Up to `limit` bytes from `offset`.
    ///
    /// # Errors
    /// Kinds `denied` and `io`.
    fn read(&self, path: &str, offset: u64, limit: u32) -> Result<Vec<u8>, GuestError>;
}
