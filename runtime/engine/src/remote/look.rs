//! Commands that only look: given to an open shell together, awaited one by one.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::RemoteError;
use super::exec::Command;
use super::host::{Core, Remote};
use super::run::Kept;
use super::shell::{Done, Given, Job, shell_of};
use crate::arguments::GlobalArguments;
use crate::connector::{Stdin, Stream};
use crate::contract::RawOutput;

/// A command that only looks.
#[derive(Clone)]
pub struct Look {
    /// What tells it from others: whoever asks for the same finds it by that.
    pub name: Arc<str>,
    /// The command.
    pub text: Arc<str>,
    /// As whom and where it runs.
    pub arguments: Arc<GlobalArguments>,
}

/// The answer of one look: what it printed, an error of its own, or nothing where it did not run.
pub type Looked = Option<Result<RawOutput, RemoteError>>;

/// Answers on their way.
pub struct Looking {
    /// The answers by name, in the order in which they come.
    pub answers: Vec<(Arc<str>, oneshot::Receiver<Looked>)>,
}

impl Look {
    pub(super) fn key(&self) -> String {
        shell_of(&self.arguments)
    }

    fn command(&self) -> Command<'_> {
        Command {
            text: self.text.to_string(),
            routine: None,
            shown: self.text.lines().next().unwrap_or_default().to_owned(),
            arguments: &self.arguments,
            head: Vec::new(),
            stdin: Stdin::Empty,
            pty: false,
            interruptible: true,
            looks: true,
            plain: true,
        }
    }
}

impl Remote {
    /// Sends looks to the shell of whoever they run as, all in one round trip. None where they cannot share one now.
    #[must_use]
    pub fn look(&self, looks: &[Look]) -> Option<Looking> {
        let commands: Vec<Command<'_>> = looks.iter().map(Look::command).collect();
        let jobs: Vec<Job<'_>> = commands.iter().map(Job::of).collect::<Option<_>>()?;
        let given = self.core.give(&jobs, false)?;
        Some(Looking::watch(&self.core, given, looks.to_vec()))
    }
}

impl Looking {
    /// Looks behind what a shell was given.
    pub(super) fn behind(core: &Arc<Core>, given: &mut Given, looks: Vec<Look>) -> Self {
        let behind = {
            let commands: Vec<Command<'_>> = looks.iter().map(Look::command).collect();
            let jobs: Vec<Job<'_>> = commands.iter().filter_map(Job::of).collect();
            given.behind(core, &jobs)
        };
        Self::watch(core, behind, looks)
    }

    fn watch(core: &Arc<Core>, mut given: Given, looks: Vec<Look>) -> Self {
        let mut answers = Vec::with_capacity(looks.len());
        let mut senders = Vec::with_capacity(looks.len());
        for look in &looks {
            let (sender, answer) = oneshot::channel();
            answers.push((look.name.clone(), answer));
            senders.push(sender);
        }
        let core = core.clone();
        tokio::spawn(async move {
            for (look, sender) in looks.into_iter().zip(senders) {
                let mut kept = Kept::default();
                let shown = look.command().shown;
                let mut sink = |stream: Stream, bytes: &[u8]| kept.write(stream, bytes);
                let limit = look.arguments.timeout;
                let done = given
                    .next(&core, &shown, limit, &mut sink, &mut || {})
                    .await;
                let output = kept.into_output();
                let _ = sender.send(match done {
                    Done::Exit(exit) => Some(Ok(RawOutput {
                        status: exit.status.unwrap_or(-1),
                        stdout: output.bytes(Stream::Stdout),
                        stderr: output.bytes(Stream::Stderr),
                        values: Vec::new(),
                    })),
                    // What ended its shell may not have been at fault, and may look again by itself.
                    Done::Error(RemoteError::Lost { .. }) | Done::Skipped | Done::NotRun => None,
                    Done::Error(error) => Some(Err(error)),
                });
            }
            given.done();
        });
        Self { answers }
    }
}
