//! Keys in minisign's format.

use std::fmt;
use std::io::Cursor;
use std::str::FromStr;

use super::error::SignError;
use super::signature::Signature;

/// The number by which signatures name their key: 16 hexadecimal digits, as minisign shows it. It proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(u64);

impl KeyId {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut number = [0; 8];
        for (to, from) in number.iter_mut().zip(bytes) {
            *to = *from;
        }
        Self(u64::from_le_bytes(number))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl FromStr for KeyId {
    type Err = SignError;

    fn from_str(text: &str) -> Result<Self, SignError> {
        let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u64::from_str_radix(text, 16) {
            Ok(number) if digits => Ok(Self(number)),
            _ => Err(SignError::PublicKey {
                text: text.to_owned(),
                reason: String::from("a key's number is 16 hexadecimal digits"),
            }),
        }
    }
}

/// A key that checks signatures.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(minisign::PublicKey);

impl PublicKey {
    /// Reads the line `RW…`, or the two lines of a `.pub` file.
    ///
    /// # Errors
    /// [`SignError::PublicKey`].
    pub fn parse(text: &str) -> Result<Self, SignError> {
        let line = text
            .lines()
            .map(str::trim)
            .rfind(|line| !line.is_empty() && !line.starts_with("untrusted comment:"))
            .unwrap_or_default();
        minisign::PublicKey::from_base64(line)
            .map(Self)
            .map_err(|error| SignError::PublicKey {
                text: line.to_owned(),
                reason: error.to_string(),
            })
    }

    /// The line `RW…` of the `.pub` file.
    #[must_use]
    pub fn line(&self) -> String {
        self.0.to_base64()
    }

    /// Its number.
    #[must_use]
    pub fn id(&self) -> KeyId {
        KeyId::of(self.0.keynum())
    }

    /// Checks that `signature` was made over `bytes` with the secret half of this key.
    ///
    /// # Errors
    /// [`SignError::Mismatch`] or [`SignError::Legacy`].
    pub fn check(&self, bytes: &[u8], signature: &Signature) -> Result<(), SignError> {
        if !signature.inner().is_prehashed() {
            return Err(SignError::Legacy);
        }
        let data = Cursor::new(bytes);
        minisign::verify(&self.0, signature.inner(), data, true, false, false).map_err(|error| {
            SignError::Mismatch {
                key: self.id().to_string(),
                reason: error.to_string(),
            }
        })
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PublicKey").field(&self.line()).finish()
    }
}

/// A key that signs. It is not shown, and is wiped from memory when it is dropped.
pub struct SecretKey(minisign::SecretKey);

impl SecretKey {
    /// Reads a secret key's file. `password` opens one that is locked.
    ///
    /// # Errors
    /// [`SignError::Locked`] when it needs a password and none was given, [`SignError::Password`] when it is another,
    /// [`SignError::SecretKey`] when it is no such file.
    pub fn parse(text: &str, password: Option<&str>) -> Result<Self, SignError> {
        let wrong = |error: minisign::PError| SignError::SecretKey(error.to_string());
        let read = || minisign::SecretKeyBox::from_string(text).map_err(wrong);
        let open = read()?.into_unencrypted_secret_key();
        let Err(reason) = open else {
            return open.map(Self).map_err(wrong);
        };
        let locked = reason.to_string().contains("encrypted");
        match password {
            _ if !locked => Err(wrong(reason)),
            None => Err(SignError::Locked),
            // The library would ask by itself for one that is missing, so it always gets one.
            Some(password) => read()?
                .into_secret_key(Some(password.to_owned()))
                .map(Self)
                .map_err(|_| SignError::Password),
        }
    }

    /// The key that checks what this one signs.
    ///
    /// # Errors
    /// [`SignError::Failed`] for a damaged key.
    pub fn public(&self) -> Result<PublicKey, SignError> {
        minisign::PublicKey::from_secret_key(&self.0)
            .map(PublicKey)
            .map_err(failed)
    }

    /// Signs `bytes`. `comment` is part of what is signed; it is one line.
    ///
    /// # Errors
    /// [`SignError::Failed`] when the system gives no random bytes.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<Signature, SignError> {
        let untrusted = format!("signature of the key {}", KeyId::of(self.0.keynum()));
        minisign::sign(None, &self.0, bytes, Some(comment), Some(&untrusted))
            .map(Signature::from_inner)
            .map_err(failed)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(***)")
    }
}

/// A new pair of keys, as the files that hold them.
pub struct NewKeys {
    /// The key that checks.
    pub public: PublicKey,
    /// The text of its `.pub` file.
    pub public_file: String,
    /// The text of the secret key's file. Whoever has it, and the password, can sign.
    pub secret_file: zeroize::Zeroizing<String>,
}

impl NewKeys {
    /// Makes a pair. Without a password the secret key's file can be used by whoever reads it.
    ///
    /// # Errors
    /// [`SignError::Failed`] when the system gives no random bytes.
    pub fn generate(password: Option<&str>) -> Result<Self, SignError> {
        let pair = match password {
            Some(password) => {
                minisign::KeyPair::generate_encrypted_keypair(Some(password.to_owned()))
            }
            None => minisign::KeyPair::generate_unencrypted_keypair(),
        }
        .map_err(failed)?;
        let comment = format!("secret key {} of packs", KeyId::of(pair.pk.keynum()));
        let secret = pair.sk.to_box(Some(&comment)).map_err(failed)?;
        Ok(Self {
            public_file: pair.pk.to_box().map_err(failed)?.into_string(),
            secret_file: zeroize::Zeroizing::new(secret.into_string()),
            public: PublicKey(pair.pk),
        })
    }
}

fn failed(error: minisign::PError) -> SignError {
    SignError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_a_key_signs_its_other_half_accepts_and_no_other() {
        let keys = NewKeys::generate(None).unwrap();
        let secret = SecretKey::parse(&keys.secret_file, None).unwrap();
        let signature = secret.sign(b"statement", "a comment").unwrap();
        let public = PublicKey::parse(&keys.public_file).unwrap();
        assert_eq!(secret.public().unwrap(), public);
        assert_eq!(public.check(b"statement", &signature), Ok(()));
        assert_eq!(signature.key(), public.id());
        assert_eq!(signature.comment(), "a comment");
        assert!(matches!(
            public.check(b"Statement", &signature),
            Err(SignError::Mismatch { .. })
        ));
        let other = NewKeys::generate(None).unwrap().public;
        let error = other.check(b"statement", &signature).unwrap_err();
        assert!(matches!(error, SignError::Mismatch { .. }));
    }

    #[test]
    fn passwords_open_what_they_locked() {
        let keys = NewKeys::generate(Some("correct horse")).unwrap();
        let open = |password| SecretKey::parse(&keys.secret_file, password);
        assert_eq!(open(None).unwrap_err(), SignError::Locked);
        assert_eq!(open(Some("wrong")).unwrap_err(), SignError::Password);
        let public = open(Some("correct horse")).unwrap().public().unwrap();
        assert_eq!(public, keys.public);
    }

    #[test]
    fn other_texts_are_no_keys() {
        for text in ["", "RW", "untrusted comment: x\n", "ssh-ed25519 AAAA"] {
            assert!(
                matches!(PublicKey::parse(text), Err(SignError::PublicKey { .. })),
                "{text}"
            );
            assert!(
                matches!(
                    SecretKey::parse(text, Some("x")),
                    Err(SignError::SecretKey(_))
                ),
                "{text}"
            );
        }
        assert!("12".parse::<KeyId>().is_err());
        assert!("+23456789012345A".parse::<KeyId>().is_err());
        let id = "E7620F1842B4E81F";
        assert_eq!(id.parse::<KeyId>().unwrap().to_string(), id);
    }
}
