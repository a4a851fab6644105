//! What a pack holds, wherever it came from. Nothing here is believed yet: see [`Contents::claim`].

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cap_std::ambient_authority;
use cap_std::fs::Dir;

use super::error::SourceError;
use crate::manifest::{self, Manifest, inside, path_inside};
use crate::sign::{Signature, Statement};
use crate::trust::Claim;

/// The folder of a pack in which its signatures are.
pub const SIGNATURES: &str = "signatures";

/// The signed statement, in that folder.
pub const STATEMENT: &str = "statement.json";

/// The end of a signature's file name; before it stands the number of the key.
pub const SIGNATURE_END: &str = ".minisig";

/// How many bytes a pack may have: components of large runtimes have tens of MiB.
pub(crate) const LARGEST: u64 = 512 << 20;

/// How many files a pack may have.
pub(crate) const MOST: usize = 4096;

/// The files of a pack.
#[derive(Clone, Debug)]
pub struct Contents {
    /// What `pack.toml` says.
    pub manifest: Manifest,
    manifest_text: Vec<u8>,
    files: BTreeMap<Utf8PathBuf, Vec<u8>>,
    signed: Option<Vec<u8>>,
    signatures: BTreeMap<String, String>,
}

impl Contents {
    /// Reads a pack's folder: its manifest, the components, deploy modules and cases that it names, and signatures.
    /// Links that lead out of the folder are not followed.
    ///
    /// # Errors
    /// [`SourceError`]: what cannot be read, or all that is wrong with the manifest.
    pub fn from_folder(folder: &Utf8Path) -> Result<Self, SourceError> {
        let unreadable = |path: &Utf8Path, error: std::io::Error| SourceError::Unreadable {
            path: folder.join(path),
            message: error.to_string(),
        };
        let dir = Dir::open_ambient_dir(folder, ambient_authority())
            .map_err(|error| unreadable("".into(), error))?;
        let read = |path: &Utf8Path| dir.read(path).map_err(|error| unreadable(path, error));
        let parsed = manifest::from_folder(folder)?;
        let mut paths: Vec<Utf8PathBuf> = vec![manifest::FILE.into()];
        paths.extend(parsed.components.iter().map(|part| part.path.clone()));
        for globs in [&parsed.pack.deploys, &parsed.pack.cases] {
            paths.extend(inside(folder, globs)?);
        }
        if let Ok(entries) = dir.read_dir(SIGNATURES) {
            for entry in entries {
                let entry = entry.map_err(|error| unreadable(SIGNATURES.into(), error))?;
                let name = entry.file_name().to_string_lossy().into_owned();
                if name == STATEMENT || name.ends_with(SIGNATURE_END) {
                    paths.push(Utf8Path::new(SIGNATURES).join(name));
                }
            }
        }
        let mut files = BTreeMap::new();
        for path in paths {
            let bytes = read(&path)?;
            files.insert(path, bytes);
        }
        Self::from_files(files, folder.as_str())
    }

    /// A pack of files by their paths. `origin` is for messages.
    ///
    /// # Errors
    /// [`SourceError`]: no manifest, a wrong one, a component that is missing, a path outside of the pack.
    pub fn from_files(
        mut files: BTreeMap<Utf8PathBuf, Vec<u8>>,
        origin: &str,
    ) -> Result<Self, SourceError> {
        let malformed = |message: String| SourceError::Malformed {
            origin: origin.to_owned(),
            message,
        };
        let size: u64 = files.values().map(|bytes| bytes.len() as u64).sum();
        if files.len() > MOST || size > LARGEST {
            return Err(malformed(format!(
                "it has {} files of {size} bytes; a pack has at most {MOST} of {LARGEST}",
                files.len()
            )));
        }
        for path in files.keys() {
            match path_inside(path.as_str()) {
                Ok(clean) if clean.as_str() == path.as_str() => {}
                Ok(_) => {
                    return Err(malformed(format!(
                        "`{path}` is written in a roundabout way"
                    )));
                }
                Err(message) => return Err(malformed(message)),
            }
        }
        let manifest_text = files
            .remove(Utf8Path::new(manifest::FILE))
            .ok_or_else(|| malformed(format!("it has no {}", manifest::FILE)))?;
        let text = std::str::from_utf8(&manifest_text)
            .map_err(|_| malformed(format!("its {} is no UTF-8 text", manifest::FILE)))?;
        let manifest = Manifest::parse(text, &format!("{origin}/{}", manifest::FILE))
            .map_err(manifest::FileError::Wrong)?;
        let (mut signed, mut signatures) = (None, BTreeMap::new());
        let below = Utf8Path::new(SIGNATURES);
        let taken: Vec<Utf8PathBuf> = files
            .keys()
            .filter(|path| path.starts_with(below))
            .cloned()
            .collect();
        for path in taken {
            let bytes = files.remove(&path).unwrap_or_default();
            let name = path.file_name().unwrap_or_default();
            if path.parent() != Some(below) {
                return Err(malformed(format!("`{path}` is no signature")));
            } else if name == STATEMENT {
                signed = Some(bytes);
            } else if name.ends_with(SIGNATURE_END) {
                // What is no text is no signature either, and is told as such when it is read.
                let text = String::from_utf8_lossy(&bytes).into_owned();
                signatures.insert(name.to_owned(), text);
            } else {
                return Err(malformed(format!("`{path}` is no signature")));
            }
        }
        for part in &manifest.components {
            if !files.contains_key(&part.path) {
                return Err(malformed(format!(
                    "the component {} that its manifest names is missing",
                    part.path
                )));
            }
        }
        Ok(Self {
            manifest,
            manifest_text,
            files,
            signed,
            signatures,
        })
    }

    /// What its files come to.
    #[must_use]
    pub fn statement(&self) -> Statement {
        let files = self.files.iter();
        Statement::new(
            self.manifest.pack.name.to_string(),
            self.manifest.pack.version.to_string(),
            &self.manifest_text,
            files.map(|(path, bytes)| (path.as_path(), bytes.as_slice())),
            self.manifest.capabilities.clone(),
        )
    }

    /// The bytes of one of its files.
    #[must_use]
    pub fn file(&self, path: &Utf8Path) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Its signatures: names of their files and texts.
    #[must_use]
    pub fn signatures(&self) -> Vec<(String, String)> {
        let all = self.signatures.iter();
        all.map(|(name, text)| (name.clone(), text.clone()))
            .collect()
    }

    /// What is asked of trust. `found` is its [`Contents::statement`], `signatures` its [`Contents::signatures`].
    #[must_use]
    pub fn claim<'a>(
        &'a self,
        found: &'a Statement,
        signatures: &'a [(String, String)],
    ) -> Claim<'a> {
        Claim {
            found,
            signed: self.signed.as_deref(),
            signatures,
        }
    }

    /// True when somebody signed a statement of just these files. Who that is, is not looked at.
    #[must_use]
    pub fn is_signed_as_it_is(&self) -> bool {
        let own = self.statement().text();
        !self.signatures.is_empty() && self.signed.as_deref() == Some(own.as_bytes())
    }

    /// Puts a signature over its statement in. Signatures over another statement go.
    pub fn add_signature(&mut self, signature: &Signature) {
        let text = self.statement().text().into_bytes();
        if self.signed.as_ref() != Some(&text) {
            self.signatures.clear();
        }
        self.signed = Some(text);
        let name = format!("{}{SIGNATURE_END}", signature.key());
        self.signatures.insert(name, signature.to_string());
    }

    /// All its files, as a source holds them: manifest, parts, statement and signatures.
    pub fn all(&self) -> impl Iterator<Item = (Utf8PathBuf, &[u8])> {
        let manifest = (manifest::FILE.into(), self.manifest_text.as_slice());
        let files = self.files.iter();
        let files = files.map(|(path, bytes)| (path.clone(), bytes.as_slice()));
        let below = Utf8Path::new(SIGNATURES);
        let signed = self.signed.iter();
        let signed = signed.map(move |text| (below.join(STATEMENT), text.as_slice()));
        let signatures = self.signatures.iter();
        let signatures = signatures.map(move |(name, text)| (below.join(name), text.as_bytes()));
        std::iter::once(manifest)
            .chain(files)
            .chain(signed)
            .chain(signatures)
    }

    /// Writes its statement and signatures into its folder, in place of those that were there.
    ///
    /// # Errors
    /// [`SourceError::Unwritable`].
    pub fn write_signatures(&self, folder: &Utf8Path) -> Result<(), SourceError> {
        let below = folder.join(SIGNATURES);
        let failed = |error: std::io::Error| SourceError::Unwritable {
            path: below.clone(),
            message: error.to_string(),
        };
        match std::fs::remove_dir_all(&below) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        for (path, bytes) in self.all().filter(|(path, _)| path.starts_with(SIGNATURES)) {
            std::fs::create_dir_all(&below).map_err(failed)?;
            std::fs::write(folder.join(path), bytes).map_err(failed)?;
        }
        Ok(())
    }

    /// Writes all its files into a folder. What is there already stays when it is the same, byte for byte.
    ///
    /// # Errors
    /// [`SourceError::Unwritable`].
    pub fn replace(&self, folder: &Utf8Path) -> Result<(), SourceError> {
        if folder.exists() {
            let same = self.all().all(|(path, bytes)| {
                std::fs::read(folder.join(path)).is_ok_and(|own| own == bytes)
            });
            if same {
                return Ok(());
            }
            std::fs::remove_dir_all(folder).map_err(|error| SourceError::Unwritable {
                path: folder.to_owned(),
                message: error.to_string(),
            })?;
        }
        self.write(folder)
    }

    /// Writes all its files into a folder that is not there yet: it appears as a whole or not at all.
    ///
    /// # Errors
    /// [`SourceError::Unwritable`].
    pub fn write(&self, folder: &Utf8Path) -> Result<(), SourceError> {
        let failed = |error: std::io::Error| SourceError::Unwritable {
            path: folder.to_owned(),
            message: error.to_string(),
        };
        let parent = folder.parent().unwrap_or(Utf8Path::new("."));
        std::fs::create_dir_all(parent).map_err(failed)?;
        let temporary = tempfile::Builder::new()
            .prefix(".new-")
            .tempdir_in(parent)
            .map_err(failed)?;
        let place = Utf8Path::from_path(temporary.path())
            .ok_or_else(|| failed(std::io::Error::other("its path is no UTF-8 text")))?;
        for (path, bytes) in self.all() {
            let path = place.join(path);
            let parent = path.parent().unwrap_or(place);
            std::fs::create_dir_all(parent).map_err(failed)?;
            std::fs::write(&path, bytes).map_err(failed)?;
        }
        match std::fs::rename(place, folder) {
            // Another run was faster: what it wrote is the same, since its name is its digest.
            Err(_) if folder.join(manifest::FILE).exists() => Ok(()),
            Err(error) => Err(failed(error)),
            Ok(()) => {
                let _ = temporary.keep();
                Ok(())
            }
        }
    }
}
