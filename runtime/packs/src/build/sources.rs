//! The files of a pack's folder that building it and running its cases depend on.

use std::collections::BTreeMap;
use std::{fs, io};

use camino::{Utf8Path, Utf8PathBuf};

use super::error::BuildError;
use crate::languages::is_source_folder;
use crate::sign::Digest;

/// How many folders below a pack's are looked into.
const DEEPEST: usize = 16;

/// The sources of a pack at one moment: every file of its folder but what is built, what tools keep there (`target`,
/// `node_modules`, `__pycache__`, `Cargo.lock`), hidden files and what editors leave. Links are not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    folders: Vec<Utf8PathBuf>,
    files: BTreeMap<Utf8PathBuf, Digest>,
}

impl Sources {
    /// Reads those of a folder. `outputs` are files below it that are built.
    ///
    /// # Errors
    /// [`BuildError::File`]. What goes away meanwhile is not there.
    pub fn read(folder: &Utf8Path, outputs: &[Utf8PathBuf]) -> Result<Self, BuildError> {
        let mut found = Self::default();
        found.add(folder, Utf8Path::new(""), outputs, DEEPEST)?;
        Ok(found)
    }

    /// The folders in which they lie, below the pack's folder; that folder itself is the empty path.
    #[must_use]
    pub fn folders(&self) -> &[Utf8PathBuf] {
        &self.folders
    }

    /// Files, below the pack's folder, that are others now than they were in `before`, or are there no longer.
    #[must_use]
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> Vec<&'a Utf8Path> {
        let other = |path: &&Utf8PathBuf| self.files.get(*path) != before.files.get(*path);
        let gone = before.files.keys();
        let gone = gone.filter(|path| !self.files.contains_key(*path));
        let mut all: Vec<&Utf8Path> = self.files.keys().filter(other).map(AsRef::as_ref).collect();
        all.extend(gone.map(Utf8PathBuf::as_path));
        all.sort();
        all
    }

    fn add(
        &mut self,
        root: &Utf8Path,
        below: &Utf8Path,
        outputs: &[Utf8PathBuf],
        depth: usize,
    ) -> Result<(), BuildError> {
        let folder = plain_join(root, below);
        let Some(entries) = there(&folder, folder.read_dir_utf8())? else {
            return Ok(());
        };
        self.folders.push(below.to_owned());
        for entry in entries {
            let entry = entry.map_err(BuildError::file(&folder))?;
            let path = below.join(entry.file_name());
            let Some(kind) = there(&path, entry.file_type())? else {
                continue;
            };
            if kind.is_dir() && depth > 0 && is_source_folder(entry.file_name()) {
                self.add(root, &path, outputs, depth - 1)?;
            } else if kind.is_file()
                && is_source_file(entry.file_name())
                && !outputs.contains(&path)
                && let Some(bytes) = there(&path, fs::read(entry.path()))?
            {
                self.files.insert(path, Digest::of(&bytes));
            }
        }
        Ok(())
    }
}

/// What was read; none when it went away.
fn there<T>(path: &Utf8Path, read: io::Result<T>) -> Result<Option<T>, BuildError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(BuildError::file(path)(error)),
    }
}

/// False for what tools and editors keep beside sources.
fn is_source_file(name: &str) -> bool {
    let ends = [".part", ".swp", "~"];
    name != "Cargo.lock" && !name.starts_with('.') && !ends.iter().any(|end| name.ends_with(end))
}

/// A path below a folder; the folder itself for the empty one, without a slash behind it.
fn plain_join(folder: &Utf8Path, below: &Utf8Path) -> Utf8PathBuf {
    if below.as_str().is_empty() {
        return folder.to_owned();
    }
    folder.join(below)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_built_is_no_source_and_what_changed_is_named() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(scratch.path()).unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for path in ["pack.toml", "src/lib.rs", "cases/a.jsonl", "ready.wasm"] {
            write(path, "1");
        }
        let read = || Sources::read(folder, &["motd.wasm".into()]).unwrap();
        let before = read();
        assert_eq!(before.folders().len(), 3);
        for path in [
            "motd.wasm",
            "motd.part",
            "Cargo.lock",
            "target/debug/a",
            ".git/HEAD",
            "src/.lib.rs.swp",
            "src/lib.rs~",
        ] {
            write(path, "1");
        }
        assert_eq!(read(), before);
        write("pack.toml", "1");
        assert_eq!(read(), before, "written again, with nothing else in it");
        write("src/lib.rs", "2");
        write("src/more/new.rs", "1");
        write("ready.wasm", "2");
        fs::remove_file(folder.join("cases/a.jsonl")).unwrap();
        assert_eq!(
            read().changed_since(&before),
            [
                "cases/a.jsonl",
                "ready.wasm",
                "src/lib.rs",
                "src/more/new.rs"
            ]
        );
    }
}
