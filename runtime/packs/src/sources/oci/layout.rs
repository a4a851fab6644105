//! A folder in the form of the OCI image layout 1.0.

use camino::{Utf8Path, Utf8PathBuf};

use super::super::error::SourceError;
use super::model::{Descriptor, INDEX, Index, MANIFEST, REF};
use super::repository::{LARGEST_MANIFEST, Repository, checked};
use crate::sign::Digest;

const MARK: &str = "oci-layout";
const MARK_TEXT: &str = r#"{"imageLayoutVersion":"1.0.0"}"#;
const INDEX_FILE: &str = "index.json";

/// A layout's folder.
pub(crate) struct Layout {
    folder: Utf8PathBuf,
}

impl Layout {
    /// A folder that is a layout, or becomes one at the first push.
    pub(crate) fn new(folder: Utf8PathBuf) -> Self {
        Self { folder }
    }

    fn read(&self, path: &Utf8Path) -> Result<Option<Vec<u8>>, SourceError> {
        let path = self.folder.join(path);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SourceError::Unreadable {
                path,
                message: error.to_string(),
            }),
        }
    }

    fn write(&self, path: &Utf8Path, bytes: &[u8]) -> Result<(), SourceError> {
        let path = self.folder.join(path);
        let parent = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| SourceError::Unwritable {
                path: path.clone(),
                message: error.to_string(),
            })
    }

    fn index(&self) -> Result<Option<Index>, SourceError> {
        let Some(bytes) = self.read(INDEX_FILE.into())? else {
            return Ok(None);
        };
        let index = serde_json::from_slice(&bytes);
        index.map(Some).map_err(|error| SourceError::Malformed {
            origin: self.name(),
            message: format!("its {INDEX_FILE}: {error}"),
        })
    }

    fn existing(&self) -> Result<Index, SourceError> {
        self.index()?.ok_or_else(|| SourceError::Malformed {
            origin: self.name(),
            message: format!("it has no {INDEX_FILE}, so it is no OCI layout"),
        })
    }
}

fn blob_path(digest: &Digest) -> Utf8PathBuf {
    Utf8Path::new("blobs").join("sha256").join(digest.hex())
}

impl Repository for Layout {
    fn name(&self) -> String {
        self.folder.to_string()
    }

    fn tags(&self) -> Result<Vec<String>, SourceError> {
        let manifests = self.existing()?.manifests;
        let tags = manifests.into_iter();
        Ok(tags
            .filter_map(|mut one| one.annotations.remove(REF))
            .collect())
    }

    fn manifest(&self, tag: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let index = self.existing()?;
        let found = index
            .manifests
            .iter()
            .find(|one| one.annotations.get(REF).is_some_and(|own| own == tag));
        match found {
            Some(found) if found.size <= LARGEST_MANIFEST => checked(self, found).map(Some),
            _ => Ok(None),
        }
    }

    fn blob(&self, digest: &Digest, _size: u64) -> Result<Vec<u8>, SourceError> {
        let bytes = self.read(&blob_path(digest))?;
        bytes.ok_or_else(|| SourceError::Malformed {
            origin: self.name(),
            message: format!("{digest} is missing"),
        })
    }

    fn put_blob(&mut self, bytes: &[u8]) -> Result<(), SourceError> {
        self.write(&blob_path(&Digest::of(bytes)), bytes)
    }

    fn put_manifest(&mut self, tag: &str, bytes: &[u8]) -> Result<(), SourceError> {
        self.put_blob(bytes)?;
        let mut index = self.index()?.unwrap_or(Index {
            schema_version: 2,
            media_type: Some(INDEX.to_owned()),
            manifests: Vec::new(),
        });
        index
            .manifests
            .retain(|one| one.annotations.get(REF).is_none_or(|own| own != tag));
        let mut descriptor = Descriptor::of(MANIFEST, bytes);
        descriptor
            .annotations
            .insert(REF.to_owned(), tag.to_owned());
        index.manifests.push(descriptor);
        let text = serde_json::to_vec(&index).unwrap_or_default();
        self.write(INDEX_FILE.into(), &text)?;
        self.write(MARK.into(), MARK_TEXT.as_bytes())
    }
}
