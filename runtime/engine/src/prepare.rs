//! Preparing: collecting operations from the deploy and planning them.
//!
//! All operations of a host plan at once against the observed facts, which collects the facts in few round trips. Then
//! they are gone through in order, and those whose facts an earlier operation is predicted to change plan again.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::task::JoinSet;

use crate::arguments::GlobalArguments;
use crate::condition::Condition;
use crate::contract::{Action, Nested, Planned, Step};
use crate::deploy::{DeploySource, HostContext, OperationCall, OperationRef, Turn};
use crate::error::EngineError;
use crate::events::Event;
use crate::facts::{FactKey, OperationView, Overlay};
use crate::json::{Json, JsonMap, canonical};
use crate::local_files::local_path_arguments;
use crate::place::Place;
use crate::plugins::{Bound, ErrorKind, GuestError, PluginError};
use crate::policy::{Caller, Chain};
use crate::state::{
    Certainty, Host, HostOperation, OperationId, OperationMeta, Plan, Stage, State,
};

/// How deep operations may nest.
pub(crate) const NESTING: usize = 16;

/// The global arguments that a host's data and the config give.
pub(crate) fn host_globals(state: &State, host: &Host) -> Result<GlobalArguments, String> {
    let mut globals = GlobalArguments::default();
    for name in GlobalArguments::NAMES {
        if let Some(value) = host.data_value(name) {
            globals
                .set(name, &value, state.secrets())
                .map_err(|error| format!("data of {}: {error}", host.name()))?;
        }
    }
    Ok(globals.over(&state.config().global_arguments()))
}

/// Asks for sudo's password where one will be asked for: here nothing else waits for the person's answer.
fn ask_early(state: &State, globals: &GlobalArguments) -> Result<(), String> {
    let sudo = globals.sudo.unwrap_or(globals.sudo_user.is_some());
    match globals.password_for_sudo().filter(|_| sudo) {
        Some(password) if globals.sudo_password.is_none() => state
            .secrets()
            .load(&password.0)
            .map_err(|error| error.to_string()),
        _ => Ok(()),
    }
}

/// Adds an operation for a host, as deploy code does; it is planned by [`plan_all`].
///
/// # Errors
/// [`EngineError::Call`] for an unknown operation or wrong arguments; [`EngineError::Stage`] once execution has begun.
pub fn add_operation(
    state: &State,
    host: &Arc<Host>,
    call: OperationCall,
) -> Result<OperationId, EngineError> {
    add_operation_by(state, host, call, None)
}

/// [`add_operation`] for a deploy that may be a component.
pub(crate) fn add_operation_by(
    state: &State,
    host: &Arc<Host>,
    call: OperationCall,
    by: Option<Arc<Caller>>,
) -> Result<OperationId, EngineError> {
    let stage = state.stage();
    if stage > Stage::Prepare {
        return Err(EngineError::Stage {
            what: format!("adding the operation `{}`", call.operation.name()),
            stage,
            hint: String::from("operations are added while preparing, before execution begins"),
        });
    }
    let operation = bind(state, host, call, None, by)?;
    let id = operation.id;
    host.insert_operation(operation);
    Ok(id)
}

/// Checks a call and makes a host's operation of it.
pub(crate) fn bind(
    state: &State,
    host: &Arc<Host>,
    mut call: OperationCall,
    parent: Option<OperationId>,
    by: Option<Arc<Caller>>,
) -> Result<HostOperation, EngineError> {
    // The line may hold a password in plain text, and it is shown wherever the operation is.
    call.place.source = call.place.source.map(|line| state.secrets().mask(&line));
    let wrong = |message: String| EngineError::Call {
        message,
        place: call.place.clone(),
    };
    let bound = match &call.operation {
        OperationRef::Plugin(name) => state
            .plugins()
            .bind_operation(
                name,
                call.positional.clone(),
                call.named.clone(),
                state.secrets(),
            )
            .map_err(|error| {
                wrong(match error {
                    PluginError::Argument { .. } => format!("{name}: {error}"),
                    other => other.to_string(),
                })
            })?,
        _ => Bound {
            args: Json::Object(JsonMap::new()),
            secrets: Vec::new(),
        },
    };
    let (scopes, scope_globals) = host.scopes();
    let below = host_globals(state, host).map_err(&wrong)?;
    if let Some(by) = &by {
        let own = call.globals.clone().over(&scope_globals);
        state
            .allow_added(host, by, &own, &below)
            .map_err(|denial| wrong(denial.to_string()))?;
    }
    let below = scope_globals.over(&below);
    let globals = call.globals.clone().over(&below);
    let chain = state.chain_of(host, &call.operation, &call.place, parent, by.as_deref());
    state
        .allow_operation(host, &chain, &globals)
        .and_then(|()| state.allow_module(host, &call.place, &below, &globals))
        .map_err(|denial| wrong(denial.to_string()))?;
    ask_early(state, &globals).map_err(&wrong)?;
    let args = display_arguments(&call, &globals, state);
    let own = call
        .name
        .clone()
        .unwrap_or_else(|| default_name(&call.operation, &args));
    let name = state.secrets().mask(
        &scopes
            .into_iter()
            .chain([own])
            .collect::<Vec<_>>()
            .join(" | "),
    );
    let occurrence = host.occurrence(&call.place, parent);
    let id = OperationId::of(&call.place, occurrence, parent);
    let op_order = call
        .place
        .frames
        .iter()
        .map(|frame| frame.line)
        .chain([occurrence])
        .collect();
    let make = || OperationMeta {
        names: std::collections::BTreeSet::new(),
        operation: call.operation.name().to_owned(),
        args,
        op_order,
        global_arguments: globals.clone(),
        place: call.place.clone(),
    };
    let differs = state.with_op_meta(id, make, |meta| {
        // A deploy's own language tells its places apart; a component says what it likes.
        if by.is_some() && meta.operation != call.operation.name() {
            return Err(meta.operation.clone());
        }
        meta.names.insert(name.clone());
        let held = &meta.global_arguments;
        Ok(["_parallel", "_run_once", "_serial"]
            .into_iter()
            .find(|name| held.get(name) != globals.get(name)))
    });
    let differs = differs.map_err(|other| {
        wrong(format!(
            "`{}` stands in the place of `{other}`, which another host has there\n  places are what tells operations apart over hosts: give each a line or a key of its own",
            call.operation.name()
        ))
    })?;
    if let Some(argument) = differs {
        return Err(wrong(format!(
            "`{argument}` of `{name}` differs between hosts; it must be the same on all\n  fix: give it as a constant, not from host data"
        )));
    }
    Ok(HostOperation {
        id,
        operation: call.operation,
        name,
        bound,
        global_arguments: globals,
        place: call.place,
        parent,
        by,
        plan: None,
        report: None,
        data: Json::Null,
    })
}

fn default_name(operation: &OperationRef, args: &[String]) -> String {
    if args.is_empty() {
        operation.name().to_owned()
    } else {
        format!("{} ({})", operation.name(), args.join(", "))
    }
}

fn display_arguments(
    call: &OperationCall,
    globals: &GlobalArguments,
    state: &State,
) -> Vec<String> {
    if GlobalArguments::is(globals.sensitive) {
        return Vec::new();
    }
    let show = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Object(map) if map.contains_key("$secret") => crate::secrets::MASK.to_owned(),
        other => canonical(other),
    };
    let positional = call.positional.iter().map(show);
    let named = call
        .named
        .iter()
        .map(|(name, value)| format!("{name}={}", show(value)));
    positional
        .chain(named)
        .map(|text| state.secrets().mask(&text))
        .collect()
}

/// Evaluates deploys, one after another, for every active host, and plans what they added.
///
/// # Errors
/// The first error of a deploy's code, in inventory order; [`EngineError::Cycle`]; a used-up failure budget.
pub async fn prepare(state: &State, deploys: &[Arc<dyn DeploySource>]) -> Result<(), EngineError> {
    state.set_stage(Stage::Prepare)?;
    for deploy in deploys {
        collect(state, deploy).await?;
    }
    state.op_order()?;
    plan_all(state).await
}

/// Evaluates one deploy for every active host.
async fn collect(state: &State, deploy: &Arc<dyn DeploySource>) -> Result<(), EngineError> {
    let mut running = JoinSet::new();
    let threads = Arc::new(tokio::sync::Semaphore::new(EVALUATIONS));
    let turns = Turn::all();
    for host in state.active_hosts() {
        let (state, deploy) = (state.clone(), deploy.clone());
        let (threads, turns) = (threads.clone(), turns.clone());
        running.spawn(async move {
            let _permit = threads.acquire_owned().await;
            let turn = Arc::new(Turn::take(turns).await);
            let index = host.index();
            let context = HostContext::evaluating(state, host, turn.clone());
            let run = tokio::task::spawn_blocking(move || deploy.run(&context)).await;
            turn.end();
            let result = run.unwrap_or_else(|error| {
                Err(EngineError::Deploy(format!(
                    "evaluating the deploy: {error}"
                )))
            });
            (index, result)
        });
    }
    let mut errors = Vec::new();
    while let Some(done) = running.join_next().await {
        if let Ok((index, Err(error))) = done {
            errors.push((index, error));
        }
    }
    errors.sort_by_key(|(index, _)| *index);
    errors
        .into_iter()
        .next()
        .map_or(Ok(()), |(_, error)| Err(error))
}

/// How many hosts' deploys are evaluated at once. Each may wait for a fact, so more than have their turns.
const EVALUATIONS: usize = 64;

/// Plans the operations that have no plan yet, on every active host.
///
/// # Errors
/// A used-up failure budget.
pub async fn plan_all(state: &State) -> Result<(), EngineError> {
    if !state.check_for_changes() {
        return Ok(());
    }
    let mut running = JoinSet::new();
    for host in state.active_hosts() {
        let state = state.clone();
        running.spawn(async move {
            let result = plan_host(&state, &host).await;
            (host, result)
        });
    }
    let mut failed = Vec::new();
    while let Some(done) = running.join_next().await {
        if let Ok((host, Err(error))) = done {
            failed.push((host, error));
        }
    }
    failed.sort_by_key(|(host, _)| host.index());
    state.fail_hosts(&failed)
}

/// Plans a host's operations. The error is why the host takes no further part.
async fn plan_host(state: &State, host: &Arc<Host>) -> Result<(), String> {
    let ids = host.operation_order();
    let operations: Vec<HostOperation> = ids.iter().filter_map(|id| host.operation(*id)).collect();
    let mut overlay = Overlay::default();
    let mut operations = operations.as_slice();
    // Those that have a plan keep it; what they predict stands.
    while let [operation, rest @ ..] = operations
        && let Some(planned) = &operation.plan
    {
        if !planned.skipped {
            let conditional = will_run(host, &operation.global_arguments) != Some(true);
            predict(planned, &operation.name, conditional, &mut overlay);
        }
        operations = rest;
    }
    let first = join_all(
        operations
            .iter()
            .map(|operation| plan(state, host, operation, None)),
    )
    .await;
    for (operation, first) in operations.iter().zip(first) {
        let runs = will_run(host, &operation.global_arguments);
        let conditional = runs != Some(true);
        let (planned, read) = plan_over(state, host, operation, first, &overlay).await;
        let mut planned = match planned {
            Ok(planned) => planned,
            Err(PluginError::Guest(error)) if error.kind == ErrorKind::UnknownYet => {
                at_execution(operation, error.message, &read)
            }
            // Whatever comes before it, it will not be allowed then either.
            Err(error @ PluginError::Denied(_)) => {
                return fail_plan(state, host, operation, &error);
            }
            Err(error) if conditional || overlay.assumed().is_some() => {
                at_execution(operation, error.to_string(), &read)
            }
            Err(error) => return fail_plan(state, host, operation, &error),
        };
        planned.skipped = runs == Some(false);
        if !planned.skipped {
            predict(&planned, &operation.name, conditional, &mut overlay);
        }
        let will_change = planned.will_change();
        let notes = planned.notes();
        host.update_operation(operation.id, |operation| {
            operation.plan = Some(Arc::new(planned))
        });
        state.emit(Event::OperationPlanned {
            host: host.name().to_owned(),
            id: operation.id,
            name: operation.name.clone(),
            will_change,
            notes,
        });
    }
    Ok(())
}

/// A plan on top of what stands before it: the first one, made on what was observed, where nothing that it read is
/// predicted to change. With it, the facts that were read.
pub(crate) async fn plan_over(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    first: PlanOutcome,
    overlay: &Overlay,
) -> (Result<Plan, PluginError>, Vec<FactKey>) {
    let mut outcome = first;
    let reads = |facts: &[FactKey]| {
        facts
            .iter()
            .any(|key| overlay.touches(&key.fact, &key.args))
    };
    let stale =
        !overlay.is_empty() && (outcome.plan.is_err() || reads(&outcome.read) || outcome.nests);
    if stale {
        outcome = plan(state, host, operation, Some(Arc::new(overlay.clone()))).await;
    }
    if let (Ok(planned), Some(after), true) =
        (&mut outcome.plan, overlay.assumed(), outcome.reads_state)
        && planned.certainty == Certainty::Certain
    {
        planned.certainty = Certainty::Assumed(format!("after {after}"));
    }
    (outcome.plan, outcome.read)
}

/// Whether an operation's conditions will hold; none when only execution can tell.
fn will_run(host: &Host, arguments: &GlobalArguments) -> Option<bool> {
    let will_change = |id: OperationId| {
        let plan = host.with_operation(id, |operation| operation.plan.clone())??;
        let known = plan.skipped || plan.certainty == Certainty::Certain;
        known.then(|| plan.will_change()).flatten()
    };
    Condition::All(arguments.condition.clone()).expected(&will_change)
}

/// The plan of what only execution can tell. What was read for it will be asked again then.
fn at_execution(operation: &HostOperation, why: String, read: &[FactKey]) -> Plan {
    Plan {
        operation: operation.operation.name().to_owned(),
        certainty: Certainty::AtExecution(why),
        reads: texts(read),
        ..Plan::default()
    }
}

/// An operation that cannot be planned fails its host, unless its errors are ignored.
fn fail_plan(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    error: &PluginError,
) -> Result<(), String> {
    let failure = crate::execute::failure(state, host, operation, error.to_string());
    let ignored = GlobalArguments::is(operation.global_arguments.ignore_errors);
    state.emit(Event::OperationHostError {
        failure,
        ignored,
        partial: false,
        retry_count: 0,
        max_retries: 0,
    });
    if ignored {
        Ok(())
    } else {
        Err(format!("{}: {error}", operation.name))
    }
}

/// Lays what a plan predicts over what later operations see.
pub(crate) fn predict(plan: &Plan, name: &str, conditional: bool, overlay: &mut Overlay) {
    let mut nested = plan.nested.iter();
    for step in &plan.planned.steps {
        overlay.add(&step.predictions);
        match &step.action {
            Action::Nested(_) => {
                if let Some(plan) = nested.next() {
                    predict(plan, name, conditional, overlay);
                }
            }
            _ if step.predictions.is_empty() => overlay.assume(name),
            _ => {}
        }
    }
    if matches!(plan.certainty, Certainty::AtExecution(_))
        || (conditional && plan.will_change() == Some(true))
    {
        overlay.assume(name);
    }
}

/// A plan with what it was made from.
pub(crate) struct PlanOutcome {
    pub(crate) plan: Result<Plan, PluginError>,
    read: Vec<FactKey>,
    reads_state: bool,
    nests: bool,
}

impl Default for PlanOutcome {
    fn default() -> Self {
        Self {
            plan: Ok(Plan::default()),
            read: Vec::new(),
            reads_state: false,
            nests: false,
        }
    }
}

/// Plans an operation, nested operations included, on top of an overlay.
pub(crate) async fn plan(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    overlay: Option<Arc<Overlay>>,
) -> PlanOutcome {
    let mut outcome = PlanOutcome::default();
    let globals = operation.global_arguments.clone();
    let chain = state.chain_of_held(host, operation);
    let result = match &operation.operation {
        OperationRef::Plugin(name) => {
            let call = PlanCall {
                name,
                bound: &operation.bound,
                globals: &globals,
                chain,
                depth: 0,
            };
            plan_call(state, host, call, overlay, &mut outcome).await
        }
        OperationRef::Function(function) => Ok(Plan {
            operation: function.name().to_owned(),
            planned: Arc::new(Planned {
                steps: vec![Step::new(Action::Function(function.clone()))],
                ..Planned::default()
            }),
            ..Plan::default()
        }),
        OperationRef::Steps(steps, name) => {
            let planned = Planned {
                steps: steps.clone(),
                ..Planned::default()
            };
            let allowed = state.allow_plan(host, &chain, &planned, &globals);
            allowed.map_err(PluginError::from).map(|()| Plan {
                operation: name.clone(),
                planned: Arc::new(planned),
                ..Plan::default()
            })
        }
    };
    outcome.plan = result.map(|plan| Plan {
        generation: host.generation(),
        reads: texts(&outcome.read),
        ..plan
    });
    outcome
}

fn texts(facts: &[FactKey]) -> Vec<Arc<str>> {
    facts.iter().map(|key| key.text.clone()).collect()
}

/// Plans one operation on what stands now, leaving its nested operations to their turn.
pub(crate) async fn plan_flat(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    chain: Chain,
) -> Result<Arc<Planned>, PluginError> {
    let mut outcome = PlanOutcome::default();
    let call = PlanCall {
        name: operation.operation.name(),
        bound: &operation.bound,
        globals: &operation.global_arguments,
        chain,
        depth: 0,
    };
    Ok(plan_one(state, host, &call, None, &mut outcome).await?.0)
}

struct PlanCall<'a> {
    name: &'a str,
    bound: &'a Bound,
    globals: &'a GlobalArguments,
    /// Who called it, itself last.
    chain: Chain,
    depth: usize,
}

type Planning<'a> = std::pin::Pin<Box<dyn Future<Output = Result<Plan, PluginError>> + Send + 'a>>;

fn plan_call<'a>(
    state: &'a State,
    host: &'a Arc<Host>,
    call: PlanCall<'a>,
    overlay: Option<Arc<Overlay>>,
    outcome: &'a mut PlanOutcome,
) -> Planning<'a> {
    Box::pin(async move {
        let (planned, predicted) = plan_one(state, host, &call, overlay.clone(), outcome).await?;
        let mut plan = Plan {
            planned,
            operation: call.name.to_owned(),
            predicted,
            ..Plan::default()
        };
        let mut above = Overlay::over(overlay);
        let planned = plan.planned.clone();
        let is_nested = |step: &Step| matches!(step.action, Action::Nested(_));
        // What stands behind the last nested operation is seen by nobody here.
        let seen = planned.steps.iter().rposition(is_nested);
        let seen = seen.map_or(0, |last| last + 1);
        for step in planned.steps.iter().take(seen) {
            if let Action::Nested(nested) = &step.action {
                outcome.nests = true;
                let outer = Outer {
                    globals: call.globals,
                    bound: call.bound,
                    chain: &call.chain,
                    depth: call.depth,
                };
                let inner = bind_nested(state, host, nested, &step.globals, &outer)?;
                let inner = PlanCall {
                    name: &nested.operation,
                    bound: &inner.bound,
                    globals: &inner.globals,
                    chain: inner.chain.clone(),
                    depth: call.depth + 1,
                };
                match plan_call(state, host, inner, Some(Arc::new(above.clone())), outcome).await {
                    Ok(inner) => {
                        predict(&inner, call.name, false, &mut above);
                        plan.nested.push(inner);
                    }
                    Err(PluginError::Guest(error)) if error.kind == ErrorKind::UnknownYet => {
                        plan.nested.push(Plan {
                            operation: nested.operation.clone(),
                            certainty: Certainty::AtExecution(error.message),
                            ..Plan::default()
                        });
                    }
                    Err(error) => return Err(error),
                }
            }
            above.add(&step.predictions);
        }
        Ok(plan)
    })
}

/// One guest call.
async fn plan_one(
    state: &State,
    host: &Arc<Host>,
    call: &PlanCall<'_>,
    overlay: Option<Arc<Overlay>>,
    outcome: &mut PlanOutcome,
) -> Result<(Arc<Planned>, bool), PluginError> {
    // Facts that it asks for are fetched without a turn of their own, so those who wait here cannot block them.
    let _turn = state.planning().acquire().await;
    let info = state.plugins().operation(call.name)?;
    let mut granted = local_path_arguments(&info, &call.bound.args);
    let refused = state.keep_readable(host, &call.chain, &mut granted);
    let secrets = call.bound.secrets.clone();
    let (globals, chain) = (call.globals.clone(), call.chain.clone());
    let view = OperationView::new(state, host, globals, secrets, granted, overlay, chain);
    let result = state
        .plugins()
        .plan(call.name, &call.bound.args, view.clone())
        .await;
    for key in view.take_read() {
        let stability = state.plugins().fact(&key.fact).map(|info| info.stability);
        outcome.reads_state |=
            stability.is_ok_and(|stability| stability != crate::contract::Stability::Immutable);
        outcome.read.push(key);
    }
    let planned = match (result, refused) {
        // It was shown less than its arguments name: that is why.
        (Err(PluginError::Guest(error)), Some(denial)) if error.kind == ErrorKind::Denied => {
            return Err(denial.into());
        }
        (result, _) => result?,
    };
    for step in &planned.steps {
        crate::secrets::no_secret_in(&step.globals)?;
        // Before anything of it runs, not in the middle.
        if let Some(why) = step.action.not_run() {
            let message = format!("{} plans what cannot be done: {why}", call.name);
            return Err(GuestError::new(ErrorKind::Operation, message).into());
        }
    }
    state.allow_plan(host, &call.chain, &planned, call.globals)?;
    Ok((planned, view.predicted()))
}

/// The operation around a nested call.
pub(crate) struct Outer<'a> {
    pub(crate) globals: &'a GlobalArguments,
    pub(crate) bound: &'a Bound,
    /// Who called it, itself last.
    pub(crate) chain: &'a Chain,
    pub(crate) depth: usize,
}

/// A nested call that fits and is allowed.
pub(crate) struct Inner {
    pub(crate) globals: GlobalArguments,
    pub(crate) bound: Bound,
    pub(crate) chain: Chain,
}

/// Checks a nested call and merges its global arguments.
pub(crate) fn bind_nested(
    state: &State,
    host: &Host,
    nested: &Nested,
    overrides: &Json,
    outer: &Outer<'_>,
) -> Result<Inner, PluginError> {
    let wrong = |message: String| PluginError::Argument {
        argument: None,
        message,
    };
    if outer.depth + 1 >= NESTING {
        return Err(wrong(format!(
            "operations nest more than {NESTING} deep at {}",
            nested.operation
        )));
    }
    let own = GlobalArguments::from_json(overrides, state.secrets()).map_err(wrong)?;
    let globals = GlobalArguments {
        condition: Vec::new(),
        ..own.over(outer.globals)
    };
    let chain = state.chain(outer.chain, &nested.operation);
    state.allow_overrides(host, outer.chain, overrides, outer.globals)?;
    state.allow_operation(host, &chain, &globals)?;
    let args = crate::secrets::owned(nested.args.clone(), &outer.bound.secrets)?;
    let named = args.as_object().cloned().unwrap_or_default();
    let bound =
        state
            .plugins()
            .bind_operation(&nested.operation, Vec::new(), named, state.secrets())?;
    Ok(Inner {
        globals,
        bound,
        chain,
    })
}

/// A place for operations that programs add: one line, counted by occurrence.
#[must_use]
pub fn program_place(location: &std::panic::Location<'_>) -> Place {
    Place::at(location.file(), location.line())
}
