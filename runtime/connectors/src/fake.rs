//! `@fake/NAME`: hosts that are no hosts, for demos and tests. What they answer stands in their data.
//!
//! | a response | means |
//! | --- | --- |
//! | `"text"` | this on standard output, status 0 |
//! | `{"stdout", "stderr", "status", "signal", "delay", "misbehave"}` | each optional |
//!
//! A response is looked up by the exact command (as sent, or without its `sh -c`), then by the first key with the
//! prefix `glob:` or `regex:` that fits. Anything else answers nothing with status 0.

mod behaviour;
mod log;
mod script;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::io::AsyncReadExt;
use windlass_engine::connector::{
    Connector, ConnectorError, ConnectorHost, DataKey, ExecRequest, Exit, OutputSink, Session,
    Stdin, Target,
};
use windlass_engine::json::json;

use crate::data::key;
use behaviour::Misbehaviour;
pub use log::{FakeCall, FakeLog};
use script::Script;

/// The connector `@fake`.
#[derive(Clone, Debug, Default)]
pub struct Fake {
    log: Option<FakeLog>,
}

impl Fake {
    /// One that keeps no record of what it was asked.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// One that records every command in a log.
    #[must_use]
    pub fn with_log(log: FakeLog) -> Self {
        Self { log: Some(log) }
    }
}

#[async_trait]
impl Connector for Fake {
    fn name(&self) -> &str {
        "fake"
    }

    fn data_keys(&self) -> Vec<DataKey> {
        vec![
            key(
                "fake_responses",
                json!({"type": "object"}),
                Some(json!({})),
                "What commands answer: a map of command, `glob:PATTERN` or `regex:PATTERN` to text, or to an object \
                 of stdout, stderr, status, signal, delay and misbehave.",
            ),
            key(
                "fake_delay",
                json!({"type": "number", "minimum": 0}),
                Some(json!(0)),
                "How many seconds connecting and each command take.",
            ),
            key(
                "fake_delay_jitter",
                json!({"type": "number", "minimum": 0}),
                Some(json!(0)),
                "Up to this many seconds more, by the host's name and the number of the command.",
            ),
            key(
                "fake_misbehave",
                json!({"type": "string", "enum": Misbehaviour::NAMES}),
                None,
                "How every command goes wrong: it hangs, lies (garbage with status 0), drops the connection, is slow \
                 (byte by byte), writes binary, or the host refuses to connect.",
            ),
        ]
    }

    async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        let name = match argument {
            "" => "@fake".to_owned(),
            argument => format!("@fake/{argument}"),
        };
        Ok(vec![ConnectorHost {
            name,
            ..ConnectorHost::default()
        }])
    }

    async fn connect(&self, target: Target) -> Result<Arc<dyn Session>, ConnectorError> {
        let script = Script::read(&target.name, &target.data)?;
        script.wait(None).await;
        if script.misbehaviour() == Some(Misbehaviour::Refuses) {
            return Err(ConnectorError::Connect(format!(
                "{} refuses connections, as its fake_misbehave says",
                target.name
            )));
        }
        Ok(Arc::new(FakeSession {
            name: target.name,
            script,
            log: self.log.clone(),
            lost: AtomicBool::new(false),
        }))
    }
}

struct FakeSession {
    name: String,
    script: Script,
    log: Option<FakeLog>,
    lost: AtomicBool,
}

#[async_trait]
impl Session for FakeSession {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        if self.lost.load(Ordering::Relaxed) {
            return Err(lost());
        }
        let stdin = read_all(request.stdin).await;
        if let Some(log) = &self.log {
            log.push(FakeCall {
                host: self.name.clone(),
                command: request.command.clone(),
                stdin,
                pty: request.pty,
            });
        }
        let response = self.script.response(&request.command);
        self.script.wait(response.delay).await;
        match behaviour::answer(&response, output).await {
            Some(exit) => Ok(exit),
            None => {
                self.lost.store(true, Ordering::Relaxed);
                Err(lost())
            }
        }
    }

    fn has_shell(&self) -> bool {
        false
    }

    async fn close(&self) {}
}

fn lost() -> ConnectorError {
    ConnectorError::Lost("the fake host dropped it, as its data says".to_owned())
}

async fn read_all(stdin: Stdin) -> Bytes {
    match stdin {
        Stdin::Empty => Bytes::new(),
        Stdin::Bytes(bytes) => bytes,
        Stdin::Reader(mut reader) => {
            let mut all = Vec::new();
            // What could be read counts; a reader that breaks is like input that ends.
            let _ = reader.read_to_end(&mut all).await;
            all.into()
        }
    }
}

#[cfg(test)]
mod tests;
