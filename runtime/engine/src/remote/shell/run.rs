//! One command in an open shell: given, watched, and ended with the shell when it may not go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::opened::Piece;
use super::pool::{Taken, Wanted};
use super::script::{fits, item};
use crate::arguments::GlobalArguments;
use crate::connector::{Exit, Stdin, Stream};
use crate::remote::RemoteError;
use crate::remote::data::OnDrop;
use crate::remote::exec::{Command, Cut};
use crate::remote::host::Core;

/// A command for a shell.
pub(in crate::remote) struct Job<'a> {
    text: &'a str,
    shown: &'a str,
    arguments: &'a GlobalArguments,
    stdin: Vec<u8>,
    looks: bool,
}

impl<'a> Job<'a> {
    /// A command as a shell takes it; none for what needs a channel of its own: a terminal, a stream, much input.
    pub(in crate::remote) fn of(command: &'a Command<'_>) -> Option<Self> {
        let given: &[u8] = match &command.stdin {
            Stdin::Empty => &[],
            Stdin::Bytes(bytes) => bytes,
            Stdin::Reader(_) => return None,
        };
        let length = command.head.len() + given.len();
        if command.pty || !command.interruptible || !fits(&command.text, length) {
            return None;
        }
        Some(Self {
            text: &command.text,
            shown: &command.shown,
            arguments: command.arguments,
            stdin: [command.head.as_slice(), given].concat(),
            looks: command.looks,
        })
    }
}

/// How a command in a shell ended.
enum Done {
    Exit(Exit),
    Error(RemoteError),
    NotRun,
}

impl Core {
    /// Runs a command in the shell of whoever it runs as. None: it did not run, and needs a channel of its own.
    pub(in crate::remote) async fn exec_in_shell(
        self: &Arc<Self>,
        job: Job<'_>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Option<Result<Exit, RemoteError>> {
        let wanted = Wanted {
            arguments: job.arguments,
            behind: false,
            looks: job.looks,
            reads: !job.stdin.is_empty(),
        };
        let Taken { shell, mut pieces } = self.shells.take(self, &wanted, |number| {
            item(number, job.text, job.arguments, &job.stdin)
        })?;
        let abandoned = {
            let (core, shell) = (self.clone(), shell.clone());
            OnDrop::spawn(move || async move {
                shell.end(&core).await;
            })
        };
        let mut cancelled = self.cancelled.subscribe();
        let limit = job.arguments.timeout;
        let (began, turn) = tokio::sync::oneshot::channel();
        let mut began = Some(began);
        let deadline = async {
            match limit.map(Duration::try_from_secs_f64) {
                // Time counts from the turn on; a turn that never comes is one that needs no limit.
                Some(limit) if turn.await.is_ok() => {
                    tokio::time::sleep(limit.unwrap_or(Duration::MAX)).await;
                }
                _ => std::future::pending().await,
            }
        };
        let cut = tokio::select! {
            biased;
            done = follow(&self.host, &mut pieces, sink, || {
                if let Some(began) = began.take() {
                    let _ = began.send(());
                }
            }) => {
                abandoned.disarm();
                return match done {
                    Done::Exit(exit) => Some(Ok(exit)),
                    Done::Error(error) => Some(Err(error)),
                    Done::NotRun => None,
                };
            }
            _ = cancelled.wait_for(|cancelled| *cancelled) => Cut::Interrupted,
            () = deadline => Cut::Timeout(limit.unwrap_or_default()),
        };
        let remark = shell.end(self).await;
        // What was printed up to the end is still on its way.
        let rest = follow(&self.host, &mut pieces, sink, || {});
        let _ = tokio::time::timeout(Duration::from_secs(1), rest).await;
        abandoned.disarm();
        Some(Err(cut.error(job.shown, remark)))
    }
}

/// Passes output on until the command has ended.
async fn follow(
    host: &str,
    pieces: &mut UnboundedReceiver<Piece>,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    mut began: impl FnMut(),
) -> Done {
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Began => began(),
            Piece::Output(stream, bytes) => sink(stream, &bytes),
            Piece::Ended(exit) => return Done::Exit(exit),
            Piece::Refused(error) => return Done::Error(error),
            Piece::NotRun => return Done::NotRun,
            Piece::Lost(message) => {
                return Done::Error(RemoteError::Lost {
                    host: host.to_owned(),
                    message,
                    output: Default::default(),
                });
            }
        }
    }
    Done::NotRun
}
