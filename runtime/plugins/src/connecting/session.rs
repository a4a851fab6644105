//! A session of a component's connection: commands that the host runs for it, or that pass through it.

use std::time::Duration;

use async_trait::async_trait;
use tokio::io::{AsyncRead, AsyncReadExt};
use wasmtime::component::ResourceAny;
use windlass_engine::connector::{
    ConnectorError, ExecRequest, Exit, OutputSink, Session, Stdin, Stream,
};
use windlass_engine::process;

use super::live::Live;
use crate::bindings::exports_of_roles::connector::{Execution, Request};
use crate::granted::Part;
use std::sync::Arc;

/// Bytes of input that a channel is given at once.
const PIECE: usize = 64 << 10;

/// How long a turn of a channel may wait.
const TURN: Duration = Duration::from_millis(50);

/// How long input is waited for before a channel has its turn without.
const INPUT: Duration = Duration::from_millis(5);

/// A session of a component.
pub(crate) struct ComponentSession {
    pub(crate) live: Live,
    pub(crate) session: ResourceAny,
    pub(crate) part: Arc<Part>,
}

#[async_trait]
impl Session for ComponentSession {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        let name = &self.part.component.name;
        if request.pty {
            return Err(ConnectorError::Unsupported(format!(
                "{name} gives no terminals\n  leave out _get_pty"
            )));
        }
        let asked = Request {
            command: request.command.into_bytes(),
            env: Vec::new(),
            pty: false,
            more: String::from("{}"),
        };
        let rights = &self.part.rights;
        match self.live.exec(self.session, asked).await? {
            Execution::Via(spec) => {
                if spec.stdin.is_some() {
                    return Err(ConnectorError::Unsupported(format!(
                        "{name} gives the program of a command its own input, which is the command's"
                    )));
                }
                let command = rights
                    .command(&spec)
                    .map_err(|error| ConnectorError::Denied(error.message))?;
                let ran = process::run(command, request.stdin, output).await;
                ran.map_err(|error| {
                    ConnectorError::Connect(format!("start `{}`: {error}", spec.program))
                })
            }
            Execution::Direct(channel) => {
                let mut held = Held {
                    live: self.live.clone(),
                    channel: Some(channel),
                };
                if !rights.sees_traffic() {
                    let wants = "see the traffic of its connections";
                    let refused = rights.refused(wants, "traffic = true");
                    return Err(ConnectorError::Denied(refused.message));
                }
                let exit = pass(&self.live, channel, request.stdin, output).await?;
                if let Some(channel) = held.channel.take() {
                    self.live.end(channel, false).await?;
                }
                Ok(exit)
            }
        }
    }

    async fn close(&self) {
        if let Err(error) = self.live.close(self.session).await {
            tracing::info!(%error, "a connection did not end well");
        }
    }
}

/// Moves the bytes of a command, turn by turn.
async fn pass(
    live: &Live,
    channel: ResourceAny,
    stdin: Stdin,
    output: &mut dyn OutputSink,
) -> Result<Exit, ConnectorError> {
    let mut input = Input::new(stdin);
    loop {
        input.fill().await;
        let wait_ms = u32::try_from(TURN.as_millis()).unwrap_or(u32::MAX);
        let turn = live
            .turn(channel, input.waiting.clone(), input.ended, wait_ms)
            .await?;
        let taken = usize::try_from(turn.stdin_taken).unwrap_or(usize::MAX);
        input.waiting.drain(..taken.min(input.waiting.len()));
        output.write(Stream::Stdout, &turn.stdout);
        output.write(Stream::Stderr, &turn.stderr);
        if let Some(exit) = turn.exit {
            return Ok(Exit {
                status: exit.status,
                signal: exit.signal,
            });
        }
    }
}

/// What a command reads, as far as its channel has not taken it.
struct Input {
    waiting: Vec<u8>,
    reader: Option<Box<dyn AsyncRead + Send + Unpin>>,
    ended: bool,
}

impl Input {
    fn new(stdin: Stdin) -> Self {
        let (waiting, reader) = match stdin {
            Stdin::Empty => (Vec::new(), None),
            Stdin::Bytes(bytes) => (bytes.to_vec(), None),
            Stdin::Reader(reader) => (Vec::new(), Some(reader)),
        };
        Self {
            ended: reader.is_none(),
            waiting,
            reader,
        }
    }

    async fn fill(&mut self) {
        let Some(reader) = self.reader.as_mut() else {
            return;
        };
        if self.waiting.len() >= PIECE {
            return;
        }
        let mut piece = vec![0; PIECE];
        // A read that is not ready leaves nothing behind: the next turn tries again.
        if let Ok(read) = tokio::time::timeout(INPUT, reader.read(&mut piece)).await {
            let count = read.unwrap_or_default();
            self.waiting
                .extend_from_slice(piece.get(..count).unwrap_or_default());
            if count == 0 {
                self.reader = None;
                self.ended = true;
            }
        }
    }
}

/// A channel that is ended when nobody waits for its command any more.
struct Held {
    live: Live,
    channel: Option<ResourceAny>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(channel) = self.channel.take() else {
            return;
        };
        let live = self.live.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(error) = live.end(channel, true).await {
                    tracing::info!(%error, "a channel did not end well");
                }
            });
        }
    }
}
