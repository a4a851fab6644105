//! A bundle: one file with all that a project's packs need, for machines without a network.
//!
//! It is a tar file (POSIX.1-2001), the same bytes for the same packs: `packs.toml`, `packs.lock`, `trust.toml` and
//! `policy.toml` where there are such, and below `packs/NAMESPACE-NAME-VERSION/` each pack with its signatures.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use tar::{Archive, Builder, EntryType, Header};

use super::contents::{Contents, LARGEST, MOST};
use super::error::SourceError;
use crate::manifest::{PackName, path_inside};

/// The files of a project that a bundle holds beside the packs.
pub const PROJECT_FILES: [&str; 4] = ["packs.toml", "packs.lock", "trust.toml", "policy.toml"];

/// The folder of the packs.
const PACKS: &str = "packs";

/// What a bundle holds.
#[derive(Clone, Debug, Default)]
pub struct Bundle {
    /// Where it was read from, for messages.
    pub origin: String,
    /// The files of the project, by the names of [`PROJECT_FILES`].
    pub project: BTreeMap<String, String>,
    /// The packs, by name.
    pub packs: BTreeMap<PackName, Contents>,
}

impl Bundle {
    /// Reads a bundle's file.
    ///
    /// # Errors
    /// [`SourceError`]: a file that cannot be read, is no bundle, or holds what does not belong there.
    pub fn open(path: &Utf8Path) -> Result<Self, SourceError> {
        let file = File::open(path).map_err(|error| SourceError::Unreadable {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        Self::read(file, path.as_str())
    }

    /// Reads a bundle. `origin` is for messages.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn read(bytes: impl Read, origin: &str) -> Result<Self, SourceError> {
        let malformed = |message: String| SourceError::Malformed {
            origin: origin.to_owned(),
            message,
        };
        let torn = |error: std::io::Error| malformed(format!("it is no bundle: {error}"));
        let mut bundle = Self {
            origin: origin.to_owned(),
            ..Self::default()
        };
        let mut packs: BTreeMap<String, BTreeMap<Utf8PathBuf, Vec<u8>>> = BTreeMap::new();
        let (mut count, mut size) = (0_usize, 0_u64);
        for entry in Archive::new(bytes).entries().map_err(torn)? {
            let mut entry = entry.map_err(torn)?;
            let path = entry.path().map_err(torn)?.into_owned();
            let path = Utf8PathBuf::from_path_buf(path)
                .map_err(|path| malformed(format!("{} is no UTF-8 text", path.display())))?;
            // Nothing but files: a link could lead anywhere.
            if entry.header().entry_type() != EntryType::Regular {
                return Err(malformed(format!("`{path}` is no file")));
            }
            path_inside(path.as_str()).map_err(malformed)?;
            count += 1;
            size = size.saturating_add(entry.size());
            if count > MOST || size > LARGEST {
                return Err(malformed(format!(
                    "it has more than {MOST} files or {LARGEST} bytes"
                )));
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(torn)?;
            let twice = || malformed(format!("it has `{path}` twice"));
            if PROJECT_FILES.contains(&path.as_str()) {
                let text = String::from_utf8(bytes)
                    .map_err(|_| malformed(format!("`{path}` is no UTF-8 text")))?;
                if bundle.project.insert(path.to_string(), text).is_some() {
                    return Err(twice());
                }
                continue;
            }
            let mut parts = path.components().map(|part| part.as_str().to_owned());
            let (Some(PACKS), Some(folder)) = (parts.next().as_deref(), parts.next()) else {
                return Err(malformed(format!("`{path}` does not belong there")));
            };
            let below: Utf8PathBuf = parts.collect();
            let files = packs.entry(folder).or_default();
            if files.insert(below, bytes).is_some() {
                return Err(twice());
            }
        }
        for (folder, files) in packs {
            let contents = Contents::from_files(files, &format!("{origin}/{PACKS}/{folder}"))?;
            let name = contents.manifest.pack.name.clone();
            if bundle.packs.insert(name.clone(), contents).is_some() {
                return Err(malformed(format!("it has the pack {name} twice")));
            }
        }
        Ok(bundle)
    }

    /// A pack by its name.
    ///
    /// # Errors
    /// [`SourceError::OtherPack`].
    pub fn pack(&self, name: &PackName) -> Result<Contents, SourceError> {
        let found = self.packs.get(name).cloned();
        found.ok_or_else(|| {
            let all: Vec<String> = self.packs.keys().map(ToString::to_string).collect();
            SourceError::OtherPack {
                origin: self.origin.clone(),
                found: all.join(", "),
                asked: name.to_string(),
            }
        })
    }

    /// Writes it. The same packs give the same bytes.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, to: impl Write) -> std::io::Result<()> {
        let mut builder = Builder::new(to);
        for (name, text) in &self.project {
            append(&mut builder, Utf8Path::new(name), text.as_bytes())?;
        }
        for contents in self.packs.values() {
            let pack = &contents.manifest.pack;
            let folder = format!(
                "{PACKS}/{}-{}-{}",
                pack.name.namespace(),
                pack.name.name(),
                pack.version
            );
            for (path, bytes) in contents.all() {
                append(&mut builder, &Utf8Path::new(&folder).join(path), bytes)?;
            }
        }
        builder.finish()
    }
}

fn append<W: Write>(
    builder: &mut Builder<W>,
    path: &Utf8Path,
    bytes: &[u8],
) -> std::io::Result<()> {
    let mut header = Header::new_ustar();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_size(bytes.len() as u64);
    builder.append_data(&mut header, path, bytes)
}
