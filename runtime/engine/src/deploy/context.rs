//! The handle that deploy code has for one host.

use std::sync::Arc;

use crate::acting::Target;
use crate::arguments::GlobalArguments;
use crate::error::EngineError;
use crate::events::Event;
use crate::execute::{CurrentHost, Record};
use crate::facts::OperationView;
use crate::json::{Json, JsonMap};
use crate::place::Place;
use crate::plugins::{PlanningView, Plugins};
use crate::policy::{Caller, Chain, DIRECT_COMMAND};
use crate::secrets::SecretStore;
use crate::state::{Host, OperationId, OperationReport, Stage, State};

use super::{FactCall, OperationCall, Turn};

/// What the handle is used for.
#[derive(Clone)]
pub(crate) enum Mode {
    /// The deploy is being evaluated.
    Preparing,
    /// A function called by this operation is running; what it does on the host stands in the record.
    Executing(OperationId, Record),
}

/// A host as deploy code sees it. Cheap to clone.
#[derive(Clone)]
pub struct HostContext {
    state: State,
    host: Arc<Host>,
    mode: Mode,
    /// Its evaluation's turn to compute.
    turn: Option<Arc<Turn>>,
    /// The component that the deploy is, where it is one.
    by: Option<Arc<Caller>>,
}

impl HostContext {
    pub(crate) fn new(state: State, host: Arc<Host>, mode: Mode) -> Self {
        let by = match &mode {
            Mode::Executing(id, _) => host.with_operation(*id, |held| held.by.clone()).flatten(),
            Mode::Preparing => None,
        };
        Self {
            state,
            host,
            mode,
            turn: None,
            by,
        }
    }

    /// The handle of an evaluation that has a turn.
    pub(crate) fn evaluating(state: State, host: Arc<Host>, turn: Arc<Turn>) -> Self {
        Self {
            turn: Some(turn),
            ..Self::new(state, host, Mode::Preparing)
        }
    }

    /// The handle for a deploy that is a component: what it adds and asks is asked by it, with the rights of its pack.
    #[must_use]
    pub fn asked_by(mut self, component: Caller) -> Self {
        self.by = Some(Arc::new(component));
        self
    }

    fn chain(&self) -> Chain {
        match (&self.mode, &self.by) {
            (Mode::Executing(id, _), _) => self.state.chain_from(&self.host, *id),
            (Mode::Preparing, Some(by)) => Chain::default().with(&by.name, by.owner.clone()),
            (Mode::Preparing, None) => Chain::default(),
        }
    }

    /// What a component that is the deploy may look at now: the host's data, facts as the part of the deploy that was
    /// entered last would ask for them, files in the deploy's folder and in those that its pack was granted.
    ///
    /// # Errors
    /// Global arguments in the host's data that are wrong.
    pub fn view(&self) -> Result<Arc<dyn PlanningView>, String> {
        let (_, scopes) = self.host.scopes();
        let globals = scopes.over(&crate::prepare::host_globals(&self.state, &self.host)?);
        let chain = self.chain();
        let readable = self.state.readable_folders(&self.host, &chain);
        let (state, host) = (&self.state, &self.host);
        Ok(OperationView::acting(
            state,
            host,
            globals,
            Vec::new(),
            readable,
            chain,
            self.turn.clone(),
        ))
    }

    /// The host to act on, inside a function that runs at execution; none while preparing.
    #[must_use]
    pub fn target(&self) -> Option<Arc<dyn Target>> {
        let Mode::Executing(id, record) = &self.mode else {
            return None;
        };
        let operation = self.host.operation(*id)?;
        let (state, host) = (&self.state, &self.host);
        let (chain, record) = (self.chain(), record.clone());
        Some(Arc::new(CurrentHost::of_function(
            state, host, operation, chain, record,
        )))
    }

    /// The host's data as components see it.
    #[must_use]
    pub fn data_for_guests(&self) -> JsonMap {
        self.state.data_for_guests(&self.host)
    }

    /// Its inventory name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.host.name()
    }

    /// Its groups, in inventory order.
    #[must_use]
    pub fn groups(&self) -> Vec<String> {
        self.host.groups().to_vec()
    }

    /// The state of the run.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// All its data, defaults of enclosing deploys included.
    #[must_use]
    pub fn data(&self) -> JsonMap {
        self.host.data()
    }

    /// One value of its data.
    #[must_use]
    pub fn data_value(&self, key: &str) -> Option<Json> {
        self.host.data_value(key)
    }

    /// Sets a value in the deploy; it wins over all other sources.
    pub fn set_data(&self, key: &str, value: Json) {
        self.host.set_data(key, value);
    }

    /// `{groups: {name: [host…]}, hosts: {name: {groups, data}}}`.
    #[must_use]
    pub fn inventory(&self) -> Json {
        self.state.inventory_json()
    }

    /// A config value by its key.
    #[must_use]
    pub fn config(&self, key: &str) -> Option<Json> {
        self.state.config().get(key)
    }

    /// Sets a config value, for operations added from here on.
    ///
    /// # Errors
    /// An unknown key, a wrong value, or a call at execution.
    pub fn set_config(&self, key: &str, value: Json) -> Result<(), EngineError> {
        if self.is_executing() {
            return Err(EngineError::Stage {
                what: format!("setting config.{key}"),
                stage: Stage::Execute,
                hint: String::from("set it at the top of the deploy"),
            });
        }
        self.state.configure(|config| config.set(key, &value))
    }

    /// True inside a function that runs at execution.
    #[must_use]
    pub fn is_executing(&self) -> bool {
        matches!(self.mode, Mode::Executing(..))
    }

    /// Adds an operation.
    ///
    /// # Errors
    /// [`EngineError::Call`] for an unknown operation or wrong arguments; [`EngineError::Stage`] at execution.
    pub fn add(&self, call: OperationCall) -> Result<OperationId, EngineError> {
        if self.is_executing() {
            return Err(EngineError::Stage {
                what: format!("adding the operation `{}`", call.operation.name()),
                stage: Stage::Execute,
                hint: String::from(
                    "inside a function that runs at execution, operations run at once and return their result",
                ),
            });
        }
        crate::prepare::add_operation_by(&self.state, &self.host, call, self.by.clone())
    }

    /// Runs an operation at once, nested in the one whose function is running. Blocks; call it on a blocking thread.
    ///
    /// # Errors
    /// [`EngineError::Call`] for a wrong call; [`EngineError::Stage`] while preparing. A failing operation is a report.
    pub fn run_now(&self, call: OperationCall) -> Result<OperationReport, EngineError> {
        tokio::runtime::Handle::current().block_on(self.run_operation(call))
    }

    /// [`HostContext::run_now`] for asynchronous code.
    ///
    /// # Errors
    /// The same.
    pub async fn run_operation(&self, call: OperationCall) -> Result<OperationReport, EngineError> {
        let Mode::Executing(parent, _) = self.mode else {
            return Err(EngineError::Stage {
                what: format!("running the operation `{}` at once", call.operation.name()),
                stage: Stage::Prepare,
                hint: String::from(
                    "add it to the deploy, or call it inside a function given to `call()`",
                ),
            });
        };
        crate::execute::run_nested(&self.state, &self.host, parent, call).await
    }

    /// A fact's value. Blocks; call it on a blocking thread.
    ///
    /// # Errors
    /// [`EngineError::Call`] for a wrong call or a fact that could not be had.
    pub fn fact(&self, call: FactCall) -> Result<Json, EngineError> {
        let work = async {
            match &self.turn {
                Some(turn) => turn.without(self.get_fact(call)).await,
                None => self.get_fact(call).await,
            }
        };
        tokio::runtime::Handle::current().block_on(work)
    }

    /// [`HostContext::fact`] for asynchronous code.
    ///
    /// # Errors
    /// The same.
    pub async fn get_fact(&self, call: FactCall) -> Result<Json, EngineError> {
        if self.by.is_some() {
            return crate::facts::get_fact(&self.state, &self.host, call, &self.chain()).await;
        }
        let parent = match self.mode.clone() {
            Mode::Executing(id, _) => Some(id),
            Mode::Preparing => None,
        };
        let outer = self.state.chain_at(&self.host, &call.place, parent);
        crate::facts::get_fact(&self.state, &self.host, call, &outer).await
    }

    /// Enters a deploy function: operation names get its name in front, its defaults lie under all host data, its
    /// global arguments under those of calls.
    pub fn enter(&self, name: String, defaults: JsonMap, globals: GlobalArguments) {
        self.host.enter(name, defaults, globals);
    }

    /// [`HostContext::enter`] for code that may be a pack's: `place` is that of the call.
    ///
    /// # Errors
    /// [`EngineError::Denied`] where a pack's deploy module changes as whom commands run, and may not.
    pub fn enter_at(
        &self,
        name: String,
        defaults: JsonMap,
        globals: GlobalArguments,
        place: &Place,
    ) -> Result<(), EngineError> {
        let before = self.globals()?;
        self.enter(name, defaults, globals);
        let now = self.globals();
        let allowed = now.and_then(|now| {
            let allowed = self.state.allow_module(&self.host, place, &before, &now);
            allowed.map_err(EngineError::from)
        });
        if allowed.is_err() {
            self.leave();
        }
        allowed
    }

    /// The global arguments that a call without any has here.
    fn globals(&self) -> Result<GlobalArguments, EngineError> {
        let below = crate::prepare::host_globals(&self.state, &self.host);
        let below = below.map_err(EngineError::Deploy)?;
        Ok(self.host.scopes().1.over(&below))
    }

    /// Leaves the innermost deploy function.
    pub fn leave(&self) {
        self.host.leave();
    }

    /// What an earlier operation of this host did; none before its turn.
    #[must_use]
    pub fn report(&self, id: OperationId) -> Option<OperationReport> {
        self.host
            .operation(id)
            .and_then(|operation| operation.report.as_deref().cloned())
    }

    /// Runs a command on the host as the operation whose function is running would.
    ///
    /// # Errors
    /// [`EngineError::Stage`] while preparing; what the host answered.
    pub async fn run_command(
        &self,
        command: &str,
        globals: GlobalArguments,
    ) -> Result<crate::remote::CommandResult, EngineError> {
        self.state
            .allow_direct(&self.host, &self.chain(), DIRECT_COMMAND, &globals)?;
        self.host.run_shell(command, &globals).await
    }

    /// Counts and shows a warning.
    pub fn warn(&self, message: String, place: Place) {
        let stage = self.state.increment_warning_counter();
        let host = Some(self.name().to_owned());
        self.state.emit(Event::Warning {
            stage,
            host,
            message,
            place: Some(place),
        });
    }

    /// The loaded plugins.
    #[must_use]
    pub fn plugins(&self) -> Arc<dyn Plugins> {
        self.state.plugins().clone()
    }

    /// The secrets of the run.
    #[must_use]
    pub fn secrets(&self) -> &SecretStore {
        self.state.secrets()
    }
}
