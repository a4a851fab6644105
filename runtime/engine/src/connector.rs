//! The way to a host: what every connector gives, built in or of one's own.
//!
//! A connector moves one command line and bytes. Privilege, timeouts, uploads and fact framing are the engine's.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::io::AsyncRead;
use tokio::sync::watch;

use crate::json::{Json, JsonMap};
use crate::policy::{Ceiling, Owner};

/// How a connector can fail. The text names the cause and the fix.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum ConnectorError {
    /// No connector of that name.
    #[error("there is no connector `@{name}`{hint}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name, as a sentence's end.
        hint: String,
    },
    /// A pack provides a name that is there already.
    #[error(
        "a pack provides `@{name}`, which is there already\n  give it another name in the pack's manifest, or leave the pack out"
    )]
    Taken {
        /// The name, without `@`.
        name: String,
    },
    /// A data key has a wrong value.
    #[error("{key}: {message}")]
    Data {
        /// Which.
        key: String,
        /// What is wrong and what is right.
        message: String,
    },
    /// Connecting failed.
    #[error("{0}")]
    Connect(String),
    /// The other side does not accept who we are; trying again would not help.
    #[error("{0}")]
    Authentication(String),
    /// The host's key is unknown or has changed.
    #[error("{0}")]
    HostKey(String),
    /// The policy does not allow it.
    #[error("{0}")]
    Denied(String),
    /// The connection was lost while a command ran.
    #[error("connection lost: {0}")]
    Lost(String),
    /// The connector cannot do that.
    #[error("{0}")]
    Unsupported(String),
}

/// A data key that a connector understands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DataKey {
    /// Its name: `ssh_port`.
    pub name: String,
    /// The JSON Schema of its values.
    pub schema: Json,
    /// Its default.
    pub default: Option<Json>,
    /// What it means.
    pub doc: String,
    /// True when its value is a secret.
    pub secret: bool,
}

/// A host that a connector's argument stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConnectorHost {
    /// The inventory name.
    pub name: String,
    /// Data it brings.
    pub data: JsonMap,
    /// Groups it brings.
    pub groups: Vec<String>,
}

/// Who decides at a [`Gate`].
pub(crate) trait Keeper: Send + Sync {
    /// Whether a connection may be opened.
    fn pass(&self, name: &str, address: Option<IpAddr>) -> Result<(), String>;

    /// The most that a pack may have for this host.
    fn ceiling(&self, owner: &Arc<Owner>) -> Option<Ceiling>;
}

/// Asked by a connector before it opens a connection over a network. The default lets everything through.
#[derive(Clone, Default)]
pub struct Gate(Option<Arc<dyn Keeper>>);

impl Gate {
    pub(crate) fn kept_by(keeper: impl Keeper + 'static) -> Self {
        Self(Some(Arc::new(keeper)))
    }

    /// The most that the pack of a connector may have for this host. None: what it was granted.
    #[must_use]
    pub fn ceiling(&self, owner: &Arc<Owner>) -> Option<Ceiling> {
        self.0.as_ref()?.ceiling(owner)
    }

    /// Whether a connection to `name` may be opened. `address` is what it was resolved to, and what must then be
    /// connected to; none where somebody else resolves it, as a jump host or a proxy command does.
    ///
    /// # Errors
    /// Why not.
    pub fn pass(&self, name: &str, address: Option<IpAddr>) -> Result<(), ConnectorError> {
        match &self.0 {
            Some(keeper) => keeper.pass(name, address).map_err(ConnectorError::Denied),
            None => Ok(()),
        }
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() {
            "Gate"
        } else {
            "Gate(open)"
        })
    }
}

/// What to connect to.
#[derive(Clone, Debug)]
pub struct Target {
    /// The host's inventory name.
    pub name: String,
    /// All data of the host, merged. Secret values are in plain text here.
    pub data: JsonMap,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// Asked before a connection is opened over a network.
    pub gate: Gate,
}

/// Makes sessions.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Its name, without the `@`.
    fn name(&self) -> &str;

    /// The data keys it understands.
    fn data_keys(&self) -> Vec<DataKey>;

    /// The hosts that `@name/argument` stands for.
    ///
    /// # Errors
    /// [`ConnectorError::Data`] for an argument that makes no sense.
    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError>;

    /// True when it ends each attempt after the connect timeout itself, because connecting is more than one attempt:
    /// with a queue, tries, or a person's answer in between. False, the default: the engine ends `connect` then.
    fn keeps_time(&self) -> bool {
        false
    }

    /// Connects.
    ///
    /// # Errors
    /// Why not, with the fix.
    async fn connect(&self, target: Target) -> Result<Arc<dyn Session>, ConnectorError>;
}

/// Which stream a piece of output came on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// Standard output; everything, when a pseudo-terminal is used.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What a command reads.
pub enum Stdin {
    /// Nothing: end of file at once.
    Empty,
    /// These bytes.
    Bytes(Bytes),
    /// What a reader gives, streamed.
    Reader(Box<dyn AsyncRead + Send + Unpin>),
}

/// A command for a session.
pub struct ExecRequest {
    /// The command line, as the host's shell takes it.
    pub command: String,
    /// What it reads.
    pub stdin: Stdin,
    /// Whether it gets a pseudo-terminal.
    pub pty: bool,
}

impl ExecRequest {
    /// A command that reads nothing.
    #[must_use]
    pub fn new(command: impl Into<String>) -> Self {
        Self {
            command: command.into(),
            stdin: Stdin::Empty,
            pty: false,
        }
    }
}

/// How a command ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// Its status; none when a signal ended it.
    pub status: Option<i32>,
    /// The signal's name without `SIG`.
    pub signal: Option<String>,
}

impl Exit {
    /// An exit with a status.
    #[must_use]
    pub fn status(status: i32) -> Self {
        Self {
            status: Some(status),
            signal: None,
        }
    }
}

/// Takes output as it comes.
pub trait OutputSink: Send {
    /// A piece of output, in the order it came.
    fn write(&mut self, stream: Stream, bytes: &[u8]);
}

/// A connection to a host. Dropping an `exec` future ends what the connector itself holds (the channel, a local
/// process group); what runs on a remote host is ended by the engine.
#[async_trait]
pub trait Session: Send + Sync {
    /// Runs a command; its output goes to the sink as it comes.
    ///
    /// # Errors
    /// [`ConnectorError::Lost`] when the connection went away; a command that fails is an [`Exit`].
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError>;

    /// Whether the host has a POSIX shell that many commands may share one `exec` of. False for scripted hosts,
    /// whose answers are looked up by command.
    fn has_shell(&self) -> bool {
        true
    }

    /// Counts how often the host refused another `exec` beside those that run, where the connector can tell. Who keeps
    /// one open for later gives it back then.
    fn refusals(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    /// Ends the connection.
    async fn close(&self);
}
