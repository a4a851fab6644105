//! Steps of one operation, or of several, on their way to a host together.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::connector::OutputSink as _;
use crate::contract::Action;
use crate::events::Event;
use crate::plugins::Bound;
use crate::remote::{ChainEvent, Link, Look, Task};
use crate::state::{Host, State};

use super::content::put_task;
use super::lines::LineEvents;
use super::steps::{Runner, StepError, unsupported};
use super::words::describe;

/// A step on its way.
pub(super) struct Member<'a> {
    /// Whose it is: a position among the runners.
    pub(super) of: usize,
    /// A command or an upload.
    pub(super) action: &'a Action,
    pub(super) globals: GlobalArguments,
    pub(super) bound: &'a Bound,
}

/// What happens to an operation on the way.
pub(super) enum Moment {
    /// Its first step begins; where it has none, its turn.
    Begins,
    /// Its last step ended, or one failed.
    Ends(Result<(), StepError>),
}

/// Whoever is told of it, with the operation's position.
type Told<'a, 'b> = dyn FnMut(usize, &mut Runner<'b>, Moment) + Send + 'a;

/// Runs commands and uploads, of which each needs the one before, in one round trip where they can share a shell; behind
/// them, what is looked at `ahead`. The steps of a runner stand together, in the order of the runners.
pub(super) async fn travel<'b>(
    state: &State,
    host: &Arc<Host>,
    runners: &mut [Runner<'b>],
    members: &[Member<'_>],
    ahead: Vec<Look>,
    told: &mut Told<'_, 'b>,
) {
    let shown = members.iter().map(|member| {
        let runner = runners.get(member.of);
        runner.map_or_else(String::new, |runner| runner.shown(describe(member.action)))
    });
    let mut way = Way {
        state,
        host,
        shown: shown.collect(),
        runners,
        members,
        told,
        lines: None,
        next: 0,
        begun: false,
        has_failed: false,
    };
    let remote = match host.remote() {
        Ok(remote) => remote,
        Err(error) => return way.fail(0, StepError::message(error.to_string())),
    };
    let mut links = Vec::with_capacity(members.len());
    let mut failed = None;
    for member in members {
        let task = match member.action {
            Action::Shell(shell) => Ok(Task::Run(shell.clone(), member.bound.secrets.clone())),
            Action::Upload(upload) => put_task(state, upload, member.bound).await,
            _ => Err(unsupported("a step in a chain")),
        };
        let arguments = member.globals.clone();
        match task {
            Ok(task) => links.push(Link { task, arguments }),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let count = links.len();
    if count > 0 {
        let ahead = if failed.is_none() { ahead } else { Vec::new() };
        let end = remote
            .run_chain(links, ahead, &mut |at, event| way.step(at, event))
            .await;
        if end.ran > 0 {
            host.changed();
        }
        if let Some(looking) = end.looking {
            host.facts.expect(looking);
        }
    }
    match failed {
        Some(error) if !way.has_failed => way.fail(count, error),
        _ if !way.has_failed => way.pass(way.runners.len()),
        _ => {}
    }
}

/// How far a chain has come.
struct Way<'a, 'b, 't> {
    state: &'a State,
    host: &'a Arc<Host>,
    runners: &'a mut [Runner<'b>],
    members: &'a [Member<'a>],
    /// The steps in words.
    shown: Vec<String>,
    told: &'a mut Told<'t, 'b>,
    lines: Option<LineEvents<'b>>,
    /// The first operation that has not ended, and whether it has begun.
    next: usize,
    begun: bool,
    has_failed: bool,
}

impl Way<'_, '_, '_> {
    fn step(&mut self, at: usize, event: ChainEvent<'_>) {
        let Some(member) = self.members.get(at) else {
            return;
        };
        let is_shell = matches!(member.action, Action::Shell(_));
        match event {
            ChainEvent::Began => {
                self.begin(member.of);
                if self.state.print_flags().input
                    && let Some(runner) = self.runners.get(member.of)
                {
                    self.state.emit(Event::Input {
                        host: self.host.name().to_owned(),
                        id: Some(runner.operation.id),
                        command: self.shown.get(at).cloned().unwrap_or_default(),
                    });
                }
            }
            // What a transfer says is no output of the operation.
            ChainEvent::Output(stream, bytes) if is_shell => {
                if let Some(lines) = &mut self.lines {
                    lines.write(stream, bytes);
                }
            }
            ChainEvent::Output(..) => {}
            ChainEvent::Ended(result) => {
                if let Some(lines) = &mut self.lines {
                    lines.finish();
                }
                let Some(runner) = self.runners.get_mut(member.of) else {
                    return;
                };
                match runner.settle(result, &member.globals) {
                    Err(error) => self.fail(at, error),
                    Ok(()) => {
                        runner
                            .steps
                            .push(self.shown.get(at).cloned().unwrap_or_default());
                        let next = self.members.get(at + 1);
                        if next.is_none_or(|next| next.of != member.of) {
                            self.end(Ok(()));
                        }
                    }
                }
            }
        }
    }

    /// A step failed, or could not be made ready.
    fn fail(&mut self, at: usize, mut error: StepError) {
        let of = self.members.get(at).map_or(self.next, |member| member.of);
        error.command = error.command.or_else(|| self.shown.get(at).cloned());
        self.begin(of);
        self.has_failed = true;
        self.end(Err(error));
    }

    /// An operation begins; those before it that had no step pass.
    fn begin(&mut self, of: usize) {
        self.pass(of);
        if !self.begun
            && let Some(runner) = self.runners.get_mut(of)
        {
            self.begun = true;
            self.lines = Some(LineEvents::new(runner.state, runner.host, runner.operation));
            (self.told)(of, runner, Moment::Begins);
        }
    }

    /// The operations before one have their turns, as far as they had none.
    fn pass(&mut self, before: usize) {
        while self.next < before && !self.begun {
            if let Some(runner) = self.runners.get_mut(self.next) {
                (self.told)(self.next, runner, Moment::Begins);
            }
            self.end(Ok(()));
        }
    }

    fn end(&mut self, result: Result<(), StepError>) {
        if let Some(runner) = self.runners.get_mut(self.next) {
            (self.told)(self.next, runner, Moment::Ends(result));
        }
        self.lines = None;
        self.begun = false;
        self.next += 1;
    }
}
