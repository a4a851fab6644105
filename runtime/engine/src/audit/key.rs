//! The Ed25519 key that signs the ends of runs, in a file that only its owner can read.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use camino::Utf8Path;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use zeroize::Zeroizing;

use super::AuditError;

/// A key that signs.
pub struct SigningKey(Ed25519KeyPair);

/// A key's public half.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl SigningKey {
    /// The key of a file: 32 random bytes in base64. Where there is none it is made, mode 0600, with the public half
    /// beside it in a file of the same name and `.pub` behind it.
    ///
    /// # Errors
    /// [`AuditError::Key`], also for a file that others may read.
    pub fn open(path: &Utf8Path) -> Result<Self, AuditError> {
        let failed = |message: String| AuditError::Key {
            path: path.to_string(),
            message,
        };
        match std::fs::read_to_string(path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                let about = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?;
                if about.mode() & 0o077 != 0 {
                    return Err(failed(format!(
                        "others may read it (mode {:04o}): `chmod 600 {path}`, or make another key",
                        about.mode() & 0o7777
                    )));
                }
                Self::from_text(&text).ok_or_else(|| failed(String::from("it holds no key")))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Self::make(path).map_err(failed)?;
                // Whoever was first has made it: another run may begin at the same time.
                let text = std::fs::read_to_string(path).map(Zeroizing::new);
                let text = text.map_err(|error| failed(error.to_string()))?;
                Self::from_text(&text).ok_or_else(|| failed(String::from("it holds no key")))
            }
            Err(error) => Err(failed(error.to_string())),
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        let seed = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        Ed25519KeyPair::from_seed_unchecked(&seed).ok().map(Self)
    }

    fn make(path: &Utf8Path) -> Result<(), String> {
        let mut seed = Zeroizing::new([0_u8; 32]);
        getrandom::fill(seed.as_mut()).map_err(|error| error.to_string())?;
        let text = Zeroizing::new(format!("{}\n", STANDARD.encode(*seed)));
        let key = Self::from_text(&text).ok_or("no key can be made")?;
        // It gets its name when it is whole.
        let folder = path.parent().ok_or("it has no folder")?;
        let mut fresh = tempfile::Builder::new()
            .prefix(".key-")
            .tempfile_in(folder)
            .map_err(|error| error.to_string())?;
        fresh
            .write_all(text.as_bytes())
            .map_err(|error| error.to_string())?;
        match fresh.persist_noclobber(path) {
            Ok(_) => {}
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(error.error.to_string()),
        }
        let mut public = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o644)
            .open(format!("{path}.pub"))
            .map_err(|error| error.to_string())?;
        writeln!(public, "{}", key.public().to_text()).map_err(|error| error.to_string())
    }

    /// Its public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }

    /// The signature of a message, in base64.
    pub(super) fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.0.sign(message))
    }
}

impl PublicKey {
    /// Reads one: base64, as `.pub` files and records have it.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        (bytes.len() == 32).then_some(Self(bytes))
    }

    /// The same as text.
    #[must_use]
    pub fn to_text(&self) -> String {
        STANDARD.encode(&self.0)
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &str) -> bool {
        STANDARD.decode(signature).is_ok_and(|signature| {
            UnparsedPublicKey::new(&ED25519, &self.0)
                .verify(message, &signature)
                .is_ok()
        })
    }
}
