//! Content of files and standard input: text, bytes, and secrets that the host joins in.

/// How the host encodes a secret's value before joining it in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As one word of a POSIX shell.
    Sh,
    /// As the inside of an SQL string.
    SqlString,
    /// As a JSON string, quotes included.
    Json,
    /// In base64.
    Base64,
    /// Percent-encoded, for a URL.
    Url,
    /// With the special characters of an extended regular expression escaped.
    Ere,
    /// With the special characters of a sed replacement escaped.
    Sed,
}

impl Encoding {
    /// The contract's name of the encoding.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sh => "sh",
            Self::SqlString => "sql-string",
            Self::Json => "json",
            Self::Base64 => "base64",
            Self::Url => "url",
            Self::Ere => "ere",
            Self::Sed => "sed",
        }
    }
}

/// A piece of content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Atom {
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A secret's value.
    Secret {
        /// Its position among the secrets of the call's arguments.
        secret: u32,
        /// Applied first to last.
        encodings: Vec<Encoding>,
    },
}

/// What a file will hold or a command will read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Given here.
    Inline(Vec<Atom>),
    /// A file on the controller, read at execution.
    Local(String),
}

impl Content {
    /// Content of text alone.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Inline(vec![Atom::Text(text.into())])
    }
}

/// The bytes of content without secrets; none when there is one in it.
#[must_use]
pub fn plain_bytes(atoms: &[Atom]) -> Option<Vec<u8>> {
    atoms.iter().try_fold(Vec::new(), |mut bytes, atom| {
        match atom {
            Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Atom::Bytes(more) => bytes.extend_from_slice(more),
            Atom::Secret { .. } => return None,
        }
        Some(bytes)
    })
}
