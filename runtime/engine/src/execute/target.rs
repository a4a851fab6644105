//! The host as a component sees it that acts on it: each thing that it does is a step that nobody planned.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::acting::{Ran, Target};
use crate::arguments::GlobalArguments;
use crate::command::CommandOutput;
use crate::connector::{Exit, Stream};
use crate::contract::{Action, Call, Download, Nested, Planned, Shell, Step, Upload};
use crate::facts::OperationView;
use crate::json::{Json, json};
use crate::local_files::{LocalFiles, Readable, local_path_arguments};
use crate::plugins::{Bound, ErrorKind, GuestError, PlanningView, PluginError};
use crate::policy::{Chain, DIRECT_COMMAND, DIRECT_GET, DIRECT_PUT, local_reads};
use crate::secrets::no_secret_in;
use crate::state::{Host, HostOperation, OperationId, State};

use super::steps::{Frame, Runner, StepError, unsupported};

/// How much of what a component's commands print is kept for the operation's result, in bytes.
const KEPT: usize = 16 << 20;

/// What a component did.
#[derive(Default)]
pub(crate) struct Done {
    /// The steps that ran, in words.
    pub(super) steps: Vec<String>,
    pub(super) output: CommandOutput,
    /// The size of `output`, in bytes.
    kept: usize,
}

/// Shared by everything that acts for one try of an operation.
pub(crate) type Record = Arc<Mutex<Done>>;

/// The host that an operation acts on.
pub(crate) struct CurrentHost {
    state: State,
    host: Arc<Host>,
    /// The operation of the deploy, which all that is done is told of.
    operation: HostOperation,
    /// The global arguments of the step that acts.
    globals: GlobalArguments,
    bound: Bound,
    /// Who acts, itself last.
    chain: Chain,
    depth: usize,
    files: Arc<dyn LocalFiles>,
    view: Arc<OperationView>,
    done: Record,
}

impl CurrentHost {
    /// The host for a `call` step of the operation at the end of the frame's chain.
    fn of_step(runner: &Runner<'_>, globals: &GlobalArguments, frame: &Frame<'_>) -> Self {
        let (state, host) = (runner.state, runner.host);
        let name = frame.chain.last().map_or("", |caller| caller.name.as_str());
        let info = state.plugins().operation(name).ok();
        let mut granted = info.map_or_else(Vec::new, |info| {
            local_path_arguments(&info, &frame.bound.args)
        });
        state.keep_readable(host, &frame.chain, &mut granted);
        Self::new(
            state,
            host,
            runner.operation.clone(),
            globals.clone(),
            frame.bound.clone(),
            (frame.chain.clone(), frame.depth),
            Readable::named(&granted),
            Record::default(),
        )
    }

    /// The host for a function of a component that is a deploy.
    pub(crate) fn of_function(
        state: &State,
        host: &Arc<Host>,
        operation: HostOperation,
        chain: Chain,
        done: Record,
    ) -> Self {
        let (globals, bound) = (operation.global_arguments.clone(), operation.bound.clone());
        let readable = state.readable_folders(host, &chain);
        let place = (chain, 0);
        Self::new(
            state, host, operation, globals, bound, place, readable, done,
        )
    }

    #[allow(clippy::too_many_arguments, reason = "both ways above fill in each")]
    fn new(
        state: &State,
        host: &Arc<Host>,
        operation: HostOperation,
        globals: GlobalArguments,
        bound: Bound,
        (chain, depth): (Chain, usize),
        readable: Readable,
        done: Record,
    ) -> Self {
        let files = state.local_files(&readable);
        let view = OperationView::acting(
            state,
            host,
            globals.clone(),
            bound.secrets.clone(),
            readable,
            chain.clone(),
            None,
        );
        Self {
            state: state.clone(),
            host: host.clone(),
            operation,
            globals,
            bound,
            chain,
            depth,
            files,
            view,
            done,
        }
    }

    fn done(&self) -> MutexGuard<'_, Done> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn frame(&self) -> Frame<'_> {
        Frame {
            globals: self.globals.clone(),
            bound: &self.bound,
            chain: self.chain.clone(),
            depth: self.depth,
        }
    }

    fn runner(&self) -> Runner<'_> {
        Runner::new(&self.state, &self.host, &self.operation, false)
    }

    /// The global arguments of a step, if it may be done. `name`: the operation that does the same.
    fn allowed(
        &self,
        action: &Action,
        globals: Json,
        name: &str,
    ) -> Result<GlobalArguments, GuestError> {
        no_secret_in(&globals)?;
        let own = self.own_globals(&globals)?;
        self.state
            .allow_acting(&self.host, &self.chain)
            .and_then(|()| self.state.allow_direct(&self.host, &self.chain, name, &own))
            .map_err(denied)?;
        let planned = Planned {
            steps: vec![Step {
                globals,
                ..Step::new(action.clone())
            }],
            ..Planned::default()
        };
        self.state
            .allow_plan(&self.host, &self.chain, &planned, &self.globals)
            .map_err(denied)?;
        for path in local_reads(action) {
            // Whether the file is there is found out when it is read; here the answer is only whether it may be.
            if let Err(error) = self.files.stat(path)
                && error.kind == ErrorKind::Denied
            {
                return Err(error);
            }
        }
        Ok(own)
    }

    fn own_globals(&self, globals: &Json) -> Result<GlobalArguments, GuestError> {
        let own = GlobalArguments::from_json(globals, self.state.secrets())
            .map_err(|message| GuestError::new(ErrorKind::InvalidValue, message))?;
        Ok(GlobalArguments {
            condition: Vec::new(),
            retry_until: None,
            ..own.over(&self.globals)
        })
    }

    /// Takes what a step did; gives how the last command ended, and what was printed.
    fn take(&self, runner: &mut Runner<'_>) -> (Option<Exit>, CommandOutput) {
        let exit = runner.exit.take();
        let (steps, output) = runner.take_parts();
        let mut done = self.done();
        done.steps.extend(steps);
        let size = output.bytes(Stream::Stdout).len() + output.bytes(Stream::Stderr).len();
        done.kept = done.kept.saturating_add(size);
        if done.kept <= KEPT {
            done.output.append(output.clone());
        }
        (exit, output)
    }

    fn failed(&self, error: StepError) -> GuestError {
        // What ended by itself is known by its command, and all else by what is wrong with it.
        let command = error.command.filter(|_| error.exit.is_some());
        let command = command.map(|command| format!("{command}: "));
        let text = format!("{}{}", command.unwrap_or_default(), error.message);
        GuestError::new(ErrorKind::Operation, self.state.secrets().mask(&text))
    }
}

fn denied(denial: crate::policy::Denial) -> GuestError {
    GuestError::new(ErrorKind::Denied, denial.to_string())
}

#[async_trait]
impl Target for CurrentHost {
    fn view(&self) -> Arc<dyn PlanningView> {
        self.view.clone()
    }

    async fn run(&self, command: Shell, globals: Json) -> Result<Ran, GuestError> {
        let action = Action::Shell(command);
        let globals = self.allowed(&action, globals, DIRECT_COMMAND)?;
        let mut runner = self.runner();
        let shown = runner.shown(super::words::describe(&action));
        let ended = runner
            .run_chain(vec![(&action, globals)], &self.bound, false)
            .await;
        let (exit, output) = self.take(&mut runner);
        let exit = match (ended, exit) {
            (Ok(()), exit) => exit.unwrap_or_default(),
            (Err(_), Some(exit)) => {
                // It ran, whatever came of it.
                self.done().steps.push(shown);
                exit
            }
            (Err(error), None) => return Err(self.failed(error)),
        };
        let secrets = self.state.secrets();
        Ok(Ran {
            exit,
            stdout: secrets.mask_bytes(output.bytes(Stream::Stdout)),
            stderr: secrets.mask_bytes(output.bytes(Stream::Stderr)),
        })
    }

    async fn put(&self, upload: Upload, globals: Json) -> Result<(), GuestError> {
        let action = Action::Upload(upload);
        let globals = self.allowed(&action, globals, DIRECT_PUT)?;
        let mut runner = self.runner();
        let ended = runner
            .run_chain(vec![(&action, globals)], &self.bound, false)
            .await;
        self.take(&mut runner);
        ended.map_err(|error| self.failed(error))
    }

    async fn get(&self, download: Download, globals: Json) -> Result<(), GuestError> {
        let action = Action::Download(download);
        let globals = self.allowed(&action, globals, DIRECT_GET)?;
        let mut runner = self.runner();
        let ended = runner.run_action(&action, &globals, &self.frame()).await;
        self.take(&mut runner);
        ended.map_err(|error| self.failed(error))
    }

    async fn operation(&self, nested: Nested, globals: Json) -> Result<Json, GuestError> {
        no_secret_in(&globals)?;
        self.state
            .allow_acting(&self.host, &self.chain)
            .map_err(denied)?;
        let mut runner = self.runner();
        let ended = runner.run_nested(&nested, &globals, &self.frame()).await;
        let answers = std::mem::take(&mut runner.answers);
        let changed = !runner.steps.is_empty();
        let (_, output) = self.take(&mut runner);
        ended.map_err(|error| self.failed(error))?;
        let secrets = self.state.secrets();
        Ok(json!({
            "changed": changed,
            "stdout": secrets.mask(&output.stdout()),
            "stderr": secrets.mask(&output.stderr()),
            "answers": answers,
        }))
    }

    fn result_of(&self, operation: &str, pointer: &str) -> Option<Json> {
        let id = OperationId(u64::from_str_radix(operation, 16).ok()?);
        let held = self.host.with_operation(id, |held| {
            let hidden = GlobalArguments::is(held.global_arguments.sensitive);
            held.report.clone().filter(|_| !hidden)
        })??;
        serde_json::to_value(&*held).ok()?.pointer(pointer).cloned()
    }
}

impl Runner<'_> {
    /// Has the acting component of the pack do a `call` step.
    pub(super) async fn act(
        &mut self,
        call: &Call,
        globals: &GlobalArguments,
        frame: &Frame<'_>,
    ) -> Result<(), StepError> {
        if let Some(name) = call.more.as_object().and_then(|more| more.keys().next()) {
            return Err(unsupported(&format!("`{name}` of a call step")));
        }
        let name = frame.chain.last().map_or("", |caller| caller.name.as_str());
        let target = Arc::new(CurrentHost::of_step(self, globals, frame));
        let record = target.done.clone();
        let answer = self.state.plugins().act(name, call, target).await;
        self.add(&record);
        let named = |error: PluginError| {
            let (who, why) = (format!("the actor `{}`: ", call.actor), error.to_string());
            // Actors that call themselves say so once.
            StepError::message(match why.starts_with(&who) {
                true => why,
                false => who + &why,
            })
        };
        self.answer(&answer.map_err(named)?);
        Ok(())
    }

    /// Takes what a component did as what the operation did.
    pub(super) fn add(&mut self, record: &Record) {
        let done = std::mem::take(&mut *record.lock().unwrap_or_else(PoisonError::into_inner));
        self.steps.extend(done.steps);
        self.output.append(done.output);
    }

    /// Keeps what a component gave back, unless that is nothing.
    pub(super) fn answer(&mut self, answer: &Json) {
        if !answer.is_null() {
            self.answers.push(self.state.secrets().mask_json(answer));
        }
    }
}
