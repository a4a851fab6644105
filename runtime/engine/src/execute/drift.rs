//! Whether what would run now is what was planned.

use crate::contract::{Action, Step};
use crate::events::Event;
use crate::state::{Certainty, Host, HostOperation, Plan, State};

use super::words::describe_steps;

/// The steps of a plan, nested ones in their place; none where some are decided at execution.
fn steps(plan: &Plan) -> Option<Vec<&Step>> {
    let mut nested = plan.nested.iter();
    let mut all = Vec::with_capacity(plan.planned.steps.len());
    for step in &plan.planned.steps {
        match &step.action {
            Action::Nested(_) => match nested.next() {
                Some(plan) if !matches!(plan.certainty, Certainty::AtExecution(_)) => {
                    all.extend(steps(plan)?);
                }
                _ => return None,
            },
            _ => all.push(step),
        }
    }
    Some(all)
}

fn is_same(one: &Step, other: &Step) -> bool {
    one.action == other.action && one.globals == other.globals
}

/// True where a new plan does what the approved one says.
pub(super) fn is_as_approved(approved: &Plan, now: &Plan) -> bool {
    match (steps(approved), steps(now)) {
        (Some(approved), Some(now)) => {
            approved.len() == now.len()
                && approved
                    .iter()
                    .zip(now)
                    .all(|(one, other)| is_same(one, other))
        }
        _ => true,
    }
}

/// True where a new plan does nothing that the approved one doesn't say; what is left out needs no approval.
fn stays_within(approved: &Plan, now: &Plan) -> bool {
    match (steps(approved), steps(now)) {
        (Some(approved), Some(now)) => {
            let mut rest = approved.into_iter();
            now.into_iter()
                .all(|step| rest.any(|approved| is_same(approved, step)))
        }
        _ => true,
    }
}

/// Compares a plan made at execution with the approved one, and tells of a difference; true where it must not run.
pub(super) fn is_drift(
    state: &State,
    host: &Host,
    operation: &HostOperation,
    approved: &Plan,
    now: &Plan,
) -> bool {
    if approved.certainty != Certainty::Certain || is_as_approved(approved, now) {
        return false;
    }
    let planned = describe_steps(state, operation, approved);
    let mut actual = describe_steps(state, operation, now);
    let pairs = steps(approved)
        .into_iter()
        .flatten()
        .zip(steps(now).into_iter().flatten());
    for ((before, after), (planned, actual)) in pairs.zip(planned.iter().zip(&mut actual)) {
        // The difference is in what the words leave out.
        if planned == actual && !is_same(before, after) {
            actual.push_str(" (with other content or arguments)");
        }
    }
    state.emit(Event::PlanChanged {
        host: host.name().to_owned(),
        id: operation.id,
        planned,
        actual,
    });
    // What time alone changes is no drift.
    let is_timely = approved.volatile || now.volatile;
    !is_timely && !state.config().allow_drift && !stays_within(approved, now)
}
