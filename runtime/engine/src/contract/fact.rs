//! Where a fact's value comes from: a request, its origin on the host, and the raw output that is parsed.

use serde::{Deserialize, Serialize};

use super::Shell;
use crate::json::Json;

/// A question about a host.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactRequest {
    /// `namespace.Fact`.
    pub fact: String,
    /// Its arguments by parameter name.
    pub args: Json,
    /// JSON pointers of the parts that are wanted; empty means the whole value. With pointers, the answer is
    /// an object from each pointer to what it names (null where it names nothing).
    #[serde(default)]
    pub select: Vec<String>,
    /// Global arguments that differ from the asking operation's, by public name (`_sudo`).
    #[serde(default)]
    pub globals: Json,
}

impl FactRequest {
    /// A request for a whole value.
    #[must_use]
    pub fn new(fact: impl Into<String>, args: Json) -> Self {
        Self {
            fact: fact.into(),
            args,
            select: Vec::new(),
            globals: Json::Null,
        }
    }
}

/// A read-only question that the host runtime asks by itself. Kinds: `stat`, `read`, `sum`, `list`, `which`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Which of the kinds.
    pub kind: String,
    /// Its arguments: `path` for most, `algorithm` for `sum`, `limit` in bytes for `read`, `command` for `which`.
    pub args: Json,
}

/// Another fact that a fact derives from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Derived {
    /// `namespace.Fact`.
    pub fact: String,
    /// Its arguments.
    pub args: Json,
    /// The parts wanted.
    pub select: Vec<String>,
}

/// How a fact's value is obtained.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A question the host runtime asks by itself.
    Probe(Probe),
    /// A command.
    Shell(Shell),
    /// Other facts.
    Derived(Vec<Derived>),
    /// A kind that this version does not know.
    Other(String, Json),
}

/// What came back from an origin, for `parse`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawOutput {
    /// The exit status; -1 when a signal ended the command.
    pub status: i32,
    /// Standard output, as bytes.
    pub stdout: Vec<u8>,
    /// Standard error, as bytes.
    pub stderr: Vec<u8>,
    /// The values of the facts it derives from, in the order asked.
    pub values: Vec<Json>,
}
