//! Commands in an open shell: given, watched, and ended with the shell when they may not go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::opened::{Asked, Piece, Shell};
use super::pool::{Taken, shell_of};
use super::script::{Line, Link, fits};
use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::audit::{Account, Entry};
use crate::command::has_privilege;
use crate::connector::{Exit, Stdin, Stream};
use crate::remote::RemoteError;
use crate::remote::data::OnDrop;
use crate::remote::exec::{Command, Cut, Routine};
use crate::remote::host::Core;
use crate::remote::witness::account;

/// A command for a shell.
pub(in crate::remote) struct Job<'a> {
    text: &'a str,
    routine: Option<&'static Routine>,
    shown: &'a str,
    arguments: &'a GlobalArguments,
    stdin: Vec<u8>,
    looks: bool,
    plain: bool,
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
        // Without a shell around it a command is the login shell's, which may be another than `sh`.
        let bare = command.arguments.shell() == ShellExecutable::None;
        if bare && !has_privilege(command.arguments) {
            return None;
        }
        Some(Self {
            text: &command.text,
            routine: command.routine,
            shown: &command.shown,
            arguments: command.arguments,
            stdin: [command.head.as_slice(), given].concat(),
            looks: command.looks,
            plain: command.plain,
        })
    }

    /// What the audit says of it.
    pub(in crate::remote) fn account(&self) -> Account<'_> {
        account(
            self.text,
            self.shown,
            self.routine.is_some(),
            self.looks,
            self.arguments,
            Some(self.stdin.len() as u64),
        )
    }

    /// Whose shell it needs.
    pub(in crate::remote) fn key(&self) -> String {
        shell_of(self.arguments)
    }

    fn asked(&self) -> Asked {
        Asked {
            looks: self.looks,
            reads: !self.stdin.is_empty(),
            routine: self.routine,
        }
    }

    fn script(&self, number: u64, link: Link<'_>) -> String {
        let line = Line {
            text: self.text,
            routine: self.routine,
            arguments: self.arguments,
            stdin: &self.stdin,
            plain: self.plain,
            link,
        };
        line.script(number)
    }

    /// The statuses that mean success, as the shell compares them.
    fn codes(&self) -> String {
        match &self.arguments.success_exit_codes {
            None => String::from("0"),
            Some(codes) => codes
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(" "),
        }
    }
}

/// How a command in a shell ended.
pub(in crate::remote) enum Done {
    /// By itself.
    Exit(Exit),
    /// Not by itself.
    Error(RemoteError),
    /// It did not run, since one before it failed.
    Skipped,
    /// It did not run, since the shell ended.
    NotRun,
}

/// Commands that were given to a shell and whose output comes one after another.
pub(in crate::remote) struct Given {
    shell: Arc<Shell>,
    pieces: std::collections::VecDeque<UnboundedReceiver<Piece>>,
    /// The records of the same commands, where the run is audited.
    pub(in crate::remote) entries: std::collections::VecDeque<Entry>,
    /// Ends the shell when nobody waits any more.
    abandoned: Option<OnDrop>,
}

impl Core {
    /// False for scripted hosts, and once the run was interrupted: nothing more begins then.
    fn takes_shells(&self) -> bool {
        self.session.has_shell() && !*self.cancelled.borrow()
    }

    /// Runs a command in the shell of whoever it runs as. None: it did not run, and needs a channel of its own.
    pub(in crate::remote) async fn exec_in_shell(
        self: &Arc<Self>,
        job: Job<'_>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Option<Result<Exit, RemoteError>> {
        let mut given = self.give_unseen(std::slice::from_ref(&job), false)?;
        let limit = job.arguments.timeout;
        match given
            .next_unseen(self, job.shown, limit, sink, &mut || {})
            .await
        {
            Done::Exit(exit) => Some(Ok(exit)),
            Done::Error(error) => Some(Err(error)),
            Done::Skipped | Done::NotRun => None,
        }
    }

    /// Gives commands to one shell, all at once. In a chain each runs only if the one before succeeded. None: they do
    /// not run, since they need channels of their own. Nothing is recorded here: see [`Core::give`].
    pub(in crate::remote) fn give_unseen(
        self: &Arc<Self>,
        jobs: &[Job<'_>],
        chain: bool,
    ) -> Option<Given> {
        let first = jobs.first().filter(|_| self.takes_shells())?;
        let whose = shell_of(first.arguments);
        if jobs.iter().any(|job| shell_of(job.arguments) != whose) {
            return None;
        }
        let asked = Asked {
            reads: jobs.iter().any(|job| !job.stdin.is_empty()),
            ..first.asked()
        };
        let codes = first.codes();
        let link = match chain {
            true => Link::First(&codes),
            false => Link::None,
        };
        let Taken { shell, pieces } = self.shells.take(self, first.arguments, asked, |number| {
            first.script(number, link)
        })?;
        let mut given = Given::new(self, shell);
        given.pieces.push_back(pieces);
        for job in jobs.iter().skip(1) {
            let codes = job.codes();
            let link = match chain {
                true => Link::Next(&codes),
                false => Link::None,
            };
            given.add(job, link);
        }
        Some(given)
    }
}

impl Given {
    fn new(core: &Arc<Core>, shell: Arc<Shell>) -> Self {
        let (core, ended) = (core.clone(), shell.clone());
        let abandoned = OnDrop::spawn(move || async move {
            ended.end(&core).await;
        });
        Self {
            shell,
            pieces: std::collections::VecDeque::new(),
            entries: std::collections::VecDeque::new(),
            abandoned: Some(abandoned),
        }
    }

    /// Gives the same shell another command, behind those that it has.
    fn add(&mut self, job: &Job<'_>, link: Link<'_>) {
        let script = |number| job.script(number, link);
        let pieces = self.shell.give(script, job.asked());
        // A shell that takes no more has ended: what comes of that is said of the command that ran in it.
        self.pieces.extend(pieces);
    }

    /// Commands that only look, behind those that were given, to be awaited by somebody else. Nothing is recorded here:
    /// see [`Given::behind`].
    pub(in crate::remote) fn behind_unseen(&mut self, core: &Arc<Core>, jobs: &[Job<'_>]) -> Self {
        let mut behind = Self::new(core, self.shell.clone());
        for job in jobs {
            behind.add(job, Link::None);
        }
        behind
    }

    /// Waits for the end of the next command. Nothing is recorded here: see [`Given::next`].
    pub(in crate::remote) async fn next_unseen(
        &mut self,
        core: &Arc<Core>,
        shown: &str,
        limit: Option<f64>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
        began: &mut (dyn FnMut() + Send),
    ) -> Done {
        let Some(mut pieces) = self.pieces.pop_front() else {
            return Done::NotRun;
        };
        let mut cancelled = core.cancelled.subscribe();
        let (turn, has_turn) = tokio::sync::oneshot::channel();
        let mut turn = Some(turn);
        let deadline = async {
            match limit.map(Duration::try_from_secs_f64) {
                // Time counts from the turn on; a turn that never comes is one that needs no limit.
                Some(limit) if has_turn.await.is_ok() => {
                    tokio::time::sleep(limit.unwrap_or(Duration::MAX)).await;
                }
                _ => std::future::pending().await,
            }
        };
        let mut begins = || {
            if let Some(turn) = turn.take() {
                let _ = turn.send(());
                began();
            }
        };
        let cut = tokio::select! {
            biased;
            done = follow(&core.host, &mut pieces, sink, &mut begins) => {
                if self.pieces.is_empty() {
                    self.done();
                }
                return done;
            }
            _ = cancelled.wait_for(|cancelled| *cancelled) => Cut::Interrupted,
            () = deadline => Cut::Timeout(limit.unwrap_or_default()),
        };
        let remark = self.shell.end(core).await;
        // What was printed up to the end is still on its way.
        let mut begins = || {};
        let rest = follow(&core.host, &mut pieces, sink, &mut begins);
        let _ = tokio::time::timeout(Duration::from_secs(1), rest).await;
        self.done();
        Done::Error(cut.error(shown, remark))
    }

    /// Nothing that was given needs watching any more.
    pub(in crate::remote) fn done(&mut self) {
        for entry in self.entries.drain(..) {
            entry.not_done("one before it failed, or its shell ended");
        }
        if let Some(abandoned) = self.abandoned.take() {
            abandoned.disarm();
        }
    }
}

/// Passes output on until the command has ended.
async fn follow(
    host: &str,
    pieces: &mut UnboundedReceiver<Piece>,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    began: &mut (dyn FnMut() + Send),
) -> Done {
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Began => began(),
            Piece::Output(stream, bytes) => {
                // One stream may be ahead of the other, on which the end of the command before is still to come.
                began();
                sink(stream, &bytes);
            }
            Piece::Ended(exit) => return Done::Exit(exit),
            Piece::Refused(error) => return Done::Error(error),
            Piece::NotRun => return Done::NotRun,
            Piece::Skipped => return Done::Skipped,
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The streams come by themselves: one may be at the next command while the end of the one before is still to come
    /// on the other.
    #[tokio::test]
    async fn what_prints_has_begun() {
        let (to, mut pieces) = tokio::sync::mpsc::unbounded_channel();
        for piece in [
            Piece::Output(Stream::Stdout, b"early".to_vec()),
            Piece::Began,
            Piece::Ended(Exit::status(0)),
        ] {
            assert!(to.send(piece).is_ok());
        }
        let mut printed = Vec::new();
        let seen = std::sync::Mutex::new((false, &mut printed));
        let mut sink = |_: Stream, bytes: &[u8]| {
            let mut seen = seen.lock().unwrap();
            let has_begun = seen.0;
            seen.1.push((has_begun, bytes.to_vec()));
        };
        let mut began = || seen.lock().unwrap().0 = true;
        let done = follow("a", &mut pieces, &mut sink, &mut began).await;
        assert!(matches!(done, Done::Exit(exit) if exit.status == Some(0)));
        assert_eq!(printed, [(true, b"early".to_vec())]);
    }
}
