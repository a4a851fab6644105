//! What `trust.toml` says: which keys may sign for which namespace.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use jiff::civil::Date;

use crate::sign::{Digest, KeyId, PublicKey};

/// One `trust.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustFile {
    /// Where it is, for messages.
    pub path: Utf8PathBuf,
    /// The keys, by the names they have here.
    pub keys: BTreeMap<String, TrustedKey>,
    /// Who may sign for a namespace.
    pub namespaces: BTreeMap<String, Signers>,
    /// What is not trusted any more, whoever signed it.
    pub revoked: Vec<Revoked>,
}

/// A key of `trust.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The key.
    pub key: PublicKey,
    /// The last day, in UTC, on which its signatures count. None: they count for ever.
    pub expires: Option<Date>,
}

/// Who may sign for a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signers {
    /// The names of keys of the same file.
    pub keys: Vec<String>,
    /// How many of them must have signed. Default: 1.
    pub threshold: usize,
}

/// Something that is not trusted any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revoked {
    /// What.
    pub what: RevokedThing,
    /// Why, for messages.
    pub reason: Option<String>,
}

/// What can be revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevokedThing {
    /// A key, by its number: also where it is listed under a name.
    Key(KeyId),
    /// A pack, its manifest or one of its files, by digest.
    Digest(Digest),
}
