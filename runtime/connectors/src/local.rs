//! `@local`: commands as processes of this machine, each the leader of a process group of its own.
//!
//! A command has ended when its shell has and nobody holds its output open any more, as over SSH: nothing that was
//! written is lost. Dropping the future kills the group.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::process::Command;
use windlass_engine::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, ExecRequest, Exit, OutputSink, Session,
    Target,
};
use windlass_engine::process;

use crate::data::wrong;
use crate::pty;

/// The connector `@local`: this machine, as the user who runs the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Local;

#[async_trait]
impl Connector for Local {
    fn name(&self) -> &str {
        "local"
    }

    fn data_keys(&self) -> Vec<DataKey> {
        Vec::new()
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        if argument.is_empty() {
            return Ok(vec![ConnectorHost {
                name: "@local".to_owned(),
                ..ConnectorHost::default()
            }]);
        }
        Err(wrong(
            "@local",
            format!("takes no argument, `{argument}` was given\n  write `@local`"),
        ))
    }

    async fn connect(&self, _: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        Ok(Arc::new(LocalSession))
    }
}

struct LocalSession;

#[async_trait]
impl Session for LocalSession {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        if request.pty {
            return pty::exec(request, output).await;
        }
        let mut command = Command::new("sh");
        command.arg("-c").arg(&request.command);
        process::run(command, request.stdin, output)
            .await
            .map_err(not_started)
    }

    async fn close(&self) {}
}

pub(crate) fn not_started(error: impl std::fmt::Display) -> ConnectorError {
    ConnectorError::Connect(format!("start `sh` on this machine: {error}"))
}
