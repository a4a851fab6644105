//! The operations of a run: what hosts share of them, their order, and what became of them.

use crate::error::EngineError;

use super::{Host, HostMeta, HostOperation, HostResults, OperationId, OperationMeta, State};

impl State {
    /// What hosts share of an operation.
    #[must_use]
    pub fn op_meta(&self, id: OperationId) -> Option<OperationMeta> {
        self.core().operations.get(&id).cloned()
    }

    /// An operation's names, joined.
    #[must_use]
    pub fn op_title(&self, id: OperationId) -> String {
        self.core()
            .operations
            .get(&id)
            .map(OperationMeta::title)
            .unwrap_or_default()
    }

    pub(crate) fn with_op_meta<T>(
        &self,
        id: OperationId,
        make: impl FnOnce() -> OperationMeta,
        then: impl FnOnce(&mut OperationMeta) -> T,
    ) -> T {
        then(self.core().operations.entry(id).or_insert_with(make))
    }

    pub(crate) fn op_place(&self, id: OperationId) -> Option<(Vec<u32>, crate::place::Place)> {
        self.core()
            .operations
            .get(&id)
            .map(|meta| (meta.op_order.clone(), meta.place.clone()))
    }

    /// What a host has of an operation.
    #[must_use]
    pub fn op_data_for_host(&self, host: &Host, id: OperationId) -> Option<HostOperation> {
        host.operation(id)
    }

    /// Replaces what a host has of an operation.
    pub fn set_op_data_for_host(&self, host: &Host, id: OperationId, data: HostOperation) {
        host.insert_operation(HostOperation { id, ..data });
    }

    /// Counts of what was planned for a host.
    #[must_use]
    pub fn meta_for_host(&self, host: &Host) -> HostMeta {
        let op_hashes = host.operation_order();
        let mut meta = HostMeta {
            ops: op_hashes.len(),
            ..HostMeta::default()
        };
        let (mut change, mut no_change, mut planned) = (0, 0, true);
        for id in &op_hashes {
            match host.with_operation(*id, |operation| {
                operation.plan.as_ref().map(|plan| plan.will_change())
            }) {
                Some(Some(Some(true))) => change += 1,
                Some(Some(Some(false))) => no_change += 1,
                Some(Some(None)) => meta.ops_unknown += 1,
                _ => planned = false,
            }
        }
        if planned {
            meta.ops_change = Some(change);
            meta.ops_no_change = Some(no_change);
        }
        meta.op_hashes = op_hashes;
        meta
    }

    /// Counts of what became of a host's operations.
    #[must_use]
    pub fn results_for_host(&self, host: &Host) -> HostResults {
        let mut results = self
            .core()
            .results
            .get(&host.index())
            .cloned()
            .unwrap_or_default();
        let all = host.operation_order().len();
        results.not_run_ops = all.saturating_sub(results.ops + results.skipped_ops);
        results
    }

    pub(crate) fn count_result(&self, host: &Host, count: impl FnOnce(&mut HostResults)) {
        count(self.core().results.entry(host.index()).or_default());
    }

    /// All operations in the order in which they run.
    ///
    /// # Errors
    /// [`EngineError::Cycle`] when two hosts order them differently.
    pub fn op_order(&self) -> Result<Vec<OperationId>, EngineError> {
        Ok(self.op_graph()?.order())
    }

    pub(crate) fn op_graph(&self) -> Result<crate::dag::Graph, EngineError> {
        let sequences = self
            .hosts()
            .iter()
            .map(|host| (host.name().to_owned(), host.operation_order()));
        crate::dag::Graph::build(
            sequences.collect(),
            |id| self.op_place(id).unwrap_or_default(),
            |id| self.op_title(id),
        )
        .map_err(|cycle| EngineError::Cycle(cycle.to_string()))
    }
}
