//! Conditions on earlier operations: values that are evaluated at execution only.

use std::fmt;
use std::sync::Arc;

use crate::state::OperationId;

/// Something about earlier operations of the same host that is known at execution.
#[derive(Clone)]
pub enum Condition {
    /// The operation succeeded and ran at least one step.
    Changed(OperationId),
    /// The operation succeeded and ran nothing.
    Unchanged(OperationId),
    /// The operation succeeded, with or without change.
    Succeeded(OperationId),
    /// The operation failed, ignored or not.
    Failed(OperationId),
    /// At least one holds.
    Any(Vec<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// It does not hold.
    Not(Box<Condition>),
    /// A value known beforehand.
    Constant(bool),
    /// Code of the embedding program.
    Function(Arc<dyn Fn() -> bool + Send + Sync>),
}

/// What conditions ask about an operation that has had its turn on a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// It succeeded.
    pub succeeded: bool,
    /// It ran at least one step and succeeded.
    pub changed: bool,
    /// It failed.
    pub failed: bool,
}

impl Condition {
    /// Evaluates against what has happened on the host; an operation that had no turn has no outcome.
    pub fn holds(&self, outcome: &dyn Fn(OperationId) -> Option<Outcome>) -> bool {
        let of = |id: &OperationId| outcome(*id).unwrap_or_default();
        match self {
            Self::Changed(id) => of(id).changed,
            Self::Unchanged(id) => of(id).succeeded && !of(id).changed,
            Self::Succeeded(id) => of(id).succeeded,
            Self::Failed(id) => of(id).failed,
            Self::Any(all) => all.iter().any(|condition| condition.holds(outcome)),
            Self::All(all) => all.iter().all(|condition| condition.holds(outcome)),
            Self::Not(condition) => !condition.holds(outcome),
            Self::Constant(value) => *value,
            Self::Function(function) => function(),
        }
    }

    /// What can be said before execution, from what operations are planned to change; none where only execution can
    /// tell. An operation that changes may still fail, so only one without changes decides anything.
    pub fn expected(&self, will_change: &dyn Fn(OperationId) -> Option<bool>) -> Option<bool> {
        match self {
            Self::Changed(id) => will_change(*id).filter(|changes| !changes),
            Self::Unchanged(_) | Self::Succeeded(_) | Self::Failed(_) | Self::Function(_) => None,
            Self::Any(all) => fold(all, will_change, true),
            Self::All(all) => fold(all, will_change, false),
            Self::Not(condition) => condition.expected(will_change).map(|holds| !holds),
            Self::Constant(value) => Some(*value),
        }
    }
}

/// `decides` as soon as one condition is known to be that; its opposite when all are known to be the opposite.
fn fold(
    all: &[Condition],
    will_change: &dyn Fn(OperationId) -> Option<bool>,
    decides: bool,
) -> Option<bool> {
    let mut unknown = false;
    for condition in all {
        match condition.expected(will_change) {
            Some(holds) if holds == decides => return Some(decides),
            Some(_) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(!decides)
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, name: &str, all: &[Condition]| {
            write!(f, "{name}(")?;
            for (at, condition) in all.iter().enumerate() {
                write!(f, "{}{condition}", if at == 0 { "" } else { ", " })?;
            }
            f.write_str(")")
        };
        match self {
            Self::Changed(id) => write!(f, "{id} changed"),
            Self::Unchanged(id) => write!(f, "{id} did not change"),
            Self::Succeeded(id) => write!(f, "{id} succeeded"),
            Self::Failed(id) => write!(f, "{id} failed"),
            Self::Any(all) => list(f, "any", all),
            Self::All(all) => list(f, "all", all),
            Self::Not(condition) => write!(f, "not {condition}"),
            Self::Constant(value) => write!(f, "{value}"),
            Self::Function(_) => f.write_str("a function of the program"),
        }
    }
}

impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_combine() {
        let (changed, failed, absent) = (OperationId(1), OperationId(2), OperationId(3));
        let outcome = |id: OperationId| match id.0 {
            1 => Some(Outcome {
                succeeded: true,
                changed: true,
                failed: false,
            }),
            2 => Some(Outcome {
                failed: true,
                ..Outcome::default()
            }),
            _ => None,
        };
        let holds = |condition: Condition| condition.holds(&outcome);
        assert!(holds(Condition::Changed(changed)));
        assert!(!holds(Condition::Changed(absent)));
        assert!(holds(Condition::Failed(failed)));
        assert!(holds(Condition::Any(vec![
            Condition::Changed(absent),
            Condition::Changed(changed)
        ])));
        assert!(!holds(Condition::All(vec![
            Condition::Changed(absent),
            Condition::Changed(changed)
        ])));
        assert!(holds(Condition::Not(Box::new(Condition::Unchanged(
            changed
        )))));
    }

    #[test]
    fn a_condition_on_what_does_not_change_is_known_beforehand() {
        let (still, changes, unknown) = (OperationId(1), OperationId(2), OperationId(3));
        let will_change = |id: OperationId| match id.0 {
            1 => Some(false),
            2 => Some(true),
            _ => None,
        };
        let expected = |condition: Condition| condition.expected(&will_change);
        assert_eq!(expected(Condition::Changed(still)), Some(false));
        assert_eq!(expected(Condition::Changed(changes)), None);
        let not = Condition::Not(Box::new(Condition::Changed(still)));
        assert_eq!(expected(not.clone()), Some(true));
        let both = |other| vec![Condition::Changed(still), Condition::Changed(other)];
        assert_eq!(expected(Condition::Any(both(still))), Some(false));
        assert_eq!(expected(Condition::Any(both(unknown))), None);
        assert_eq!(expected(Condition::All(both(unknown))), Some(false));
        assert_eq!(
            expected(Condition::Any(vec![Condition::Changed(unknown), not])),
            Some(true)
        );
    }
}
