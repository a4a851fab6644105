//! Why something could not be signed, or a key or signature not be read.

use thiserror::Error;

/// Why keys and signatures fail.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignError {
    /// A text that is no public key.
    #[error(
        "`{text}` is no public key of minisign; one begins with `RW` and is the second line of the `.pub` file: {reason}"
    )]
    PublicKey {
        /// What was given.
        text: String,
        /// The reader's answer.
        reason: String,
    },
    /// A text that is no secret key.
    #[error("it is no secret key of minisign: {0}\n  `windlass pack keygen` makes one")]
    SecretKey(String),
    /// The password does not open the secret key.
    #[error("the password does not open the secret key")]
    Password,
    /// The secret key needs a password and none was given.
    #[error("the secret key is locked with a password")]
    Locked,
    /// A text that is no signature.
    #[error("it is no signature of minisign: {0}")]
    Signature(String),
    /// A signature in minisign's old form.
    #[error("the signature has minisign's old form; sign again with a minisign of today")]
    Legacy,
    /// A signature that does not belong to these bytes and this key.
    #[error("the signature is not of these bytes and the key {key}: {reason}")]
    Mismatch {
        /// The key's number.
        key: String,
        /// The checker's answer.
        reason: String,
    },
    /// Keys could not be made, or nothing be signed.
    #[error("signing: {0}")]
    Failed(String),
}
