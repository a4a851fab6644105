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
}
