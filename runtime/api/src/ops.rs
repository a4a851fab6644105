//! Adding operations, running them, and what became of them.

use indexmap::IndexMap;
use windlass_engine::condition::Condition;
use windlass_engine::error::EngineError;
use windlass_engine::execute::Strategy;
use windlass_engine::nearest::did_you_mean;
use windlass_engine::prepare::{add_operation, plan_all};
use windlass_engine::state::{OperationId, OperationReport, Stage};

use crate::host::Host;
use crate::operation::Operation;
use crate::state::State;

/// Adds an operation on every connected host, and plans it there. The state goes on to [`Stage::Prepare`].
///
/// # Errors
/// An unknown operation or a wrong argument, with the nearest right one; hosts that are not connected; a call after
/// execution has begun; a used-up failure budget.
pub async fn add_op(state: &State, operation: Operation) -> Result<OperationResults, EngineError> {
    let call = operation.call(state)?;
    if state.stage() < Stage::Connect {
        return Err(EngineError::Stage {
            what: format!("adding the operation `{}`", call.operation.name()),
            stage: state.stage(),
            hint: String::from("connect the hosts first, with connect_all"),
        });
    }
    if state.stage() < Stage::Prepare {
        state.set_stage(Stage::Prepare)?;
    }
    let mut hosts = IndexMap::new();
    let mut known = None;
    for host in state.active_hosts() {
        let id = add_operation(state, &host, call.clone())?;
        known = Some(id);
        let host = Host::new(state, host);
        let result = OperationResult {
            host: host.clone(),
            id,
        };
        hosts.insert(host.name().to_owned(), result);
    }
    let id = known.ok_or_else(|| EngineError::NoHostsRemaining {
        activated: state.activated_hosts().len(),
    })?;
    plan_all(state).await?;
    Ok(OperationResults { id, hosts })
}

/// Runs what was added: one operation at a time on all hosts ([`Strategy::Barrier`]). The state goes on to
/// [`Stage::Execute`].
///
/// # Errors
/// A used-up failure budget, a cycle. A host that fails is a result, not an error.
pub async fn run_ops(state: &State) -> Result<(), EngineError> {
    run_ops_with(state, Strategy::Barrier).await
}

/// [`run_ops`] in another order.
///
/// # Errors
/// The same.
pub async fn run_ops_with(state: &State, strategy: Strategy) -> Result<(), EngineError> {
    windlass_engine::execute::run_ops(state, strategy).await
}

/// An operation that was added, by host.
#[derive(Clone, Debug)]
pub struct OperationResults {
    id: OperationId,
    hosts: IndexMap<String, OperationResult>,
}

impl OperationResults {
    /// The operation's identity, which all hosts share.
    #[must_use]
    pub fn id(&self) -> OperationId {
        self.id
    }

    /// What became of it on one host.
    ///
    /// # Errors
    /// A host that has not the operation, with the nearest that has.
    pub fn on(&self, host: &str) -> Result<&OperationResult, EngineError> {
        self.hosts.get(host).ok_or_else(|| {
            let hint = did_you_mean(host, self.hosts.keys().map(String::as_str));
            EngineError::Remote {
                host: host.to_owned(),
                message: format!("the operation was not added on this host{hint}"),
            }
        })
    }

    /// The results in inventory order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &OperationResult)> {
        self.hosts
            .iter()
            .map(|(name, result)| (name.as_str(), result))
    }

    /// Holds at execution where the operation changed something, for [`Operation::only_if`].
    #[must_use]
    pub fn changed(&self) -> Condition {
        Condition::Changed(self.id)
    }

    /// Holds at execution where the operation succeeded and had nothing to do.
    #[must_use]
    pub fn unchanged(&self) -> Condition {
        Condition::Unchanged(self.id)
    }

    /// Holds at execution where the operation succeeded.
    #[must_use]
    pub fn succeeded(&self) -> Condition {
        Condition::Succeeded(self.id)
    }

    /// Holds at execution where the operation failed.
    #[must_use]
    pub fn failed(&self) -> Condition {
        Condition::Failed(self.id)
    }
}

impl<'a> IntoIterator for &'a OperationResults {
    type Item = (&'a String, &'a OperationResult);
    type IntoIter = indexmap::map::Iter<'a, String, OperationResult>;

    fn into_iter(self) -> Self::IntoIter {
        self.hosts.iter()
    }
}

/// An operation on one host.
#[derive(Clone, Debug)]
pub struct OperationResult {
    host: Host,
    id: OperationId,
}

impl OperationResult {
    /// The host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Whether the plan has something to do; none when only execution can tell, or nothing was checked
    /// (`check_for_changes`).
    #[must_use]
    pub fn will_change(&self) -> Option<bool> {
        self.host
            .state()
            .get_op_data_for_host(&self.host, self.id)
            .and_then(|data| data.plan)
            .and_then(|plan| plan.will_change())
    }

    /// What became of it.
    ///
    /// # Errors
    /// [`EngineError::Stage`] before it had its turn.
    pub fn report(&self) -> Result<OperationReport, EngineError> {
        self.read("the result")
    }

    /// True when it ran at least one step and did not fail.
    ///
    /// # Errors
    /// [`EngineError::Stage`] before it had its turn.
    pub fn did_change(&self) -> Result<bool, EngineError> {
        Ok(self.read("did_change")?.changed)
    }

    /// True when it did not fail.
    ///
    /// # Errors
    /// [`EngineError::Stage`] before it had its turn.
    pub fn did_succeed(&self) -> Result<bool, EngineError> {
        Ok(self.read("did_succeed")?.succeeded)
    }

    /// What its commands printed on standard output, secrets masked.
    ///
    /// # Errors
    /// [`EngineError::Stage`] before it had its turn.
    pub fn stdout(&self) -> Result<String, EngineError> {
        Ok(self.read("stdout")?.stdout)
    }

    /// What its commands printed on standard error, secrets masked.
    ///
    /// # Errors
    /// [`EngineError::Stage`] before it had its turn.
    pub fn stderr(&self) -> Result<String, EngineError> {
        Ok(self.read("stderr")?.stderr)
    }

    fn read(&self, what: &str) -> Result<OperationReport, EngineError> {
        let state = self.host.state();
        let data = state.get_op_data_for_host(&self.host, self.id);
        if let Some(report) = data.and_then(|data| data.report) {
            return Ok((*report).clone());
        }
        Err(EngineError::Stage {
            what: format!(
                "reading {what} of `{}` on {}",
                state.op_title(self.id),
                self.host.name()
            ),
            stage: state.stage(),
            hint: match state.stage() {
                Stage::Execute | Stage::Disconnect => String::from(
                    "it did not run there: an operation before it failed, or has not ended yet",
                ),
                _ => String::from(
                    "it is known after run_ops; to run another operation only then, use only_if with changed()",
                ),
            },
        })
    }
}
