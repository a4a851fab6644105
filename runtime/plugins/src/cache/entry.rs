//! An entry of the cache, as its bytes.

use sha2::{Digest, Sha256};

use crate::index::Index;

/// Bytes of a digest at an entry's start.
const DIGEST: usize = 32;

/// Bytes of the index's length, which follows.
const LENGTH: usize = 8;

/// What an entry holds.
pub(crate) struct Entry {
    pub(crate) index: Index,
    pub(crate) code: Vec<u8>,
}

/// An entry: digest of the rest, the index's length, the index, the code.
pub(super) fn text(index: &Index, code: &[u8]) -> Vec<u8> {
    let index = index.text();
    let mut rest = Vec::with_capacity(LENGTH + index.len() + code.len());
    rest.extend((index.len() as u64).to_le_bytes());
    rest.extend(index.as_bytes());
    rest.extend(code);
    let mut bytes = Sha256::digest(&rest).to_vec();
    bytes.extend(rest);
    bytes
}

/// Reads an entry; none when it is not whole, or of another form.
pub(super) fn parse(bytes: &[u8]) -> Option<Entry> {
    let (digest, rest) = bytes.split_at_checked(DIGEST)?;
    if Sha256::digest(rest).as_slice() != digest {
        return None;
    }
    let (length, rest) = rest.split_at_checked(LENGTH)?;
    let length = u64::from_le_bytes(length.try_into().ok()?);
    let (index, code) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    Some(Entry {
        index: Index::read(index)?,
        code: code.to_vec(),
    })
}
