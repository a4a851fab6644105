//! A connected host.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite};

use super::RemoteError;
use crate::arguments::GlobalArguments;
use crate::command::{CommandOutput, compose_without_privilege, render};
use crate::connector::{ExecRequest, Exit, Session, Stream};
use crate::contract::Shell;
use crate::secrets::SecretStore;

/// How a command ended, and what it printed.
#[derive(Clone, Debug, Default)]
pub struct CommandResult {
    /// How it ended.
    pub exit: Exit,
    /// What it printed, as it came: secrets are not masked here.
    pub output: CommandOutput,
    /// True when it printed more than is kept.
    pub truncated: bool,
}

/// What is put.
pub enum PutSource {
    /// These bytes.
    Bytes(Bytes),
    /// What a reader gives, and how many bytes that is, if it is known.
    Reader(Box<dyn AsyncRead + Send + Unpin>, Option<u64>),
}

/// Where a file goes, and what it becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutRequest {
    /// Its path on the host.
    pub dest: String,
    /// Its mode. Default: that of the file that is there, else what the host's umask leaves of 666.
    pub mode: Option<u32>,
    /// Its owner. Default: that of the file that is there, else who writes it.
    pub user: Option<String>,
    /// Its group. Default: that of the file that is there, else that of who writes it.
    pub group: Option<String>,
}

/// How a file was put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutReport {
    /// Why it was written in place instead of being replaced at once, if it was.
    pub in_place: Option<String>,
}

/// A connected host.
pub struct Remote {
    host: String,
    session: Arc<dyn Session>,
    secrets: SecretStore,
    temp_folder: String,
}

impl Remote {
    /// A host over a session.
    #[must_use]
    pub fn new(
        host: &str,
        session: Arc<dyn Session>,
        secrets: SecretStore,
        temp_folder: String,
    ) -> Self {
        Self {
            host: host.to_owned(),
            session,
            secrets,
            temp_folder,
        }
    }

    /// True when the host has a POSIX shell.
    #[must_use]
    pub fn has_shell(&self) -> bool {
        self.session.has_shell()
    }

    /// Runs a command.
    ///
    /// # Errors
    /// Why it did not end by itself.
    pub async fn run(
        &self,
        command: &Shell,
        arguments: &GlobalArguments,
        _secrets: &[String],
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<CommandResult, RemoteError> {
        let text = render(&command.text).map_err(RemoteError::Unsupported)?;
        let _ = (&self.secrets, &self.temp_folder);
        let mut output = CommandOutput::default();
        let request = ExecRequest::new(compose_without_privilege(&text, arguments));
        let exit = self
            .session
            .exec(request, &mut output)
            .await
            .map_err(|error| RemoteError::Lost {
                host: self.host.clone(),
                message: error.to_string(),
                output: CommandOutput::default(),
            })?;
        sink(Stream::Stdout, &output.bytes(Stream::Stdout));
        Ok(CommandResult {
            exit,
            output,
            truncated: false,
        })
    }

    /// Puts a file.
    ///
    /// # Errors
    /// Why not.
    pub async fn put(
        &self,
        _source: PutSource,
        _request: &PutRequest,
        _arguments: &GlobalArguments,
    ) -> Result<PutReport, RemoteError> {
        Err(RemoteError::Unsupported(String::from("putting files")))
    }

    /// Fetches a file.
    ///
    /// # Errors
    /// Why not.
    pub async fn get(
        &self,
        _src: &str,
        _to: &mut (dyn AsyncWrite + Send + Unpin),
        _arguments: &GlobalArguments,
    ) -> Result<(), RemoteError> {
        Err(RemoteError::Unsupported(String::from("fetching files")))
    }

    /// Ends the connection.
    pub async fn close(&self) {
        self.session.close().await;
    }
}
