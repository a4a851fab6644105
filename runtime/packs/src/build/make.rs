//! Building every component of a pack.

use std::fs;

use camino::{Utf8Path, Utf8PathBuf};

use super::error::BuildError;
use super::rust;
use crate::inspect::Interfaces;
use crate::languages::{self, Source};
use crate::manifest::{Build, Component, FILE, Language, Manifest};

/// A component that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Its file, below the pack's folder.
    pub path: Utf8PathBuf,
    /// The language it was built from.
    pub language: Language,
    /// Its size in bytes.
    pub size: usize,
    /// False when the file held the same bytes already.
    pub changed: bool,
}

/// Builds the components of the pack in a folder. `note` gets sentences for whoever waits. What cargo prints goes to
/// standard error.
///
/// # Errors
/// [`BuildError`]. Components before the one that fails are written.
pub fn build(
    folder: &Utf8Path,
    manifest: &Manifest,
    note: &mut dyn FnMut(&str),
) -> Result<Vec<Built>, BuildError> {
    let mut all = Vec::new();
    for component in &manifest.components {
        let Some(how) = &component.build else {
            continue;
        };
        let bytes = compile(folder, manifest, component, how, note)?;
        let found = Interfaces::of(&bytes).map_err(|source| BuildError::Component {
            path: component.path.clone(),
            source,
        })?;
        let foreign = found.foreign();
        if !foreign.is_empty() {
            return Err(BuildError::Foreign {
                path: component.path.clone(),
                imports: foreign.join(", "),
            });
        }
        all.push(Built {
            path: component.path.clone(),
            language: how.language,
            size: bytes.len(),
            changed: write(&folder.join(&component.path), &bytes)?,
        });
    }
    if all.is_empty() {
        return Err(BuildError::Nothing(folder.join(FILE)));
    }
    Ok(all)
}

fn compile(
    folder: &Utf8Path,
    manifest: &Manifest,
    component: &Component,
    how: &Build,
    note: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, BuildError> {
    let failed = |source| BuildError::Language {
        path: component.path.clone(),
        source,
    };
    let source = Source {
        language: how.language,
        folder,
        entry: &folder.join(&how.entry),
        role: component.role,
        capabilities: &manifest.capabilities,
    };
    match languages::compile(&source).map_err(failed)? {
        Some(bytes) => Ok(bytes),
        None => {
            let core = rust::compile(folder, component, how, note)?;
            languages::encode(&core, None).map_err(failed)
        }
    }
}

/// Writes a file unless it holds these bytes. It appears whole or not at all.
fn write(path: &Utf8Path, bytes: &[u8]) -> Result<bool, BuildError> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(BuildError::file(parent))?;
    }
    let part = path.with_extension("part");
    fs::write(&part, bytes).map_err(BuildError::file(&part))?;
    fs::rename(&part, path).map_err(BuildError::file(path))?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_written_where_its_bytes_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("a/b.wasm");
        assert!(write(&path, b"one").unwrap());
        assert!(!write(&path, b"one").unwrap());
        assert!(write(&path, b"two").unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_pack_that_comes_ready_has_nothing_to_build() {
        let text = "[pack]\nname='a:b'\nversion='1.0.0'\nlicence='MIT'\nsummary='x'\n[[component]]\npath='b.wasm'\nrole='observing'";
        let manifest = Manifest::parse(text, FILE).unwrap();
        let error = build(Utf8Path::new("pack"), &manifest, &mut |_| ()).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("pack/pack.toml has no component with"),
            "{error}"
        );
    }
}
