//! Several commands, each of which depends on the one before, in one round trip where they can share a shell.

use super::data::PutSource;
use super::files::PutRequest;
use super::host::Remote;
use super::look::{Look, Looking};
use super::run::{Kept, Prepared};
use super::shell::{Done, Given, Job};
use super::{CommandResult, RemoteError};
use crate::arguments::GlobalArguments;
use crate::command::CommandOutput;
use crate::connector::{Exit, Stream};
use crate::contract::Shell;

/// A step of a chain.
pub struct Link {
    /// What is done.
    pub task: Task,
    /// How.
    pub arguments: GlobalArguments,
}

/// What a step of a chain does.
pub enum Task {
    /// Runs a command; the identities are those that its secret parts name by position.
    Run(Shell, Vec<String>),
    /// Puts a file.
    Put(PutSource, PutRequest),
}

/// What happens in a chain, with the step's position.
pub enum ChainEvent<'a> {
    /// It begins.
    Began,
    /// It printed something.
    Output(Stream, &'a [u8]),
    /// It ended, or could not be done.
    Ended(Result<CommandResult, RemoteError>),
}

/// What became of a chain.
pub struct ChainEnd {
    /// How many steps were begun. Where one failed, it is the last of them.
    pub ran: usize,
    /// What was looked at behind it; none where that could not travel along.
    pub looking: Option<Looking>,
}

/// A step that is ready to go.
struct Ready {
    prepared: Prepared,
    put: Option<PutRequest>,
}

impl Remote {
    /// Runs steps one after another until one fails. `ahead` are commands that only look, for which nobody waits yet:
    /// they run behind the steps, in the same round trip.
    ///
    /// Errors are what steps end with; a status that is no success ends the chain.
    pub async fn run_chain(
        &self,
        links: Vec<Link>,
        ahead: Vec<Look>,
        on: &mut (dyn FnMut(usize, ChainEvent<'_>) + Send),
    ) -> ChainEnd {
        let mut ready = Vec::with_capacity(links.len());
        let mut failed = None;
        for link in links {
            match self.ready(link).await {
                Ok(step) => ready.push(step),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let (ran, has_failed, looking) = self.run_ready(&mut ready, ahead, on).await;
        for step in &mut ready {
            step.prepared.clean_up().await;
        }
        // A step that could not be made ready fails when its turn comes.
        match failed {
            Some(error) if !has_failed => {
                on(ran, ChainEvent::Began);
                on(ran, ChainEvent::Ended(Err(error)));
                ChainEnd {
                    ran: ran + 1,
                    looking,
                }
            }
            _ => ChainEnd { ran, looking },
        }
    }

    async fn ready(&self, link: Link) -> Result<Ready, RemoteError> {
        Ok(match link.task {
            Task::Run(shell, secrets) => Ready {
                prepared: self.prepared(&shell, &link.arguments, &secrets).await?,
                put: None,
            },
            Task::Put(source, request) => Ready {
                prepared: self.prepared_put(source, &request, &link.arguments).await?,
                put: Some(request),
            },
        })
    }

    /// How many steps were begun, whether the last of them failed, and what was looked at behind them.
    async fn run_ready(
        &self,
        ready: &mut [Ready],
        ahead: Vec<Look>,
        on: &mut (dyn FnMut(usize, ChainEvent<'_>) + Send),
    ) -> (usize, bool, Option<Looking>) {
        let count = ready.len();
        let mut begun = 0;
        if let Some((given, looking)) = self.give_chain(ready, ahead) {
            let (ran, has_failed) = self.watch_chain(given, ready, on).await;
            if has_failed || ran == count {
                return (ran, has_failed, looking);
            }
            begun = ran;
        }
        // What its shell did not come to, having ended, runs by itself.
        for (at, step) in ready.iter_mut().enumerate().skip(begun) {
            on(at, ChainEvent::Began);
            let mut kept = Kept::default();
            let mut sink = |stream: Stream, bytes: &[u8]| {
                kept.write(stream, bytes);
                on(at, ChainEvent::Output(stream, bytes));
            };
            let ended = self.core.exec(step.prepared.command(), &mut sink).await;
            let result = self.step_result(step, ended, kept);
            let go_on = succeeded(&result, step);
            on(at, ChainEvent::Ended(result));
            if !go_on {
                return (at + 1, true, None);
            }
        }
        (count, false, None)
    }

    /// Gives all of it to one shell. None: it needs more than one channel.
    fn give_chain(
        &self,
        ready: &mut [Ready],
        ahead: Vec<Look>,
    ) -> Option<(Given, Option<Looking>)> {
        if ready.iter().any(|step| step.prepared.is_stream()) {
            return None;
        }
        let commands: Vec<_> = ready
            .iter_mut()
            .map(|step| step.prepared.command())
            .collect();
        let jobs: Vec<Job<'_>> = commands.iter().map(Job::of).collect::<Option<_>>()?;
        let mut given = self.core.give(&jobs, true)?;
        let whose = jobs.first()?.key();
        let ahead: Vec<Look> = ahead
            .into_iter()
            .filter(|look| look.key() == whose)
            .collect();
        let looking = (!ahead.is_empty()).then(|| Looking::behind(&self.core, &mut given, ahead));
        Some((given, looking))
    }

    /// How many steps were begun, and whether the last of them failed.
    async fn watch_chain(
        &self,
        mut given: Given,
        ready: &mut [Ready],
        on: &mut (dyn FnMut(usize, ChainEvent<'_>) + Send),
    ) -> (usize, bool) {
        let (mut ran, mut has_failed) = (0, false);
        for (at, step) in ready.iter_mut().enumerate() {
            let mut kept = Kept::default();
            let mut has_begun = false;
            let limit = step.prepared.arguments.timeout;
            let done = {
                let events = std::sync::Mutex::new(&mut *on);
                let emit = |event: ChainEvent<'_>| {
                    if let Ok(mut on) = events.lock() {
                        on(at, event);
                    }
                };
                let mut sink = |stream: Stream, bytes: &[u8]| {
                    kept.write(stream, bytes);
                    emit(ChainEvent::Output(stream, bytes));
                };
                let mut began = || {
                    has_begun = true;
                    emit(ChainEvent::Began);
                };
                given
                    .next(
                        &self.core,
                        &step.prepared.shown,
                        limit,
                        &mut sink,
                        &mut began,
                    )
                    .await
            };
            let ended = match done {
                Done::Exit(exit) => Ok(exit),
                Done::Error(error) => Err(error),
                Done::Skipped | Done::NotRun => break,
            };
            // What was refused before its shell was ready is an attempt all the same.
            if !has_begun {
                on(at, ChainEvent::Began);
            }
            let result = self.step_result(step, ended, kept);
            has_failed = !succeeded(&result, step);
            ran = at + 1;
            on(at, ChainEvent::Ended(result));
            if has_failed {
                break;
            }
        }
        given.done();
        (ran, has_failed)
    }

    fn step_result(
        &self,
        step: &Ready,
        ended: Result<Exit, RemoteError>,
        kept: Kept,
    ) -> Result<CommandResult, RemoteError> {
        match &step.put {
            None => self.result(ended, kept, &step.prepared),
            Some(request) => {
                let output: CommandOutput = kept.into_output();
                self.put_report(ended, &output, request, &step.prepared.arguments)
                    .map(|_| CommandResult {
                        exit: Exit::status(0),
                        ..CommandResult::default()
                    })
            }
        }
    }
}

fn succeeded(result: &Result<CommandResult, RemoteError>, step: &Ready) -> bool {
    result.as_ref().is_ok_and(|result| {
        let status = result.exit.status;
        status.is_some_and(|status| step.prepared.arguments.is_success(status))
    })
}
