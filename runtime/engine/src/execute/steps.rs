//! Runs the steps of a plan on a host, and says in words what steps are.

use std::io::Read as _;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;

use crate::arguments::GlobalArguments;
use crate::command::{CommandOutput, render};
use crate::connector::{Exit, OutputSink};
use crate::contract::{Action, Atom, Content, Download, Planned, Step, Upload};
use crate::deploy::{HostContext, Mode};
use crate::events::Event;
use crate::json::Json;
use crate::plugins::Bound;
use crate::policy::Chain;
use crate::prepare::{Inner, Outer, bind_nested};
use crate::remote::{
    ChainEvent, CommandResult, INLINE, Link, Look, PutRequest, PutSource, Remote, RemoteError, Task,
};
use crate::state::{Host, HostOperation, Plan, State};

use super::bridge::asynchronous;
use super::lines::LineEvents;

/// Why a step failed.
pub(super) struct StepError {
    pub(super) message: String,
    pub(super) command: Option<String>,
    pub(super) exit: Option<Exit>,
    pub(super) output: CommandOutput,
}

impl StepError {
    pub(super) fn message(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            command: None,
            exit: None,
            output: CommandOutput::default(),
        }
    }
}

/// Runs the steps of one operation on one host.
pub(super) struct Runner<'a> {
    pub(super) state: &'a State,
    pub(super) host: &'a Arc<Host>,
    operation: &'a HostOperation,
    output: CommandOutput,
    steps: Vec<String>,
    failed: Option<StepError>,
}

/// What a step runs under.
struct Frame<'a> {
    globals: GlobalArguments,
    bound: &'a Bound,
    /// Who called it, itself last.
    chain: Chain,
    depth: usize,
}

type Running<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), StepError>> + Send + 'a>>;

impl<'a> Runner<'a> {
    pub(super) fn new(state: &'a State, host: &'a Arc<Host>, operation: &'a HostOperation) -> Self {
        Self {
            state,
            host,
            operation,
            output: CommandOutput::default(),
            steps: Vec::new(),
            failed: None,
        }
    }

    pub(super) fn into_parts(self) -> (Vec<String>, CommandOutput) {
        (self.steps, self.output)
    }

    /// Runs all steps. With `_ignore_errors` and `_continue_on_error` a failing step does not stop those after it.
    pub(super) async fn run_plan(&mut self, plan: &Plan) -> Result<(), StepError> {
        let operation = self.operation;
        let frame = Frame {
            globals: operation.global_arguments.clone(),
            bound: &operation.bound,
            chain: self
                .state
                .chain_of(self.host, &operation.operation, operation.parent),
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
                    action => self.run_action(action, &globals, frame.bound).await,
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
    async fn run_chain(
        &mut self,
        steps: Vec<(&Action, GlobalArguments)>,
        bound: &Bound,
        last: bool,
    ) -> Result<(), StepError> {
        let remote = self
            .host
            .remote()
            .map_err(|error| StepError::message(error.to_string()))?;
        let mut links = Vec::with_capacity(steps.len());
        let mut failed = None;
        for (action, arguments) in &steps {
            let task = match action {
                Action::Shell(shell) => Ok(Task::Run(shell.clone(), bound.secrets.clone())),
                Action::Upload(upload) => self.put_task(upload, bound).await,
                _ => Err(unsupported("a step in a chain")),
            };
            let arguments = arguments.clone();
            match task {
                Ok(task) => links.push(Link { task, arguments }),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let count = links.len();
        let ahead = match last && failed.is_none() {
            true => self.ahead(),
            false => Vec::new(),
        };
        let shown: Vec<String> = steps
            .iter()
            .map(|(action, _)| self.shown(describe(action)))
            .collect();
        let mut lines = LineEvents::new(self.state, self.host, self.operation);
        let (state, host, id) = (self.state, self.host, self.operation.id);
        let mut current = 0;
        let mut on = |at: usize, event: ChainEvent<'_>| {
            if at != current {
                lines.finish();
                current = at;
            }
            match event {
                ChainEvent::Began if state.print_flags().input => state.emit(Event::Input {
                    host: host.name().to_owned(),
                    id: Some(id),
                    command: shown.get(at).cloned().unwrap_or_default(),
                }),
                ChainEvent::Began => {}
                // What a transfer says is no output of the operation.
                ChainEvent::Output(stream, bytes) => {
                    if let Some((Action::Shell(_), _)) = steps.get(at) {
                        lines.write(stream, bytes);
                    }
                }
            }
        };
        let end = remote.run_chain(links, ahead, &mut on).await;
        lines.finish();
        if !end.results.is_empty() {
            self.host.changed();
        }
        if let Some(looking) = end.looking {
            self.host.facts.expect(looking);
        }
        let ran = end.results.len();
        for ((result, (_, globals)), shown) in end.results.into_iter().zip(&steps).zip(shown.iter())
        {
            if let Err(mut error) = self.settle(result, globals) {
                error.command.get_or_insert(shown.clone());
                return Err(error);
            }
            self.steps.push(shown.clone());
        }
        match failed {
            Some(mut error) if ran == count => {
                error.command = shown.get(ran).cloned();
                Err(error)
            }
            _ => Ok(()),
        }
    }

    /// Takes what a command printed, and says whether it succeeded.
    fn settle(
        &mut self,
        result: Result<CommandResult, RemoteError>,
        globals: &GlobalArguments,
    ) -> Result<(), StepError> {
        let result = result.map_err(|error| StepError {
            output: error.output(),
            ..StepError::message(error.to_string())
        })?;
        self.output.append(result.output.clone());
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

    /// What the operations after this one will ask for, up to the first that is going to change something.
    fn ahead(&self) -> Vec<Look> {
        let mut facts = Vec::new();
        self.host.plans_after(self.operation.id, |plan| {
            facts.extend(plan.reads.iter().cloned());
            plan.will_change() == Some(false) && facts.len() < crate::facts::AHEAD
        });
        self.host.facts.looks(&facts)
    }

    /// Plans a nested operation on what now stands, and runs it.
    async fn run_nested(
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

    async fn run_action(
        &mut self,
        action: &Action,
        globals: &GlobalArguments,
        bound: &Bound,
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
        let result = match action {
            Action::Download(download) => self.download(&remote, download, globals, bound).await,
            Action::Reboot(reboot) => self.reboot(&remote, reboot, globals).await,
            Action::Function(function) => {
                let mode = Mode::Executing(self.operation.id);
                let context = HostContext::new(self.state.clone(), self.host.clone(), mode);
                function.call(context).await.map_err(StepError::message)
            }
            Action::Rsync(_) => Err(unsupported("rsync")),
            Action::Call(call) => Err(unsupported(&format!(
                "a call of the actor `{}`",
                call.actor
            ))),
            Action::Other(name, _) => Err(unsupported(&format!("a step `{name}`"))),
            // Chains and nested operations have ways of their own.
            Action::Shell(_) | Action::Upload(_) | Action::Nested(_) => Ok(()),
        };
        self.host.changed();
        match result {
            Ok(()) => {
                self.steps.push(shown);
                Ok(())
            }
            Err(mut error) => {
                error.command.get_or_insert(shown);
                Err(error)
            }
        }
    }

    fn shown(&self, text: String) -> String {
        if GlobalArguments::is(self.operation.global_arguments.sensitive) {
            return String::from("(hidden: `_sensitive`)");
        }
        self.state.secrets().mask(&text)
    }

    async fn put_task(&self, upload: &Upload, bound: &Bound) -> Result<Task, StepError> {
        let source = match &upload.source {
            Content::Local(path) => self.local_source(path).await?,
            Content::Inline(atoms) => PutSource::Bytes(join(self.state, atoms, bound)?),
            Content::Other(name, _) => return Err(unsupported(&format!("content `{name}`"))),
        };
        let request = PutRequest {
            dest: upload.dest.clone(),
            mode: upload.mode,
            user: upload.user.clone(),
            group: upload.group.clone(),
        };
        Ok(Task::Put(source, request))
    }

    /// A local file: as it is where it is small, so that it travels with the command; else streamed.
    async fn local_source(&self, path: &str) -> Result<PutSource, StepError> {
        let files = self.state.local_files(&[path.to_owned()]);
        let failed = |error: &dyn std::fmt::Display| StepError::message(error.to_string());
        let mut reader = files.open(path).map_err(|error| failed(&error))?;
        let size = files.stat(path).ok().flatten().map(|entry| entry.size);
        if size.is_some_and(|size| size <= INLINE as u64) {
            let reading = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::new();
                reader.read_to_end(&mut bytes).map(|_| bytes)
            });
            let bytes = reading.await.map_err(|error| failed(&error))?;
            let bytes =
                bytes.map_err(|error| StepError::message(format!("reading {path}: {error}")))?;
            return Ok(PutSource::Bytes(bytes.into()));
        }
        Ok(PutSource::Reader(Box::new(asynchronous(reader)), size))
    }

    /// Fetches a file into a fresh file beside the destination, which it then replaces.
    async fn download(
        &mut self,
        remote: &Remote,
        download: &Download,
        globals: &GlobalArguments,
        bound: &Bound,
    ) -> Result<(), StepError> {
        let dest = self.state.folder().join(&download.dest);
        let named = bound
            .args
            .as_object()
            .into_iter()
            .flat_map(|args| args.values())
            .any(|value| {
                value.as_str().is_some_and(|path| {
                    download.dest == path || download.dest.starts_with(&format!("{path}/"))
                })
            });
        if !named {
            return Err(StepError::message(format!(
                "{} is not named in the operation's arguments, so nothing may be written there",
                download.dest
            )));
        }
        let local = |what: &str, error: std::io::Error| {
            StepError::message(format!("{what} {dest}: {error}"))
        };
        let folder = dest.parent().map_or_else(
            || camino::Utf8PathBuf::from("."),
            camino::Utf8Path::to_path_buf,
        );
        if download.more.get("create_folder").and_then(Json::as_bool) == Some(true) {
            std::fs::create_dir_all(&folder)
                .map_err(|error| local("making the folder of", error))?;
        }
        let fresh = tempfile::NamedTempFile::new_in(&folder)
            .map_err(|error| local("writing beside", error))?;
        let handle = fresh
            .reopen()
            .map_err(|error| local("writing beside", error))?;
        let mut file = tokio::fs::File::from_std(handle);
        remote
            .get(&download.src, &mut file, globals)
            .await
            .map_err(|error| StepError {
                output: error.output(),
                ..StepError::message(error.to_string())
            })?;
        file.flush()
            .await
            .map_err(|error| local("writing", error))?;
        fresh
            .persist(&dest)
            .map_err(|error| local("replacing", error.error))?;
        Ok(())
    }
}

/// True where a failing step does not stop those after it.
fn goes_on(globals: &GlobalArguments) -> bool {
    GlobalArguments::is(globals.ignore_errors) && GlobalArguments::is(globals.continue_on_error)
}

fn unsupported(what: &str) -> StepError {
    StepError::message(format!("{what} needs a newer windlass"))
}

/// Content with the values of its secrets.
fn join(state: &State, atoms: &[Atom], bound: &Bound) -> Result<Bytes, StepError> {
    let mut bytes = Vec::new();
    for atom in atoms {
        match atom {
            Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Atom::Bytes(raw) => bytes.extend_from_slice(raw),
            Atom::Secret(secret) => {
                let identity = bound.secrets.get(secret.secret as usize).ok_or_else(|| {
                    StepError::message(format!(
                        "content names the secret {}, which the call does not have",
                        secret.secret
                    ))
                })?;
                let value = state.secrets().reveal_encoded(identity, &secret.encodings);
                bytes.extend_from_slice(
                    value
                        .map_err(|error| StepError::message(error.to_string()))?
                        .as_bytes(),
                );
            }
            Atom::Other(name, _) => {
                return Err(unsupported(&format!("a part of content `{name}`")));
            }
        }
    }
    Ok(Bytes::from(bytes))
}

/// A step in words, as plans and reports show it.
#[must_use]
pub(crate) fn describe(action: &Action) -> String {
    match action {
        Action::Shell(shell) => render(&shell.text).unwrap_or_else(|error| error),
        Action::Upload(upload) => match &upload.source {
            Content::Local(path) => format!("upload {path} to {}", upload.dest),
            _ => format!("upload to {}", upload.dest),
        },
        Action::Download(download) => format!("download {} to {}", download.src, download.dest),
        Action::Rsync(rsync) => format!("rsync {} to {}", rsync.src, rsync.dest),
        Action::Call(call) => format!("call {}", call.actor),
        Action::Reboot(reboot) => format!(
            "reboot: {}",
            render(&reboot.text).unwrap_or_else(|error| error)
        ),
        Action::Nested(nested) => format!("operation {}", nested.operation),
        Action::Function(function) => format!("function {}", function.name()),
        Action::Other(name, _) => format!("{name} (needs a newer windlass)"),
    }
}

/// The steps of a plan in words, nested ones in their place; masked, and hidden for `_sensitive` operations.
pub(crate) fn describe_steps(state: &State, operation: &HostOperation, plan: &Plan) -> Vec<String> {
    let mut nested = plan.nested.iter();
    let mut steps = Vec::new();
    for step in &plan.planned.steps {
        match &step.action {
            Action::Nested(inner) => match nested.next() {
                Some(plan) if matches!(plan.certainty, crate::state::Certainty::AtExecution(_)) => {
                    steps.push(format!(
                        "operation {} (decided at execution)",
                        inner.operation
                    ));
                }
                Some(plan) => steps.extend(describe_steps(state, operation, plan)),
                None => steps.push(describe(&step.action)),
            },
            action if GlobalArguments::is(operation.global_arguments.sensitive) => {
                let _ = action;
                steps.push(String::from("(hidden: `_sensitive`)"));
            }
            action => steps.push(state.secrets().mask(&describe(action))),
        }
    }
    steps
}
