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

/// What a new plan does of the approved one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Against {
    /// The same.
    Same,
    /// Some of it, and nothing else. What is left out needs no approval.
    Less,
    /// What it doesn't say.
    Other,
}

/// Compares a new plan with the approved one. Where steps are decided at execution there is nothing to compare.
pub(super) fn against(approved: &Plan, now: &Plan) -> Against {
    let (Some(approved), Some(now)) = (steps(approved), steps(now)) else {
        return Against::Same;
    };
    let left_out = approved.len() != now.len();
    let mut rest = approved.into_iter();
    let is_said = |step: &Step| rest.any(|approved| is_same(approved, step));
    match now.into_iter().all(is_said) {
        true if left_out => Against::Less,
        true => Against::Same,
        false => Against::Other,
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
    let found = against(approved, now);
    if approved.certainty != Certainty::Certain || found == Against::Same {
        return false;
    }
    let planned = describe_steps(state, operation, approved);
    let mut actual = describe_steps(state, operation, now);
    let before = steps(approved).into_iter().flatten();
    let after = steps(now).into_iter().flatten();
    let words = planned.iter().zip(&mut actual);
    for ((before, after), (planned, actual)) in before.zip(after).zip(words) {
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
    !is_timely && !state.config().allow_drift && found == Against::Other
}
