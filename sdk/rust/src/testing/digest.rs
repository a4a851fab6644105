//! Digests of content, as the host makes them.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};

/// A digest in lower-case hexadecimal; none for another algorithm than `md5`, `sha1`, `sha256`, `sha384`.
#[must_use]
pub fn digest(algorithm: &str, bytes: &[u8]) -> Option<String> {
    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    match algorithm {
        "md5" => Some(hex(&Md5::digest(bytes))),
        "sha1" => Some(hex(&Sha1::digest(bytes))),
        "sha256" => Some(hex(&Sha256::digest(bytes))),
        "sha384" => Some(hex(&Sha384::digest(bytes))),
        _ => None,
    }
}
