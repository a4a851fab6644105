//! What a guest may look at: the host's imports in a component, the test's host in native tests.

use serde_json::Value as Json;

use crate::content::Atom;
use crate::error::Result;
use crate::request::FactRequest;

#[cfg(target_arch = "wasm32")]
use crate::guest as backend;
#[cfg(not(target_arch = "wasm32"))]
use crate::testing as backend;

/// What stands at a path on the controller.
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
    /// The kind of a contract name.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "file" => Self::File,
            "dir" => Self::Directory,
            "link" => Self::Link,
            _ => Self::Other,
        }
    }
}

pub(crate) fn fact(request: &FactRequest) -> Result<Json> {
    backend::fact(request)
}

pub(crate) fn facts(requests: &[FactRequest]) -> Vec<Result<Json>> {
    backend::facts(requests)
}

/// The host, the inventory and the operation's global arguments. Only what is asked enters the memo key.
pub mod context {
    use super::{Json, backend};

    /// What a JSON pointer names in `{name, groups, data}` of the host.
    #[must_use]
    pub fn host(pointer: &str) -> Option<Json> {
        backend::host(pointer)
    }

    /// What a JSON pointer names in `{groups: {NAME: [host…]}, hosts: {NAME: {groups, data}}}`.
    #[must_use]
    pub fn inventory(pointer: &str) -> Option<Json> {
        backend::inventory(pointer)
    }

    /// The operation's value of a global argument, by public name.
    #[must_use]
    pub fn global(name: &str) -> Option<Json> {
        backend::global(name)
    }

    /// The text of a global argument, by public name; none when it is unset, empty or no text.
    #[must_use]
    pub fn global_text(name: &str) -> Option<String> {
        match global(name) {
            Some(Json::String(text)) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// The start of the run, for the names of backups: the same all through a run.
    #[must_use]
    pub fn timestamp() -> String {
        global_text("_timestamp").unwrap_or_else(|| "windlass-backup".to_owned())
    }

    /// The folder for temporary files that the target's own programs make.
    #[must_use]
    pub fn temp_dir() -> String {
        global_text("_temp_dir").unwrap_or_else(|| "/tmp".to_owned())
    }

    /// A path on the target for a temporary file, in a folder that nobody else can read or write. The same key gives
    /// the same path.
    #[must_use]
    pub fn temp_path(key: &str) -> String {
        backend::temp_path(key)
    }
}

/// Files on the controller that stand in this call's arguments, among the pack's assets (`pack:PATH`) or below
/// granted folders. Every function gives `denied` for other paths and `io` for what the system refuses.
pub mod local_files {
    use super::{Entry, Result, backend};

    /// Largest part asked for at once; the host may have a lower cap and then gives an error that says so.
    const CHUNK: u32 = 1 << 20;

    /// What stands at a path, links followed; none when there is nothing.
    ///
    /// # Errors
    /// `denied` and `io`.
    pub fn stat(path: &str) -> Result<Option<Entry>> {
        backend::stat(path)
    }

    /// Access and modification time, in microseconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// `denied` and `io`.
    pub fn times(path: &str) -> Result<(i64, i64)> {
        backend::times(path)
    }

    /// A file's digest in lower-case hexadecimal; `md5`, `sha1`, `sha256` or `sha384`.
    ///
    /// # Errors
    /// `denied` and `io`; `invalid-value` for another algorithm.
    pub fn digest(path: &str, algorithm: &str) -> Result<String> {
        backend::digest(path, algorithm)
    }

    /// All that lies below a folder: relative paths, sorted, links not followed.
    ///
    /// # Errors
    /// `denied` and `io`.
    pub fn walk(path: &str) -> Result<Vec<(String, Entry)>> {
        backend::walk(path)
    }

    /// A file's content.
    ///
    /// # Errors
    /// `denied` and `io`.
    pub fn read(path: &str) -> Result<Vec<u8>> {
        let mut content = Vec::new();
        loop {
            let part = backend::read(path, content.len() as u64, CHUNK)?;
            let ended = part.len() < CHUNK as usize;
            content.extend(part);
            if ended {
                return Ok(content);
            }
        }
    }
}

/// Questions about secrets, whose values stay with the host.
pub mod secrets {
    use super::{Atom, Result, backend};

    /// Whether content has a digest (lower-case hexadecimal; `md5`, `sha1`, `sha256`, `sha384`).
    ///
    /// # Errors
    /// `secret` when it was asked too often; `invalid-value` for another algorithm.
    pub fn matches(content: &[Atom], algorithm: &str, digest: &str) -> Result<bool> {
        backend::matches(content, algorithm, digest)
    }

    /// Whether a secret's value is empty.
    ///
    /// # Errors
    /// `secret` for a number that is none of the call's secrets.
    pub fn is_empty(secret: u32) -> Result<bool> {
        backend::is_empty(secret)
    }
}

/// Remarks for whoever runs the deploy.
pub mod log {
    use super::backend;

    /// For those who look for a fault.
    pub fn debug(message: &str) {
        backend::write_log("debug", message);
    }

    /// For everybody.
    pub fn info(message: &str) {
        backend::write_log("info", message);
    }

    /// For everybody, counted and marked.
    pub fn warning(message: &str) {
        backend::write_log("warning", message);
    }
}
