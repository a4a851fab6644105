//! What becomes of a pack: vouched for, or the one reason why not.

use std::fmt;

use camino::Utf8PathBuf;
use thiserror::Error;

use crate::sign::{Difference, KeyId};

/// A key that signed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signer {
    /// Its name in `trust.toml`.
    pub name: String,
    /// Its number.
    pub key: KeyId,
}

impl fmt::Display for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.key)
    }
}

/// Why a pack is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouched {
    /// Who signed, of those who may; at least as many as are asked for.
    pub signers: Vec<Signer>,
    /// How many are asked for.
    pub threshold: usize,
    /// The file that names them.
    pub file: Utf8PathBuf,
}

impl fmt::Display for Vouched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signers: Vec<String> = self.signers.iter().map(ToString::to_string).collect();
        write!(
            f,
            "signed by {}; {} asks for {}",
            signers.join(" and "),
            self.file,
            self.threshold
        )
    }
}

/// Why a pack is not trusted. Each fits after `the pack NAME VERSION is refused: `.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Distrust {
    /// Nobody signed it.
    #[error(
        "it is not signed\n  ask its author for a signed version, or sign it yourself with `windlass pack sign`; only a pack from a folder of this machine may be unsigned"
    )]
    Unsigned,
    /// No file says who may sign for its namespace.
    #[error(
        "no trust.toml says who may sign for the namespace `{namespace}`; it is signed by {keys}\n  get the author's public key (`RW…`) from the author, and write it into {file}: NAME = \"RW…\" below [keys], and keys = [\"NAME\"] below [namespaces.{namespace}]"
    )]
    Stranger {
        /// The part of its name before the colon.
        namespace: String,
        /// The numbers of the keys that signed.
        keys: String,
        /// The file to write into.
        file: Utf8PathBuf,
    },
    /// Other keys signed than those which may.
    #[error(
        "it is signed by {found}, which {file} does not name for `{namespace}`; it names {expected}\n  take the pack from its author, or add the key to [namespaces.{namespace}] if it is the author's"
    )]
    WrongKey {
        /// The part of its name before the colon.
        namespace: String,
        /// The numbers of the keys that signed.
        found: String,
        /// The keys that may sign.
        expected: String,
        /// The file that names them.
        file: Utf8PathBuf,
    },
    /// A signature does not belong to the statement.
    #[error(
        "the signature {signature} is not of what was signed: the signature or the signed statement was changed ({reason})\n  take the pack from its author again"
    )]
    Signature {
        /// The signature's file.
        signature: String,
        /// The checker's answer.
        reason: String,
    },
    /// The pack's files are not those that were signed.
    #[error(
        "it is not what {signers} signed: {differences}\n  take the pack from its author again, or have it signed as it is now"
    )]
    Tampered {
        /// Who signed.
        signers: String,
        /// What differs, with `; ` between.
        differences: String,
        /// The same, one by one.
        each: Vec<Difference>,
    },
    /// A key's time is over.
    #[error(
        "the key {signer} expired on {date}, says {file}\n  take a version that is signed with a newer key"
    )]
    Expired {
        /// The key.
        signer: Signer,
        /// The last day on which it counted.
        date: String,
        /// The file that says so.
        file: Utf8PathBuf,
    },
    /// A key is revoked.
    #[error(
        "the key {signer} is revoked by {file}{reason}\n  take a version that is signed with another key"
    )]
    RevokedKey {
        /// The key.
        signer: Signer,
        /// The file that says so.
        file: Utf8PathBuf,
        /// `: ` and the reason that the file gives, or nothing.
        reason: String,
    },
    /// The pack or a part of it is revoked.
    #[error("{what} is revoked by {file}{reason}\n  take another version")]
    RevokedDigest {
        /// What has the digest: `it`, `pack.toml` or a file.
        what: String,
        /// The file that says so.
        file: Utf8PathBuf,
        /// `: ` and the reason that the file gives, or nothing.
        reason: String,
    },
    /// Not enough of those who must.
    #[error(
        "{have} of {need} signers that {file} asks for signed it: {signers}; missing is one of {missing}\n  have the others sign it too: `windlass pack sign`"
    )]
    TooFew {
        /// How many signed.
        have: usize,
        /// How many must.
        need: usize,
        /// Who signed.
        signers: String,
        /// Who did not, of those who may.
        missing: String,
        /// The file that asks for them.
        file: Utf8PathBuf,
    },
}
