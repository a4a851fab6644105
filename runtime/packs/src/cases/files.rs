//! The controller's files, as a case tells them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};
use windlass_engine::local_files::{Entry, EntryKind, LocalFiles};
use windlass_engine::plugins::{ErrorKind, GuestError};

use super::format::LocalFile;

/// Mode of files that say nothing of it.
pub(super) const FILE_MODE: u32 = 0o644;

/// Mode of folders that say nothing of it.
pub(super) const FOLDER_MODE: u32 = 0o755;

/// How many links are followed one after another.
const LINKS: usize = 16;

struct Held {
    entry: Entry,
    content: Vec<u8>,
    times: (i64, i64),
}

/// Files in memory.
pub(super) struct MemoryFiles {
    cwd: String,
    held: BTreeMap<String, Held>,
}

impl MemoryFiles {
    pub(super) fn new(cwd: &str, files: &[LocalFile]) -> Self {
        let mut held = BTreeMap::new();
        for file in files {
            let content = file.content.clone().unwrap_or_default().into_bytes();
            let (kind, mode) = match file.kind.as_str() {
                "dir" => (EntryKind::Directory, FOLDER_MODE),
                "link" => (EntryKind::Link, 0o777),
                _ => (EntryKind::File, FILE_MODE),
            };
            let stat = file.stat.clone().unwrap_or_default();
            let mode = stat
                .mode
                .as_deref()
                .and_then(|digits| u32::from_str_radix(digits, 8).ok())
                .unwrap_or(mode);
            let entry = Entry {
                kind,
                mode,
                size: content.len() as u64,
                target: file.target.clone(),
            };
            let times = (micros(stat.atime), micros(stat.mtime));
            held.insert(
                join(cwd, &file.path),
                Held {
                    entry,
                    content,
                    times,
                },
            );
        }
        Self {
            cwd: cwd.to_owned(),
            held,
        }
    }

    /// What stands at a path, links followed.
    fn at(&self, path: &str) -> Option<&Held> {
        let mut path = join(&self.cwd, path);
        for _ in 0..LINKS {
            let held = self.held.get(&path)?;
            match held
                .entry
                .target
                .as_deref()
                .filter(|_| held.entry.kind == EntryKind::Link)
            {
                Some(target) => {
                    path = join(
                        path.rsplit_once('/').map_or("/", |(folder, _)| folder),
                        target,
                    )
                }
                None => return Some(held),
            }
        }
        None
    }

    fn file(&self, path: &str) -> Result<&Held, GuestError> {
        let wrong = |why: &str| GuestError::new(ErrorKind::Io, format!("{path}: {why}"));
        let held = self.at(path).ok_or_else(|| wrong("no such file"))?;
        if held.entry.kind == EntryKind::Directory {
            Err(wrong("is a folder"))
        } else {
            Ok(held)
        }
    }
}

fn micros(seconds: f64) -> i64 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a float cast saturates, and no case is that far from 1970"
    )]
    let micros = (seconds * 1e6).round() as i64;
    micros
}

/// A path in a folder, without `.` and `..`; an absolute path stands for itself.
pub(super) fn join(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// A digest in lower-case hexadecimal.
pub(super) fn digest(algorithm: &str, content: &[u8]) -> Result<String, GuestError> {
    Ok(match algorithm {
        "md5" => hex::encode(Md5::digest(content)),
        "sha1" => hex::encode(Sha1::digest(content)),
        "sha256" => hex::encode(Sha256::digest(content)),
        "sha384" => hex::encode(Sha384::digest(content)),
        other => {
            let message =
                format!("there is no digest `{other}`; there are md5, sha1, sha256 and sha384");
            return Err(GuestError::new(ErrorKind::InvalidValue, message));
        }
    })
}

impl LocalFiles for MemoryFiles {
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError> {
        Ok(self.at(path).map(|held| held.entry.clone()))
    }

    fn times(&self, path: &str) -> Result<(i64, i64), GuestError> {
        self.file(path).map(|held| held.times)
    }

    fn digest(&self, path: &str, algorithm: &str) -> Result<String, GuestError> {
        digest(algorithm, &self.file(path)?.content)
    }

    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError> {
        let folder = join(&self.cwd, path);
        let below = |(path, held): (&String, &Held)| {
            let relative = path
                .strip_prefix(folder.trim_end_matches('/'))?
                .strip_prefix('/')?;
            (!relative.is_empty()).then(|| (relative.to_owned(), held.entry.clone()))
        };
        Ok(self.held.iter().filter_map(below).collect())
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError> {
        Ok(Box::new(Cursor::new(self.file(path)?.content.clone())))
    }

    fn read(&self, path: &str, offset: u64, limit: u32) -> Result<Vec<u8>, GuestError> {
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(self
            .file(path)?
            .content
            .iter()
            .skip(skip)
            .take(limit as usize)
            .copied()
            .collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn files() -> MemoryFiles {
        let files = serde_json::json!([
            {"path": "/deploy/a", "content": "text", "stat": {"mode": "0600", "mtime": 1.5}},
            {"path": "/deploy/sub", "kind": "dir"},
            {"path": "/deploy/sub/b", "content": ""},
            {"path": "/deploy/link", "kind": "link", "target": "a"},
            {"path": "/deploy/loop", "kind": "link", "target": "loop"},
        ]);
        MemoryFiles::new(
            "/deploy",
            &serde_json::from_value::<Vec<LocalFile>>(files).unwrap(),
        )
    }

    #[test]
    fn relative_paths_and_links_are_followed() {
        assert_eq!(files().stat("a").unwrap().unwrap().mode, 0o600);
        assert_eq!(files().read("./sub/../link", 1, 2).unwrap(), b"ex");
        assert_eq!(files().times("/deploy/a").unwrap(), (0, 1_500_000));
        assert_eq!(files().stat("loop").unwrap(), None);
    }

    #[test]
    fn what_is_no_file_is_an_error() {
        assert_eq!(files().read("none", 0, 1).unwrap_err().kind, ErrorKind::Io);
        assert_eq!(
            files().digest("sub", "sha1").unwrap_err().kind,
            ErrorKind::Io
        );
        assert_eq!(
            files().digest("a", "crc").unwrap_err().kind,
            ErrorKind::InvalidValue
        );
    }

    #[test]
    fn a_walk_is_relative_and_sorted() {
        let walked: Vec<String> = files()
            .walk(".")
            .unwrap()
            .into_iter()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(walked, ["a", "link", "loop", "sub", "sub/b"]);
    }
}
