//! Detached signatures in minisign's format.

use std::fmt;

use super::error::SignError;
use super::key::KeyId;

/// A detached signature: the four lines of a `.minisig` file. Reading one proves nothing; see
/// [`PublicKey::check`](super::PublicKey::check).
#[derive(Clone)]
pub struct Signature(minisign::SignatureBox);

impl Signature {
    /// Reads a `.minisig` file.
    ///
    /// # Errors
    /// [`SignError::Signature`].
    pub fn parse(text: &str) -> Result<Self, SignError> {
        let wrong = |error: minisign::PError| SignError::Signature(error.to_string());
        let read = minisign::SignatureBox::from_string(text).map_err(wrong)?;
        // The comment is asked for later, where nothing may fail any more.
        read.trusted_comment().map_err(wrong)?;
        Ok(Self(read))
    }

    pub(super) fn from_inner(inner: minisign::SignatureBox) -> Self {
        Self(inner)
    }

    pub(super) fn inner(&self) -> &minisign::SignatureBox {
        &self.0
    }

    /// The number of the key that it says it was made with.
    #[must_use]
    pub fn key(&self) -> KeyId {
        KeyId::of(self.0.keynum())
    }

    /// The comment that was signed too.
    #[must_use]
    pub fn comment(&self) -> String {
        self.0.trusted_comment().unwrap_or_default()
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_string())
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Signature").field(&self.key()).finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{NewKeys, SecretKey};
    use super::*;

    /// The first line is a comment that nobody signs; every other byte counts.
    #[test]
    fn a_changed_byte_is_found_or_means_the_same() {
        let keys = NewKeys::generate(None).unwrap();
        let secret = SecretKey::parse(&keys.secret_file, None).unwrap();
        let text = secret.sign(b"x", "pack 1.0.0").unwrap().to_string();
        let signed = text.find('\n').unwrap() + 1;
        let mut found = 0;
        for at in signed..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let Ok(changed) = String::from_utf8(bytes) else {
                continue;
            };
            match Signature::parse(&changed) {
                Err(_) => found += 1,
                Ok(read) if read.to_string() == text => {}
                Ok(read) => {
                    assert!(keys.public.check(b"x", &read).is_err(), "byte {at}");
                    found += 1;
                }
            }
        }
        assert!(found > 200, "{found} of {}", text.len() - signed);
    }

    #[test]
    fn other_texts_are_no_signatures() {
        for text in [
            "",
            "a\nb\nc\nd",
            "untrusted comment: x\nRWQ\ntrusted comment: y\nz",
        ] {
            assert!(matches!(
                Signature::parse(text),
                Err(SignError::Signature(_))
            ));
        }
    }
}
