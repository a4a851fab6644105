//! Operations of one host that stand one behind another with no barrier in between: they travel together.
//!
//! They are planned in order on what was observed before the first of them, each on top of what those before it are
//! predicted to leave, as in prepare; then their steps are one chain, in which each runs only if the one before it
//! succeeded. An operation that cannot be planned with certainty in this way, or whose steps have to be waited for,
//! begins another chain.

use std::sync::Arc;

use futures_util::future::join_all;

use crate::arguments::GlobalArguments;
use crate::contract::{Action, Step};
use crate::events::Event;
use crate::facts::{AHEAD, Overlay};
use crate::prepare;
use crate::remote::{Look, shell_of};
use crate::state::{Certainty, Host, HostOperation, OperationId, Plan, State};

use super::chain::{Member, Moment, travel};
use super::drift::{Against, against};
use super::host::{Turn, finish, report};
use super::steps::{Runner, goes_on};

/// How many operations travel together at most.
const MOST: usize = 64;

/// An operation with its plan, and the global arguments of each of its steps.
struct Planned {
    operation: HostOperation,
    plan: Arc<Plan>,
    globals: Vec<GlobalArguments>,
}

/// Operations that are ready to leave together.
pub(super) struct Together(Vec<Planned>);

/// The operations, from the first of `ids` on, that can travel together; none where the first goes by itself.
pub(super) async fn together(
    state: &State,
    host: &Arc<Host>,
    ids: &[OperationId],
) -> Option<Together> {
    let has_shell = host.remote().is_ok_and(|remote| remote.has_shell());
    if !has_shell || !state.config().batch {
        return None;
    }
    let operations = candidates(host, ids);
    if operations.len() < 2 {
        return None;
    }
    let is_first = host.operation_order().first() == ids.first();
    let holds = |plan: &Plan| {
        plan.generation == host.generation()
            && plan.certainty == Certainty::Certain
            && (is_first || !plan.predicted)
    };
    let as_prepared = operations.iter().map(|operation| {
        let plan = operation.plan.clone().filter(|plan| holds(plan))?;
        ready(state, operation, plan)
    });
    let planned = match as_prepared.collect::<Option<Vec<Planned>>>() {
        Some(planned) => planned,
        None => plan_again(state, host, &operations).await,
    };
    (planned.len() > 1).then_some(Together(planned))
}

/// What could travel together by its prepared plan.
fn candidates(host: &Host, ids: &[OperationId]) -> Vec<HostOperation> {
    let mut shell = None;
    let mut operations = Vec::new();
    let mut is_known = true;
    for id in ids.iter().take(MOST) {
        let joins = |operation: &HostOperation| {
            let plan = operation.plan.as_ref()?;
            let certain = !matches!(plan.certainty, Certainty::AtExecution(_));
            // What was done without a prediction has to be looked at.
            let sees = is_known || plan.reads.is_empty();
            let joins =
                certain && sees && waits_for_nothing(&operation.global_arguments) && is_flat(plan);
            is_known &= plan.planned.steps.iter().all(Step::is_predicted);
            joins.then(|| shell_of(&operation.global_arguments))
        };
        let Some(Some(whose)) = host.with_operation(*id, joins) else {
            break;
        };
        if *shell.get_or_insert_with(|| whose.clone()) != whose {
            break;
        }
        operations.extend(host.operation(*id));
    }
    operations
}

/// True where nothing of an operation has to be known before the next one begins.
fn waits_for_nothing(arguments: &GlobalArguments) -> bool {
    arguments.condition.is_empty()
        && arguments.retries.unwrap_or(0) == 0
        && arguments.retry_until.is_none()
        && !GlobalArguments::is(arguments.run_once)
        && !GlobalArguments::is(arguments.serial)
        && arguments.parallel.is_none()
        && !goes_on(arguments)
}

/// True for a plan of commands and uploads alone.
fn is_flat(plan: &Plan) -> bool {
    let simple = |step: &Step| matches!(step.action, Action::Shell(_) | Action::Upload(_));
    !plan.skipped && plan.nested.is_empty() && plan.planned.steps.iter().all(simple)
}

fn ready(state: &State, operation: &HostOperation, plan: Arc<Plan>) -> Option<Planned> {
    let globals = plan.planned.steps.iter().map(|step| {
        let own = GlobalArguments::from_json(&step.globals, state.secrets()).ok()?;
        Some(own.over(&operation.global_arguments))
    });
    let globals = globals.collect::<Option<Vec<_>>>()?;
    Some(Planned {
        operation: operation.clone(),
        plan,
        globals,
    })
}

/// Plans in order on what stands now; up to the first operation that has to see what those before it did, or whose plan
/// is no longer the approved one.
async fn plan_again(state: &State, host: &Arc<Host>, operations: &[HostOperation]) -> Vec<Planned> {
    let first = operations
        .iter()
        .map(|operation| prepare::plan(state, host, operation, None));
    let first = join_all(first).await;
    let mut overlay = Overlay::default();
    let mut planned = Vec::with_capacity(operations.len());
    for (operation, first) in operations.iter().zip(first) {
        let (Ok(plan), _) = prepare::plan_over(state, host, operation, first, &overlay).await
        else {
            break;
        };
        let Some(approved) = &operation.plan else {
            break;
        };
        if plan.certainty != Certainty::Certain
            || !is_flat(&plan)
            || against(approved, &plan) != Against::Same
        {
            break;
        }
        // What was assumed stays that: one before it may fail, and the host go on.
        let certainty = approved.certainty.clone();
        let plan = Plan { certainty, ..plan };
        prepare::predict(&plan, &operation.name, false, &mut overlay);
        let Some(ready) = ready(state, operation, Arc::new(plan)) else {
            break;
        };
        planned.push(ready);
    }
    planned
}

/// What the operations behind one will ask for: those that travel together next, or the next one that is going to change
/// something and what stands before it.
pub(super) fn ahead(host: &Host, after: OperationId, alone: bool) -> Vec<Look> {
    let mut facts = Vec::new();
    let next = match alone {
        true => candidates(host, &host.operations_after(after, MOST)),
        false => Vec::new(),
    };
    if next.len() > 1 {
        let plans = next.iter().filter_map(|operation| operation.plan.as_ref());
        facts.extend(plans.flat_map(|plan| plan.reads.iter().cloned()));
        facts.truncate(AHEAD);
    } else {
        host.plans_after(after, |plan| {
            facts.extend(plan.reads.iter().cloned());
            plan.will_change() == Some(false) && facts.len() < AHEAD
        });
    }
    host.facts.looks(&facts)
}

/// Runs them; `turn` is told of each operation that begins and ends. Some: why the host takes no further part.
pub(super) async fn run(
    state: &State,
    host: &Arc<Host>,
    together: &Together,
    turn: &mut (dyn FnMut(OperationId, bool) + Send),
) -> Option<String> {
    let all = &together.0;
    let mut members = Vec::new();
    for (of, planned) in all.iter().enumerate() {
        host.update_operation(planned.operation.id, |operation| {
            operation.plan = Some(planned.plan.clone());
        });
        let steps = planned.plan.planned.steps.iter().zip(&planned.globals);
        members.extend(steps.map(|(step, globals)| Member {
            of,
            action: &step.action,
            globals: globals.clone(),
            bound: &planned.operation.bound,
        }));
    }
    let ahead = all
        .last()
        .map(|last| ahead(host, last.operation.id, true))
        .unwrap_or_default();
    let mut runners: Vec<Runner<'_>> = all
        .iter()
        .map(|planned| Runner::new(state, host, &planned.operation, true))
        .collect();
    let mut why = None;
    let mut told = |_: usize, runner: &mut Runner<'_>, moment: Moment| {
        let operation = runner.operation;
        match moment {
            Moment::Begins => {
                turn(operation.id, true);
                state.emit(Event::OperationHostStart {
                    host: host.name().to_owned(),
                    id: operation.id,
                    name: operation.name.clone(),
                });
            }
            Moment::Ends(result) => {
                let report = report(runner, result);
                if let Turn::HostFailed(failed) = finish(state, host, operation, report) {
                    why = Some(failed);
                }
                turn(operation.id, false);
            }
        }
    };
    travel(state, host, &mut runners, &members, ahead, &mut told).await;
    why
}
