//! Signing packs: what is signed, by which keys, in minisign's format.
//!
//! A [`Statement`] names a pack, its version, the digests of all it holds and the capabilities it asks for. A
//! [`Signature`] is a detached Ed25519 signature over the statement's text, so that `minisign -V` can check what
//! [`PublicKey::check`] checks.

mod digest;
mod error;
mod key;
mod signature;
mod statement;

pub use digest::{Digest, DigestError};
pub use error::SignError;
pub use key::{KeyId, NewKeys, PublicKey, SecretKey};
pub use signature::Signature;
pub use statement::{Difference, Statement};
