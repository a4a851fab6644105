//! Whether files are equal, by whichever digest the target can make.

use windlass_sdk::prelude::*;

use super::source::LocalSource;
use crate::facts::{Md5File, Sha1File, Sha256File};

/// A file's digest on the target and its algorithm: SHA-1, else MD5, else SHA-256; none when it has none of them.
fn remote_digest(path: &RemotePath) -> Result<Option<(&'static str, String)>> {
    let path = || path.clone();
    if let Some(digest) = windlass_sdk::request::get(&Sha1File { path: path() })? {
        return Ok(Some(("sha1", digest)));
    }
    if let Some(digest) = windlass_sdk::request::get(&Md5File { path: path() })? {
        return Ok(Some(("md5", digest)));
    }
    let digest = windlass_sdk::request::get(&Sha256File { path: path() })?;
    Ok(digest.map(|digest| ("sha256", digest)))
}

/// Whether content on the controller and a file on the target are equal.
pub(crate) fn equals_remote(source: &LocalSource, path: &RemotePath) -> Result<bool> {
    match remote_digest(path)? {
        Some((algorithm, digest)) => source.has_digest(algorithm, &digest),
        None => Ok(false),
    }
}

/// Whether two files on the target are equal.
pub(crate) fn equal_on_target(a: &RemotePath, b: &RemotePath) -> Result<bool> {
    Ok(match remote_digest(a)? {
        Some(digest) => remote_digest(b)? == Some(digest),
        None => false,
    })
}
