//! What a registry's repository and a layout's folder have in common.

use super::super::error::SourceError;
use super::model::Descriptor;
use crate::sign::Digest;

/// How many bytes a manifest may have: what registries accept.
pub(super) const LARGEST_MANIFEST: u64 = 4 << 20;

/// A place with artifacts by tag.
pub(crate) trait Repository {
    /// Its name, for messages.
    fn name(&self) -> String;

    /// All tags.
    fn tags(&self) -> Result<Vec<String>, SourceError>;

    /// The manifest with this tag, if there is one.
    fn manifest(&self, tag: &str) -> Result<Option<Vec<u8>>, SourceError>;

    /// The bytes that a descriptor names; not checked yet.
    fn blob(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, SourceError>;

    /// Keeps bytes, unless they are there.
    fn put_blob(&mut self, bytes: &[u8]) -> Result<(), SourceError>;

    /// Keeps a manifest under a tag.
    fn put_manifest(&mut self, tag: &str, bytes: &[u8]) -> Result<(), SourceError>;
}

/// The bytes that a descriptor names, checked.
pub(super) fn checked(
    repository: &dyn Repository,
    descriptor: &Descriptor,
) -> Result<Vec<u8>, SourceError> {
    let bytes = repository.blob(&descriptor.digest, descriptor.size)?;
    let found = Digest::of(&bytes);
    if found != descriptor.digest || bytes.len() as u64 != descriptor.size {
        return Err(SourceError::Malformed {
            origin: repository.name(),
            message: format!("{} has the bytes of {found}", descriptor.digest),
        });
    }
    Ok(bytes)
}
