//! The operations of a host are planned: all at once on what is observed, then in order on what is predicted.

use std::sync::Arc;

use futures_util::future::join_all;
use tokio::task::JoinSet;

use crate::arguments::GlobalArguments;
use crate::condition::Condition;
use crate::contract::Action;
use crate::error::EngineError;
use crate::events::Event;
use crate::facts::{FactKey, Overlay};
use crate::plugins::{ErrorKind, PluginError};
use crate::state::{Certainty, Host, HostOperation, OperationId, Plan, State};

use super::operation::texts;
use super::{PlanOutcome, plan};

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
            let may_fall_short = conditional || is_lenient(&operation.global_arguments);
            predict(planned, &operation.name, may_fall_short, &mut overlay);
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
            let may_fall_short = conditional || is_lenient(&operation.global_arguments);
            predict(&planned, &operation.name, may_fall_short, &mut overlay);
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

/// True where the host goes on without the operation: it runs on another one, or its failure does not count.
fn is_lenient(arguments: &GlobalArguments) -> bool {
    GlobalArguments::is(arguments.run_once)
        || GlobalArguments::is(arguments.ignore_errors)
        || GlobalArguments::is(arguments.continue_on_error)
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

/// Lays what a plan predicts over what later operations see. `may_fall_short`: it may be that it is not done.
pub(crate) fn predict(plan: &Plan, name: &str, may_fall_short: bool, overlay: &mut Overlay) {
    let mut nested = plan.nested.iter();
    for step in &plan.planned.steps {
        overlay.add(&step.predictions);
        match &step.action {
            Action::Nested(_) => {
                if let Some(plan) = nested.next() {
                    predict(plan, name, may_fall_short, overlay);
                }
            }
            _ if !step.is_predicted() => overlay.assume(name),
            _ => {}
        }
    }
    if matches!(plan.certainty, Certainty::AtExecution(_))
        || (may_fall_short && plan.will_change() == Some(true))
    {
        overlay.assume(name);
    }
}
