//! The question and its answer.

use std::fmt;
use std::net::IpAddr;

use thiserror::Error;

use super::Chain;
use crate::capability::Capabilities;

/// Decides. It is asked often, from many tasks, and must not block.
pub trait Policy: fmt::Debug + Send + Sync {
    /// Whether something may be done, and what says so.
    fn decide(&self, question: &Question<'_>) -> Decision;

    /// The capabilities that the packs of a chain may have at most on a host. None: no line says anything about it.
    fn ceiling(&self, host: HostNames<'_>, chain: &Chain) -> Option<Ceiling>;
}

/// The names by which a rule may mean a host.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostNames<'a> {
    /// Its name in the inventory. Empty where no host is meant, as when an inventory is read.
    pub name: &'a str,
    /// The names and addresses that it is reached by.
    pub reached: &'a [String],
    /// Its groups.
    pub groups: &'a [String],
}

/// What somebody wants to do on a host.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Where.
    pub host: HostNames<'a>,
    /// Who asks.
    pub chain: &'a Chain,
    /// What.
    pub asked: Asked<'a>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked<'a> {
    /// To connect to the host with the connector of this name, without `@`.
    Connect(&'a str),
    /// To open a connection on the way to the host.
    Reach {
        /// The name or address that it is opened to.
        name: &'a str,
        /// The address that the name stands for; none where somebody else resolves it, as a jump host does.
        address: Option<IpAddr>,
    },
    /// To run an operation, `namespace.operation`. A command that is run directly counts as `server.shell`, a file that
    /// is put or fetched directly as `files.put` and `files.get`, a function that runs at execution as `call`.
    Operation(&'a str),
    /// To read a fact, `namespace.Fact`.
    Fact(&'a str),
    /// To run commands as another user.
    Privilege {
        /// By what: `sudo`, `su`, `doas` or `dzdo`.
        way: &'a str,
        /// As whom.
        user: &'a str,
    },
}

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(connector) => write!(f, "connecting with @{connector}"),
            Self::Reach {
                name,
                address: Some(address),
            } if *name != address.to_string() => write!(f, "connecting to {name} ({address})"),
            Self::Reach { name, .. } => write!(f, "connecting to {name}"),
            Self::Operation(name) | Self::Fact(name) => f.write_str(name),
            Self::Privilege { way, user } => write!(f, "becoming {user} by {way}"),
        }
    }
}

/// What a decision stands on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// The file. Empty where no line says anything.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What stands there, in a few words: `deny-operations has "server.shell"`.
    pub text: String,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.file.as_str() {
            "" => f.write_str(&self.text),
            file => write!(f, "{file}:{}: {}", self.line, self.text),
        }
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may be done.
    Allowed(Basis),
    /// It may not.
    Denied {
        /// What says so.
        basis: Basis,
        /// What would have to stand there instead.
        remedy: String,
    },
}

/// The most that packs may have on a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    /// What they may have.
    pub capabilities: Capabilities,
    /// The lines that say so.
    pub basis: Vec<Basis>,
}

/// Something was asked that may not be done. Nothing of it was sent to the host.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{wanted} is not allowed on {host}: {because}{by}\n  {remedy}")]
pub struct Denial {
    /// What was asked.
    pub wanted: String,
    /// Where.
    pub host: String,
    /// What says so, with its line.
    pub because: String,
    /// Who asked, on a line of its own; empty where it was asked directly.
    pub by: String,
    /// What would allow it.
    pub remedy: String,
}

impl Denial {
    /// A denial of what a chain asks.
    pub(crate) fn of(
        host: &str,
        chain: &Chain,
        wanted: String,
        because: String,
        remedy: String,
    ) -> Self {
        let by = match chain.to_string().as_str() {
            "" => String::new(),
            // The pack and the callers are news; a name alone is what was asked.
            name if name == wanted => String::new(),
            chain => format!("\n  wanted by {chain}"),
        };
        Self {
            wanted,
            host: host.to_owned(),
            because,
            by,
            remedy,
        }
    }
}
