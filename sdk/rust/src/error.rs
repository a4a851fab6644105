//! Errors as the contract has them: a kind, a message, and the argument it is about.

use serde_json::Value as Json;

/// The result of everything that can fail in a guest.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of thing went wrong. The host and its tests tell errors apart by this, never by their text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The operation cannot be done on this target.
    Operation,
    /// An argument has a value that is not allowed.
    InvalidValue,
    /// An argument has the wrong type.
    InvalidType,
    /// A file on the controller could not be read.
    Io,
    /// A fact could not be had.
    MissingFact,
    /// A fact will be known at execution only. Pass it on: the plan then says "decided at execution".
    UnknownYet,
    /// The host refused.
    Denied,
    /// A secret stood where none may.
    Secret,
}

impl ErrorKind {
    const ALL: [Self; 8] = [
        Self::Operation,
        Self::InvalidValue,
        Self::InvalidType,
        Self::Io,
        Self::MissingFact,
        Self::UnknownYet,
        Self::Denied,
        Self::Secret,
    ];

    /// The contract's name of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operation => "operation",
            Self::InvalidValue => "invalid-value",
            Self::InvalidType => "invalid-type",
            Self::Io => "io",
            Self::MissingFact => "missing-fact",
            Self::UnknownYet => "unknown-yet",
            Self::Denied => "denied",
            Self::Secret => "secret",
        }
    }

    /// The kind of a contract name. A name from a later host is an [`ErrorKind::Operation`].
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == name)
            .unwrap_or(Self::Operation)
    }
}

/// Why an operation or fact could not do what it was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// What sort of error it is.
    pub kind: ErrorKind,
    /// What is wrong and how to put it right; text that fits after "error: ".
    pub message: String,
    /// The argument or place it is about.
    pub at: Option<String>,
    /// What the host added.
    pub more: Json,
}

impl Error {
    /// An error of a kind.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            at: None,
            more: Json::Null,
        }
    }

    /// The operation cannot be done on this target.
    #[must_use]
    pub fn operation(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Operation, message)
    }

    /// An argument has a value that is not allowed.
    #[must_use]
    pub fn invalid_value(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidValue, message)
    }

    /// An argument has the wrong type.
    #[must_use]
    pub fn invalid_type(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidType, message)
    }

    /// Says which argument or place it is about, unless that is known already.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.at.get_or_insert(place.into());
        self
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "`{at}`: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
