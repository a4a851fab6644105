//! What is known of operations: shared over hosts, per host, and counted.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use crate::arguments::GlobalArguments;
use crate::contract::{Diff, Planned};
use crate::deploy::OperationRef;
use crate::events::Failure;
use crate::json::Json;
use crate::place::Place;
use crate::plugins::Bound;
use crate::policy::Caller;

use super::OperationId;

/// What hosts share of an operation.
#[derive(Clone, Debug)]
pub struct OperationMeta {
    /// Its names over all hosts; more than one where the deploy builds the name from host data.
    pub names: BTreeSet<String>,
    /// `namespace.operation`.
    pub operation: String,
    /// The arguments of the first host that added it, for display. Empty for `_sensitive` operations.
    pub args: Vec<String>,
    /// What it is ordered by: the lines of its call stack and its occurrence.
    pub op_order: Vec<u32>,
    /// The global arguments of the first host that added it.
    pub global_arguments: GlobalArguments,
    /// Where it stands.
    pub place: Place,
}

impl OperationMeta {
    /// Its names, joined.
    #[must_use]
    pub fn title(&self) -> String {
        self.names.iter().cloned().collect::<Vec<_>>().join(", ")
    }
}

/// How far a plan can be relied on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "why")]
pub enum Certainty {
    /// Every fact it read was observed or predicted.
    #[default]
    Certain,
    /// An earlier step without predictions may change what it read.
    Assumed(String),
    /// It depends on something that is known at execution only.
    AtExecution(String),
}

/// The plan of an operation for one host, nested operations joined in.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// What the guest planned; shared between hosts that planned the same.
    pub planned: Arc<Planned>,
    /// The plans of nested operations, in the order of the nested steps in `planned`.
    pub nested: Vec<Plan>,
    /// The name of the operation that planned it.
    pub operation: String,
    /// How far it can be relied on.
    pub certainty: Certainty,
    /// True when predictions of earlier operations stand behind it.
    pub predicted: bool,
    /// True when its conditions are known not to hold: it will be skipped.
    pub skipped: bool,
    /// How many steps had run on the host when it was made.
    pub generation: u64,
    /// True when a fact that changes by itself, as time does, is among those that it was made from.
    pub volatile: bool,
    /// The facts that it was made from, nested operations included.
    pub(crate) reads: Vec<Arc<str>>,
}

impl Plan {
    /// True when it has something to do; none when only execution can tell.
    #[must_use]
    pub fn will_change(&self) -> Option<bool> {
        if self.skipped {
            return Some(false);
        }
        if let Certainty::AtExecution(_) = self.certainty {
            return None;
        }
        let mut nested = self.nested.iter();
        let mut unknown = false;
        for step in &self.planned.steps {
            if let crate::contract::Action::Nested(_) = step.action {
                match nested.next().map(Self::will_change) {
                    Some(Some(false)) => {}
                    Some(Some(true)) => return Some(true),
                    _ => unknown = true,
                }
            } else {
                return Some(true);
            }
        }
        if unknown { None } else { Some(false) }
    }

    /// Its notes and those of nested operations.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let nested = self.nested.iter().flat_map(Self::notes);
        self.planned.notes.iter().cloned().chain(nested).collect()
    }

    /// The differences that guests gave, nested ones included.
    #[must_use]
    pub fn guest_diffs(&self) -> Vec<Diff> {
        let nested = self.nested.iter().flat_map(Self::guest_diffs);
        self.planned.diffs.iter().cloned().chain(nested).collect()
    }
}

/// What one host has of an operation.
#[derive(Clone, Debug)]
pub struct HostOperation {
    /// Its identity.
    pub id: OperationId,
    /// What is called.
    pub operation: OperationRef,
    /// Its name on this host.
    pub name: String,
    /// The checked arguments.
    pub bound: Bound,
    /// Global arguments, all layers merged.
    pub global_arguments: GlobalArguments,
    /// Where it stands.
    pub place: Place,
    /// The operation it is nested in.
    pub parent: Option<OperationId>,
    /// Which component added it, where the deploy is one.
    pub by: Option<Arc<Caller>>,
    /// Its plan; none before planning, or when checking for changes is off.
    pub plan: Option<Arc<Plan>>,
    /// What became of it; none before its turn.
    pub report: Option<Arc<OperationReport>>,
    /// Data that programs attach.
    pub data: Json,
}

/// What became of an operation on a host.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OperationReport {
    /// It had its turn and did not fail.
    pub succeeded: bool,
    /// It ran at least one step and did not fail.
    pub changed: bool,
    /// It was not run: a condition did not hold, or it runs once on another host.
    pub skipped: bool,
    /// It failed after at least one step had run.
    pub partial: bool,
    /// Its failure was ignored.
    pub ignored: bool,
    /// Standard output of its commands.
    pub stdout: String,
    /// Standard error of its commands.
    pub stderr: String,
    /// The lines of standard output.
    pub stdout_lines: Vec<String>,
    /// The lines of standard error.
    pub stderr_lines: Vec<String>,
    /// The steps that ran, as shown in plans, and what components did that acted.
    pub steps: Vec<String>,
    /// What its actors, or its function, gave back, in order; known secrets masked.
    pub answers: Vec<Json>,
    /// How many tries after the first were made.
    pub retries: u32,
    /// Why it failed.
    pub failure: Option<Failure>,
}

impl OperationReport {
    /// Why it failed, in one sentence.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.failure.as_ref().map(|failure| failure.message.clone())
    }
}

/// Counts of what was planned for a host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HostMeta {
    /// All operations.
    pub ops: usize,
    /// Those with something to do; none when not checked.
    pub ops_change: Option<usize>,
    /// Those with nothing to do; none when not checked.
    pub ops_no_change: Option<usize>,
    /// Those that only execution can decide.
    pub ops_unknown: usize,
    /// Their identities, in order.
    pub op_hashes: Vec<OperationId>,
}

/// Counts of what became of a host's operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct HostResults {
    /// Those that had their turn.
    pub ops: usize,
    /// Those that succeeded.
    pub success_ops: usize,
    /// Of these, those that changed something.
    pub changed_ops: usize,
    /// Those that failed.
    pub error_ops: usize,
    /// Of these, those whose failure was ignored.
    pub ignored_error_ops: usize,
    /// Those that failed after some steps had run.
    pub partial_ops: usize,
    /// Those whose condition did not hold.
    pub skipped_ops: usize,
    /// Those that never had their turn.
    pub not_run_ops: usize,
}

/// What is shown beside results. `-v` sets the first two, `-vv` the next two, `-vvv` all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrintFlags {
    /// Why an operation has nothing to do.
    pub noop_info: bool,
    /// Which facts were loaded.
    pub fact_info: bool,
    /// Commands before they run.
    pub input: bool,
    /// Fact commands.
    pub fact_input: bool,
    /// What commands print.
    pub output: bool,
    /// What fact commands print.
    pub fact_output: bool,
}

impl PrintFlags {
    /// The flags of a number of `-v`.
    #[must_use]
    pub fn of_verbosity(count: u8) -> Self {
        Self {
            noop_info: count >= 1,
            fact_info: count >= 1,
            input: count >= 2,
            fact_input: count >= 2,
            output: count >= 3,
            fact_output: count >= 3,
        }
    }
}
