//! The way of every command that works on hosts: state, connect, prepare, plan, execute, disconnect, record.

use std::sync::Arc;

use camino::Utf8PathBuf;
use etcetera::BaseStrategy;
use windlass::deploys::Deploys;
use windlass::engine::connect::{connect_all, disconnect_all};
use windlass::engine::deploy::DeploySource;
use windlass::engine::error::EngineError;
use windlass::engine::execute::run_ops;
use windlass::engine::journal::Journal;
use windlass::engine::plan::{PlanDocument, document};
use windlass::engine::prepare::prepare;
use windlass::engine::state::{PrintFlags, State};
use windlass::packs::policy::PolicyFile;
use windlass::setup;

use crate::audit;
use crate::bundle::FromBundle;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::interrupt::Interrupts;
use crate::options::run_options;
use crate::packs;
use crate::prompt;
use crate::render::{self, Shown, Terminal};

/// A run that has begun.
pub(crate) struct Run<'a> {
    context: &'a Context,
    pub(crate) state: State,
    pub(crate) interrupts: Interrupts,
    /// The deploys that it was begun with.
    pub(crate) deploys: Vec<Arc<dyn DeploySource>>,
}

/// What a command wants of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wants {
    /// What the audit calls it.
    pub(crate) command: &'static str,
    /// The name in the journal; none: no record is kept.
    pub(crate) record: Option<&'static str>,
    /// With `--json`: events as lines.
    pub(crate) stream: bool,
    /// Where its packs come from, if not from the project.
    pub(crate) bundle: FromBundle,
    /// The folder of a pack that is being written, which is used beside the others.
    pub(crate) pack: Option<Utf8PathBuf>,
}

impl<'a> Run<'a> {
    /// Makes the state, with what shows and records it.
    pub(crate) async fn begin(
        context: &'a Context,
        inventory: &str,
        deploys: &Deploys,
        wants: Wants,
    ) -> Result<Run<'a>, CliError> {
        let policy = setup::system_policy()?;
        if let Some(policy) = &policy {
            locked_enough(context, policy)?;
        }
        let mut options = run_options(context, inventory, deploys.folder().to_owned())?;
        let folder = deploys.folder();
        let mut beside = deploys.packs().to_vec();
        if let Some(path) = &wants.pack {
            packs::locked(context, &format!("the pack in {path}"), path)?;
            beside.push(packs::allowed_at(path).await?.unsigned());
        }
        let plugins = match wants.bundle.project(context, folder).await? {
            Some(project) => packs::host_of(context, Some(project), &beside).await?,
            None => packs::host(context, folder, &beside).await?,
        };
        let deploys = deploys.open(&plugins)?;
        // Local paths start from where the deploy is, which is elsewhere for one of a pack.
        if let Some(first) = deploys.first() {
            options.folder = first.folder();
        }
        let made = setup::new_state(&options, plugins.clone(), context.connectors()).await;
        if made.is_err() {
            context.hear(plugins.as_ref());
        }
        let state = made?;
        let label = context.ui.error.yellow("warning:");
        for warning in state.inventory().warnings() {
            context.ui.error_line(&format!("{label} {warning}"));
        }
        if state.hosts().is_empty() {
            let message = format!("the inventory {inventory} names no host");
            context.ui.error_line(&format!("{label} {message}"));
        }
        state.set_print_flags(PrintFlags::of_verbosity(context.global.verbose));
        let shown = Shown {
            verbose: context.global.verbose,
            facts: context.global.debug_facts,
            stream: wants.stream,
        };
        if let Some(command) = wants.record {
            state.add_observer(Arc::new(Journal::begin(&journal_folder()?, command)?));
        }
        // In front of everything that could connect.
        let required = policy.is_some_and(|policy| policy.requires_audit().is_some());
        audit::begin(&state, wants.command, required)?;
        // Behind the journal: what is shown as done is written down.
        state.add_observer(Arc::new(Terminal::new(
            context.ui.clone(),
            shown,
            context.remarks.clone(),
        )));
        Ok(Self {
            context,
            state,
            interrupts: Interrupts::listen(),
            deploys,
        })
    }

    /// Connects all hosts.
    pub(crate) async fn connect(&self) -> Result<(), CliError> {
        self.interrupts.or_drop(connect_all(&self.state)).await
    }

    /// Checks deploys, connects, prepares and plans.
    pub(crate) async fn plan(
        &self,
        deploys: &[Arc<dyn DeploySource>],
        diffs: bool,
    ) -> Result<PlanDocument, CliError> {
        for deploy in deploys {
            deploy.check(self.state.plugins().as_ref())?;
        }
        self.connect().await?;
        let work = async {
            prepare(&self.state, deploys).await?;
            document(&self.state, diffs).await
        };
        self.interrupts.or_end(&self.state, work).await
    }

    /// Shows a plan.
    pub(crate) fn show(&self, plan: &PlanDocument) {
        let ui = &self.context.ui;
        if self.context.global.debug_operations {
            for operation in &plan.operations {
                ui.error_line(&render::operation_details(operation));
            }
        }
        let text = render::plan(plan, self.context.global.verbose > 0, ui.out);
        if !text.is_empty() {
            ui.line(&format!("{text}\n"));
        }
        ui.line(&render::plan_summary(plan));
    }

    /// Plans, shows, asks, executes and sums up.
    pub(crate) async fn apply(
        &self,
        deploys: &[Arc<dyn DeploySource>],
    ) -> Result<Status, CliError> {
        let global = &self.context.global;
        let ui = &self.context.ui;
        let wanted = global.diff || self.state.config().diff || !global.yes;
        let plan = self.plan(deploys, wanted && !global.no_diff).await?;
        if ui.json {
            let mut value = serde_json::json!({"event": "plan"});
            if let (Some(map), Ok(serde_json::Value::Object(plan))) =
                (value.as_object_mut(), serde_json::to_value(&plan))
            {
                map.extend(plan);
            }
            ui.json_line(&value);
        }
        self.show(&plan);
        if !is_pending(&plan) {
            return Ok(self.failed_or(Status::Done));
        }
        if !global.yes && !prompt::confirm("\nApply these changes?", &self.interrupts).await? {
            ui.error_line("nothing was changed");
            return Ok(Status::Done);
        }
        if let Some(audit) = self.state.audit() {
            let by = if global.yes { "--yes" } else { "answer" };
            audit
                .plan(&plan)
                .and_then(|()| audit.approved(by))
                .map_err(EngineError::from)?;
        }
        ui.line("");
        let work = run_ops(&self.state, global.strategy());
        let result = self.interrupts.or_end(&self.state, work).await;
        ui.line(&format!("\n{}", render::summary(&self.state, ui.out)));
        result.map_err(|error| match error {
            CliError::Engine(error)
                if error.ends_on_failed_hosts() && self.state.only_drifted() =>
            {
                CliError::Drift(error)
            }
            error => error,
        })?;
        Ok(self.failed_or(Status::Done))
    }

    /// [`Status::Failed`] when a host failed, [`Status::Drift`] where drift was all that failed hosts.
    pub(crate) fn failed_or(&self, status: Status) -> Status {
        if self.state.failed_hosts().is_empty() {
            status
        } else if self.state.only_drifted() {
            Status::Drift
        } else {
            Status::Failed
        }
    }

    /// [`Run::end`] of a run that changes something: with `--json` the last line sums up.
    pub(crate) async fn end_summed_up<T>(
        &self,
        result: Result<T, CliError>,
    ) -> Result<T, CliError> {
        let result = self.end(result).await;
        if self.context.ui.json {
            self.context
                .ui
                .json_line(&render::summary_json(&self.state));
        }
        result
    }

    /// Disconnects, and gives on what the run came to.
    pub(crate) async fn end<T>(&self, result: Result<T, CliError>) -> Result<T, CliError> {
        disconnect_all(&self.state).await?;
        let Some(audit) = self.state.audit() else {
            return result;
        };
        let why = result.as_ref().err().map(ToString::to_string);
        match (result, audit::end(&audit, why.as_deref())) {
            (Ok(done), ended) => ended.map(|()| done),
            (Err(error), Ok(())) => Err(error),
            (Err(error), Err(unwritten)) => {
                unwritten.show(&self.context.ui);
                Err(error)
            }
        }
    }
}

/// Refuses a run without `--locked` where the policy wants it.
fn locked_enough(context: &Context, policy: &PolicyFile) -> Result<(), CliError> {
    match policy.requires_locked() {
        Some(basis) if !context.global.is_locked() => Err(CliError::Usage(format!(
            "only runs with --locked are allowed: {basis}\n  give --locked; packs of --pack, deploys that are components in files, and packs that were changed since they were locked do not go with it"
        ))),
        _ => Ok(()),
    }
}

/// True when a plan has something that will or may change.
pub(crate) fn is_pending(plan: &PlanDocument) -> bool {
    plan.operations
        .iter()
        .flat_map(|operation| &operation.hosts)
        .any(|host| host.will_change != Some(false))
}

/// Where the records of runs are.
fn journal_folder() -> Result<Utf8PathBuf, CliError> {
    Ok(state_folder()?.join("runs"))
}

/// The folder below the user's state folder that is ours.
pub(crate) fn state_folder() -> Result<Utf8PathBuf, CliError> {
    let no_home = || {
        CliError::Usage(String::from(
            "there is no folder for the records of runs\n  set HOME or XDG_STATE_HOME",
        ))
    };
    let strategy = etcetera::choose_base_strategy().map_err(|_| no_home())?;
    let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Utf8PathBuf::from_path_buf(state.join("windlass")).map_err(|_| no_home())
}
