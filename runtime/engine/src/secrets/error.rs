//! How reading or using a secret can fail.

use thiserror::Error;

/// How reading or using a secret can fail.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// The source names no known kind.
    #[error("`{given}` is no secret source{hint}\n  sources: {sources}")]
    UnknownSource {
        /// What was given.
        given: String,
        /// The nearest kind, as a sentence's end.
        hint: String,
        /// What there is.
        sources: String,
    },
    /// The source could not be read.
    #[error("secret `{identity}`: {message}")]
    Unreadable {
        /// Which secret.
        identity: String,
        /// Why.
        message: String,
    },
    /// An encoding that this version does not know.
    #[error("secret `{identity}`: unknown encoding `{encoding}`")]
    Encoding {
        /// Which secret.
        identity: String,
        /// What was asked for.
        encoding: String,
    },
    /// Something that is no text stands where a secret's source should.
    #[error("{0} is no secret source: a source is text, as `env:NAME`")]
    NoText(String),
}
