//! Runs the steps of a plan on a host.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::command::CommandOutput;
use crate::connector::Exit;
use crate::contract::{Action, Planned, Step};
use crate::deploy::{HostContext, Mode};
use crate::events::Event;
use crate::json::Json;
use crate::local_files::Readable;
use crate::plugins::Bound;
use crate::policy::Chain;
use crate::prepare::{Inner, Outer, bind_nested};
use crate::remote::{CommandResult, RemoteError};
use crate::rsync;
use crate::state::{Host, HostOperation, Plan, State};

use super::chain::{Member, Moment, travel};
use super::target::Record;
use super::together;
use super::words::describe;

/// Why a step failed.
pub(super) struct StepError {
    pub(super) message: String,
    pub(super) command: Option<String>,
    pub(super) exit: Option<Exit>,
    pub(super) output: CommandOutput,
    pub(super) drift: bool,
}

impl StepError {
    pub(super) fn message(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            command: None,
            exit: None,
            output: CommandOutput::default(),
            drift: false,
        }
    }

    /// What would run is not what was planned.
    pub(super) fn drift() -> Self {
        Self {
            drift: true,
            ..Self::message(
                "what would run now was approved by nobody, so nothing of it ran\n  \
                 plan again, or say `--allow-drift` to do what is right for the host as it is then",
            )
        }
    }
}

/// Runs the steps of one operation on one host.
pub(super) struct Runner<'a> {
    pub(super) state: &'a State,
    pub(super) host: &'a Arc<Host>,
    pub(super) operation: &'a HostOperation,
    alone: bool,
    pub(super) output: CommandOutput,
    /// The steps that ran, in words.
    pub(super) steps: Vec<String>,
    failed: Option<StepError>,
    /// How the last command ended.
    pub(super) exit: Option<Exit>,
    /// What actors and functions gave back.
    pub(super) answers: Vec<Json>,
}

/// What a step runs under.
pub(super) struct Frame<'a> {
    pub(super) globals: GlobalArguments,
    pub(super) bound: &'a Bound,
    /// Who called it, itself last.
    pub(super) chain: Chain,
    pub(super) depth: usize,
}

type Running<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), StepError>> + Send + 'a>>;

impl<'a> Runner<'a> {
    /// `alone`: no other host has to be waited for between this operation and the next.
    pub(super) fn new(
        state: &'a State,
        host: &'a Arc<Host>,
        operation: &'a HostOperation,
        alone: bool,
    ) -> Self {
        Self {
            alone,
            state,
            host,
            operation,
            output: CommandOutput::default(),
            steps: Vec::new(),
            failed: None,
            exit: None,
            answers: Vec::new(),
        }
    }

    /// The steps that ran, and what they printed.
    pub(super) fn take_parts(&mut self) -> (Vec<String>, CommandOutput) {
        (
            std::mem::take(&mut self.steps),
            std::mem::take(&mut self.output),
        )
    }

    /// Runs all steps. With `_ignore_errors` and `_continue_on_error` a failing step does not stop those after it.
    pub(super) async fn run_plan(&mut self, plan: &Plan) -> Result<(), StepError> {
        let operation = self.operation;
        let frame = Frame {
            globals: operation.global_arguments.clone(),
            bound: &operation.bound,
            chain: self.state.chain_of_held(self.host, operation),
            depth: 0,
        };
        self.run_steps(&plan.planned.clone(), &frame).await?;
        self.failed.take().map_or(Ok(()), Err)
    }

    fn run_steps<'b>(&'b mut self, planned: &'b Planned, frame: &'b Frame<'b>) -> Running<'b> {
        Box::pin(async move {
            let mut steps = planned.steps.iter().peekable();
            while let Some(step) = steps.next() {
                let globals = self.globals(step, frame)?;
                let result = match &step.action {
                    Action::Nested(nested) => self.run_nested(nested, &step.globals, frame).await,
                    Action::Shell(_) | Action::Upload(_) => {
                        let go_on = goes_on(&globals);
                        let mut chain = vec![(&step.action, globals.clone())];
                        // What may fail without stopping the others is no part of a chain.
                        while let Some(next) = steps.next_if(|next| {
                            !go_on && matches!(next.action, Action::Shell(_) | Action::Upload(_))
                        }) {
                            chain.push((&next.action, self.globals(next, frame)?));
                        }
                        let last = steps.peek().is_none() && frame.depth == 0;
                        self.run_chain(chain, frame.bound, last).await
                    }
                    action => self.run_action(action, &globals, frame).await,
                };
                let Err(error) = result else { continue };
                if !goes_on(&globals) {
                    return Err(error);
                }
                self.failed.get_or_insert(error);
            }
            Ok(())
        })
    }

    fn globals(&self, step: &Step, frame: &Frame<'_>) -> Result<GlobalArguments, StepError> {
        let own = GlobalArguments::from_json(&step.globals, self.state.secrets())
            .map_err(StepError::message)?;
        Ok(own.over(&frame.globals))
    }

    /// Runs commands and uploads, of which each needs the one before, in one round trip where they can share a shell.
    /// Behind the `last` of the operation travels what the next operations will ask for.
    pub(super) async fn run_chain(
        &mut self,
        steps: Vec<(&Action, GlobalArguments)>,
        bound: &Bound,
        last: bool,
    ) -> Result<(), StepError> {
        let (state, host) = (self.state, self.host);
        let ahead = match last {
            true => together::ahead(host, self.operation.id, self.alone),
            false => Vec::new(),
        };
        let members = steps.into_iter().map(|(action, globals)| Member {
            of: 0,
            action,
            globals,
            bound,
        });
        let members: Vec<Member<'_>> = members.collect();
        let mut ended = Ok(());
        travel(
            state,
            host,
            std::slice::from_mut(self),
            &members,
            ahead,
            &mut |_, _, moment| {
                if let Moment::Ends(result) = moment {
                    ended = result;
                }
            },
        )
        .await;
        ended
    }

    /// Takes what a step printed, and says whether it succeeded.
    pub(super) fn settle(
        &mut self,
        result: Result<CommandResult, RemoteError>,
        globals: &GlobalArguments,
    ) -> Result<(), StepError> {
        let result = result.map_err(|error| StepError {
            output: error.output(),
            ..StepError::message(error.to_string())
        })?;
        self.output.append(result.output.clone());
        self.exit = Some(result.exit.clone());
        if result
            .exit
            .status
            .is_some_and(|status| globals.is_success(status))
        {
            return Ok(());
        }
        let message = super::host::exit_message(&result.exit);
        Err(StepError {
            exit: Some(result.exit),
            output: result.output,
            ..StepError::message(message)
        })
    }

    /// Plans a nested operation on what now stands, and runs it.
    pub(super) async fn run_nested(
        &mut self,
        nested: &crate::contract::Nested,
        overrides: &Json,
        frame: &Frame<'_>,
    ) -> Result<(), StepError> {
        let failed = |error: crate::plugins::PluginError| {
            StepError::message(format!(
                "the nested operation {}: {error}",
                nested.operation
            ))
        };
        let outer = Outer {
            globals: &frame.globals,
            bound: frame.bound,
            chain: &frame.chain,
            depth: frame.depth,
        };
        let Inner {
            globals,
            bound,
            chain,
        } = bind_nested(self.state, self.host, nested, overrides, &outer).map_err(failed)?;
        let operation = HostOperation {
            operation: crate::deploy::OperationRef::Plugin(nested.operation.clone()),
            bound: bound.clone(),
            global_arguments: globals.clone(),
            ..self.operation.clone()
        };
        let plan = crate::prepare::plan_flat(self.state, self.host, &operation, chain.clone())
            .await
            .map_err(failed)?;
        let frame = Frame {
            globals,
            bound: &bound,
            chain,
            depth: frame.depth + 1,
        };
        self.run_steps(&plan, &frame).await
    }

    /// Runs a step that goes by itself.
    pub(super) async fn run_action(
        &mut self,
        action: &Action,
        globals: &GlobalArguments,
        frame: &Frame<'_>,
    ) -> Result<(), StepError> {
        let shown = self.shown(describe(action));
        if self.state.print_flags().input {
            self.state.emit(Event::Input {
                host: self.host.name().to_owned(),
                id: Some(self.operation.id),
                command: shown.clone(),
            });
        }
        let remote = self
            .host
            .remote()
            .map_err(|error| StepError::message(error.to_string()))?;
        let before = self.steps.len();
        let result = match action {
            Action::Download(download) => {
                self.download(&remote, download, globals, frame.bound).await
            }
            Action::Reboot(reboot) => self.reboot(&remote, reboot, globals).await,
            Action::Function(function) => {
                let record = Record::default();
                let mode = Mode::Executing(self.operation.id, record.clone());
                let context = HostContext::new(self.state.clone(), self.host.clone(), mode);
                let answer = function.call(context).await;
                self.add(&record);
                answer
                    .map(|answer| self.answer(&answer))
                    .map_err(StepError::message)
            }
            Action::Call(call) => self.act(call, globals, frame).await,
            Action::Rsync(rsync) => {
                let readable = Readable::named(std::slice::from_ref(&rsync.src));
                let files = self.state.local_files(&readable);
                let folder = self.state.folder();
                let copied = rsync::copy(&remote, rsync, folder, files.as_ref(), globals).await;
                self.settle(copied, globals)
            }
            // Refused while they are planned.
            Action::Other(..) => Err(StepError::message(action.not_run().unwrap_or_default())),
            // Chains and nested operations have ways of their own.
            Action::Shell(_) | Action::Upload(_) | Action::Nested(_) => Ok(()),
        };
        self.host.changed();
        match result {
            Ok(()) => {
                // In front of what it did itself.
                self.steps.insert(before, shown);
                Ok(())
            }
            Err(mut error) => {
                error.command.get_or_insert(shown);
                Err(error)
            }
        }
    }

    pub(super) fn shown(&self, text: String) -> String {
        if GlobalArguments::is(self.operation.global_arguments.sensitive) {
            return String::from("(hidden: `_sensitive`)");
        }
        self.state.secrets().mask(&text)
    }
}

/// True where a failing step does not stop those after it.
pub(super) fn goes_on(globals: &GlobalArguments) -> bool {
    GlobalArguments::is(globals.ignore_errors) && GlobalArguments::is(globals.continue_on_error)
}

pub(super) fn unsupported(what: &str) -> StepError {
    StepError::message(format!("{what} needs a newer windlass"))
}
