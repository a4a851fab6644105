//! What a program asks of a host directly, outside any operation: a command, a fact; and the end of everything.

use std::sync::Arc;

use crate::connector::Stream;
use crate::contract::Shell;
use crate::deploy::FactCall;
use crate::error::EngineError;
use crate::json::Json;
use crate::remote::CommandResult;

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
        let failed = |message: String| EngineError::Remote {
            host: host.name().to_owned(),
            message,
        };
        let globals = crate::prepare::host_globals(self, host).map_err(failed)?;
        let result = host
            .remote()?
            .run(&Shell::raw(command), &globals, &[], sink)
            .await;
        host.changed();
        result.map_err(|error| failed(self.secrets().mask(&error.to_string())))
    }

    /// A fact of a connected host, as the host's data and the config say.
    ///
    /// # Errors
    /// [`EngineError::Call`] for a wrong call or a fact that could not be had.
    pub async fn fact(&self, host: &Arc<Host>, call: FactCall) -> Result<Json, EngineError> {
        crate::facts::get_fact(self, host, call).await
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
