//! A connection: one channel a command.

use async_trait::async_trait;
use russh::client::{Handle, Msg};
use russh::{Channel, ChannelMsg, ChannelWriteHalf, Disconnect};
use tokio::io::AsyncReadExt;
use tokio::sync::{Semaphore, watch};
use windlass_engine::connector::{
    ConnectorError, ExecRequest, Exit, OutputSink, Session, Stdin, Stream,
};

use super::connect::Verify;

/// How many channels are open at once: OpenSSH's default `MaxSessions` (sshd_config(5)).
const CHANNELS: usize = 10;

/// How often opening a channel that was refused is tried again: the host may allow fewer.
const REFUSALS: u32 = 50;

/// How much standard input is read at once.
const PIECE: usize = 32 * 1024;

pub(super) struct SshSession {
    handle: Handle<Verify>,
    /// The jump hosts' connections, which carry this one.
    way: Vec<Handle<Verify>>,
    channels: Semaphore,
    refusals: watch::Sender<u64>,
}

impl SshSession {
    pub(super) fn new(handle: Handle<Verify>, way: Vec<Handle<Verify>>) -> Self {
        Self {
            handle,
            way,
            channels: Semaphore::new(CHANNELS),
            refusals: watch::Sender::new(0),
        }
    }

    async fn open(&self) -> Result<Channel<Msg>, ConnectorError> {
        let mut refused = 0;
        loop {
            match self.handle.channel_open_session().await {
                Ok(channel) => return Ok(channel),
                Err(russh::Error::ChannelOpenFailure(_)) if refused < REFUSALS => {
                    refused += 1;
                    self.refusals.send_modify(|count| *count += 1);
                    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                }
                Err(error) => return Err(lost(&error)),
            }
        }
    }
}

fn lost(error: &russh::Error) -> ConnectorError {
    ConnectorError::Lost(error.to_string())
}

#[async_trait]
impl Session for SshSession {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        let _place = self.channels.acquire().await;
        let channel = self.open().await?;
        if request.pty {
            channel
                .request_pty(false, "xterm", 80, 24, 0, 0, &[])
                .await
                .map_err(|error| lost(&error))?;
        }
        channel
            .exec(true, request.command)
            .await
            .map_err(|error| lost(&error))?;
        let (mut reader, writer) = channel.split();
        let sending = send(&writer, request.stdin);
        tokio::pin!(sending);
        let mut sent = false;
        let mut exit: Option<Exit> = None;
        loop {
            let message = tokio::select! {
                result = &mut sending, if !sent => {
                    sent = true;
                    // A command may end without reading its input; how it ended is what counts then.
                    if let Err(error) = result {
                        tracing::debug!("sending standard input: {error}");
                    }
                    continue;
                }
                message = reader.wait() => message,
            };
            match message {
                Some(ChannelMsg::Data { data }) => output.write(Stream::Stdout, &data),
                Some(ChannelMsg::ExtendedData { data, .. }) => output.write(Stream::Stderr, &data),
                Some(ChannelMsg::ExitStatus { exit_status }) => {
                    exit = Some(Exit {
                        status: i32::try_from(exit_status).ok(),
                        signal: None,
                    });
                }
                Some(ChannelMsg::ExitSignal { signal_name, .. }) => {
                    exit = Some(Exit {
                        status: None,
                        signal: Some(format!("{signal_name:?}")),
                    });
                }
                Some(ChannelMsg::Failure) => {
                    return Err(ConnectorError::Unsupported(String::from(
                        "the host refuses to run commands",
                    )));
                }
                Some(ChannelMsg::Close) | None => break,
                Some(_) => {}
            }
        }
        let _ = writer.close().await;
        exit.ok_or_else(|| {
            ConnectorError::Lost(String::from("the connection ended before the command did"))
        })
    }

    fn refusals(&self) -> Option<watch::Receiver<u64>> {
        Some(self.refusals.subscribe())
    }

    async fn close(&self) {
        for handle in std::iter::once(&self.handle).chain(self.way.iter().rev()) {
            let _ = handle
                .disconnect(Disconnect::ByApplication, "done", "en")
                .await;
        }
    }
}

/// Sends standard input, as fast as the host takes it, then its end.
async fn send(writer: &ChannelWriteHalf<Msg>, stdin: Stdin) -> Result<(), String> {
    match stdin {
        Stdin::Empty => {}
        Stdin::Bytes(bytes) => writer
            .data(bytes.as_ref())
            .await
            .map_err(|error| error.to_string())?,
        Stdin::Reader(mut reader) => {
            let mut piece = vec![0; PIECE];
            loop {
                let count = reader
                    .read(&mut piece)
                    .await
                    .map_err(|error| error.to_string())?;
                let Some(bytes) = piece.get(..count).filter(|bytes| !bytes.is_empty()) else {
                    break;
                };
                writer
                    .data(bytes)
                    .await
                    .map_err(|error| error.to_string())?;
            }
        }
    }
    writer.eof().await.map_err(|error| error.to_string())
}
