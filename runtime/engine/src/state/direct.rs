//! What a program asks of a host directly, outside any operation: a command, a fact; and the end of everything.

use std::sync::Arc;

use tokio::io::AsyncWrite;

use crate::arguments::GlobalArguments;
use crate::connector::Stream;
use crate::contract::Shell;
use crate::deploy::FactCall;
use crate::error::EngineError;
use crate::json::Json;
use crate::policy::{Chain, DIRECT_COMMAND, DIRECT_GET, DIRECT_PUT};
use crate::remote::{CommandResult, PutReport, PutRequest, PutSource, RemoteError};

use super::{Host, State};

impl State {
    /// Runs a command on a connected host, as the host's data and the config say. Output goes to `sink` as it comes,
    /// unmasked.
    ///
    /// # Errors
    /// Not connected, or why the command did not come to an end by itself. A command that fails is a result.
    pub async fn run_command(
        &self,
        host: &Arc<Host>,
        command: &str,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<CommandResult, EngineError> {
        let none = GlobalArguments::default();
        self.run_command_with(host, command, &none, sink).await
    }

    /// [`State::run_command`] with global arguments of its own, which win over those of the host's data and the config.
    ///
    /// # Errors
    /// The same.
    pub async fn run_command_with(
        &self,
        host: &Arc<Host>,
        command: &str,
        globals: &GlobalArguments,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<CommandResult, EngineError> {
        let globals = self.direct_globals(host, globals)?;
        self.allow_direct(host, &Chain::default(), DIRECT_COMMAND, &globals)?;
        let result = host
            .remote()?
            .run(&Shell::raw(command), &globals, &[], sink)
            .await;
        host.changed();
        result.map_err(|error| self.direct_error(host, &error))
    }

    /// Puts a file on a connected host, whole or not at all.
    ///
    /// # Errors
    /// Not connected, or why it was not put: then what was there before still is.
    pub async fn put_file(
        &self,
        host: &Arc<Host>,
        source: PutSource,
        request: &PutRequest,
        globals: &GlobalArguments,
    ) -> Result<PutReport, EngineError> {
        let globals = self.direct_globals(host, globals)?;
        self.allow_direct(host, &Chain::default(), DIRECT_PUT, &globals)?;
        let result = host.remote()?.put(source, request, &globals).await;
        host.changed();
        result.map_err(|error| self.direct_error(host, &error))
    }

    /// Fetches a file of a connected host into a writer.
    ///
    /// # Errors
    /// Not connected, or why it was not fetched; what was written until then is a part of it.
    pub async fn get_file(
        &self,
        host: &Arc<Host>,
        path: &str,
        to: &mut (dyn AsyncWrite + Send + Unpin),
        globals: &GlobalArguments,
    ) -> Result<(), EngineError> {
        let globals = self.direct_globals(host, globals)?;
        self.allow_direct(host, &Chain::default(), DIRECT_GET, &globals)?;
        let result = host.remote()?.get(path, to, &globals).await;
        result.map_err(|error| self.direct_error(host, &error))
    }

    fn direct_globals(
        &self,
        host: &Arc<Host>,
        own: &GlobalArguments,
    ) -> Result<GlobalArguments, EngineError> {
        let below =
            crate::prepare::host_globals(self, host).map_err(|message| EngineError::Remote {
                host: host.name().to_owned(),
                message,
            })?;
        Ok(own.clone().over(&below))
    }

    fn direct_error(&self, host: &Host, error: &RemoteError) -> EngineError {
        EngineError::Remote {
            host: host.name().to_owned(),
            message: self.secrets().mask(&error.to_string()),
        }
    }

    /// A fact of a connected host, as the host's data and the config say.
    ///
    /// # Errors
    /// [`EngineError::Call`] for a wrong call or a fact that could not be had.
    pub async fn fact(&self, host: &Arc<Host>, call: FactCall) -> Result<Json, EngineError> {
        crate::facts::get_fact(self, host, call, &Chain::default()).await
    }

    /// Ends what runs on the hosts and lets nothing more begin there: what an interrupted run must do. Returns at
    /// once; the calls that wait for commands answer when these have ended.
    pub fn interrupt(&self) {
        for host in self.hosts() {
            if let Ok(remote) = host.remote() {
                remote.cancel();
            }
        }
    }
}
