//! One host of a run: its connection, data, facts and operations.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use indexmap::IndexMap;

use crate::arguments::GlobalArguments;
use crate::contract::Shell;
use crate::error::EngineError;
use crate::facts::FactEngine;
use crate::json::{Json, JsonMap};
use crate::place::Place;
use crate::remote::{CommandResult, Remote};

use super::{HostOperation, OperationId, OperationReport, Plan};

/// A deploy function that is being evaluated.
#[derive(Clone, Debug, Default)]
struct Scope {
    name: String,
    defaults: JsonMap,
    globals: GlobalArguments,
}

/// What deploy code changes on a host while it is evaluated.
#[derive(Default)]
struct Work {
    set: JsonMap,
    scopes: Vec<Scope>,
    operations: IndexMap<OperationId, HostOperation>,
    occurrences: HashMap<(Place, Option<OperationId>), u32>,
}

/// One host of a run.
pub struct Host {
    index: usize,
    name: String,
    groups: Vec<String>,
    data: JsonMap,
    remote: RwLock<Option<Arc<Remote>>>,
    pub(crate) facts: FactEngine,
    server: Mutex<Option<tokio::task::AbortHandle>>,
    work: Mutex<Work>,
    executed: AtomicU64,
    /// The names and addresses that it was reached by.
    reached: RwLock<Vec<String>>,
}

impl std::fmt::Debug for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Host {
    pub(crate) fn new(index: usize, name: String, groups: Vec<String>, data: JsonMap) -> Self {
        Self {
            index,
            name,
            groups,
            data,
            remote: RwLock::new(None),
            facts: FactEngine::default(),
            server: Mutex::default(),
            work: Mutex::default(),
            executed: AtomicU64::new(0),
            reached: RwLock::default(),
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its position in the inventory.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// Its inventory name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its groups.
    #[must_use]
    pub fn groups(&self) -> &[String] {
        &self.groups
    }

    /// All its data: defaults of enclosing deploys, inventory data, what the deploy set.
    #[must_use]
    pub fn data(&self) -> JsonMap {
        let work = self.work();
        let mut data = JsonMap::new();
        for scope in &work.scopes {
            data.extend(scope.defaults.clone());
        }
        data.extend(self.data.clone());
        data.extend(work.set.clone());
        data
    }

    /// One value of its data.
    #[must_use]
    pub fn data_value(&self, key: &str) -> Option<Json> {
        let work = self.work();
        let defaults = work
            .scopes
            .iter()
            .rev()
            .find_map(|scope| scope.defaults.get(key));
        work.set
            .get(key)
            .or_else(|| self.data.get(key))
            .or(defaults)
            .cloned()
    }

    pub(crate) fn set_data(&self, key: &str, value: Json) {
        self.work().set.insert(key.to_owned(), value);
    }

    pub(crate) fn enter(&self, name: String, defaults: JsonMap, globals: GlobalArguments) {
        self.work().scopes.push(Scope {
            name,
            defaults,
            globals,
        });
    }

    pub(crate) fn leave(&self) {
        self.work().scopes.pop();
    }

    /// The names of the enclosing deploy functions, and their global arguments merged, innermost on top.
    pub(crate) fn scopes(&self) -> (Vec<String>, GlobalArguments) {
        let work = self.work();
        let names = work.scopes.iter().map(|scope| scope.name.clone()).collect();
        let globals = work
            .scopes
            .iter()
            .fold(GlobalArguments::default(), |below, scope| {
                scope.globals.clone().over(&below)
            });
        (names, globals)
    }

    /// Counts a call at a place: the n-th there, from 0.
    pub(crate) fn occurrence(&self, place: &Place, parent: Option<OperationId>) -> u32 {
        let mut work = self.work();
        let count = work.occurrences.entry((place.clone(), parent)).or_default();
        *count += 1;
        *count - 1
    }

    pub(crate) fn insert_operation(&self, operation: HostOperation) {
        self.work().operations.insert(operation.id, operation);
    }

    pub(crate) fn update_operation(
        &self,
        id: OperationId,
        change: impl FnOnce(&mut HostOperation),
    ) {
        if let Some(operation) = self.work().operations.get_mut(&id) {
            change(operation);
        }
    }

    /// An operation of this host.
    #[must_use]
    pub fn operation(&self, id: OperationId) -> Option<HostOperation> {
        self.work().operations.get(&id).cloned()
    }

    /// True when the host has the operation.
    #[must_use]
    pub fn has_operation(&self, id: OperationId) -> bool {
        self.work().operations.contains_key(&id)
    }

    /// Looks at an operation without copying it.
    pub(crate) fn with_operation<T>(
        &self,
        id: OperationId,
        look: impl FnOnce(&HostOperation) -> T,
    ) -> Option<T> {
        self.work().operations.get(&id).map(look)
    }

    /// Its operations, in the order in which the deploy added them; nested ones are left out.
    #[must_use]
    pub fn operation_order(&self) -> Vec<OperationId> {
        self.work()
            .operations
            .values()
            .filter(|operation| operation.parent.is_none())
            .map(|operation| operation.id)
            .collect()
    }

    /// True where it takes no further part since it was no longer as it was planned for.
    #[must_use]
    pub fn has_drifted(&self) -> bool {
        let work = self.work();
        let mut reports = work
            .operations
            .values()
            .filter_map(|held| held.report.as_ref());
        let is_drift = |report: &OperationReport| {
            !report.ignored && report.failure.as_ref().is_some_and(|failure| failure.drift)
        };
        reports.any(|report| is_drift(report))
    }

    /// The operations that ran inside one of this host's, in order.
    #[must_use]
    pub fn nested_operations(&self, parent: OperationId) -> Vec<HostOperation> {
        self.work()
            .operations
            .values()
            .filter(|operation| operation.parent == Some(parent))
            .cloned()
            .collect()
    }

    /// So many of the operations that come after one, in order; nested ones are left out.
    pub(crate) fn operations_after(&self, id: OperationId, count: usize) -> Vec<OperationId> {
        let work = self.work();
        let at = work.operations.get_index_of(&id);
        let later = work
            .operations
            .values()
            .skip(at.map_or(usize::MAX, |at| at + 1));
        let later = later.filter(|operation| operation.parent.is_none());
        later.take(count).map(|operation| operation.id).collect()
    }

    /// The plans that come after an operation's, in order, as far as they are wanted.
    pub(crate) fn plans_after(&self, id: OperationId, mut wanted: impl FnMut(&Plan) -> bool) {
        let work = self.work();
        let Some(at) = work.operations.get_index_of(&id) else {
            return;
        };
        let later = work.operations.values().skip(at + 1);
        for operation in later.filter(|operation| operation.parent.is_none()) {
            match &operation.plan {
                Some(plan) if wanted(plan) => {}
                _ => return,
            }
        }
    }

    /// How many steps have run on the host in this run. A plan made at the same count is fresh.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.executed.load(Ordering::SeqCst)
    }

    /// Something ran on the host: what was observed may no longer hold.
    pub(crate) fn changed(&self) {
        self.executed.fetch_add(1, Ordering::SeqCst);
        self.facts.invalidate();
    }

    /// The task that sends fact batches while the host is connected; the one before it ends.
    pub(crate) fn set_server(&self, server: Option<tokio::task::AbortHandle>) {
        let mut held = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = std::mem::replace(&mut *held, server) {
            old.abort();
        }
    }

    pub(crate) fn set_remote(&self, remote: Option<Arc<Remote>>) -> Option<Arc<Remote>> {
        let mut held = self.remote.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut held, remote)
    }

    pub(crate) fn reached(&self) -> Vec<String> {
        self.reached
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn reached_by(&self, name: &str, address: Option<std::net::IpAddr>) {
        let mut reached = self.reached.write().unwrap_or_else(PoisonError::into_inner);
        // The last name is the host's own; those before it were of jump hosts.
        if reached.first().is_some_and(|held| held != name) {
            reached.clear();
        }
        let names = [Some(name.to_owned()), address.map(|ip| ip.to_string())];
        for name in names.into_iter().flatten() {
            if !reached.contains(&name) {
                reached.push(name);
            }
        }
    }

    /// True while it is connected.
    #[must_use]
    pub fn connected(&self) -> bool {
        self.remote
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some()
    }

    pub(crate) fn remote(&self) -> Result<Arc<Remote>, EngineError> {
        self.remote
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
            .ok_or_else(|| EngineError::Stage {
                what: format!("using {}", self.name),
                stage: super::Stage::Setup,
                hint: String::from("the host is not connected: connect it first"),
            })
    }

    /// Runs a command.
    ///
    /// # Errors
    /// Not connected, or what the host answered. A command that fails is a result.
    pub(crate) async fn run_shell(
        &self,
        command: &str,
        globals: &GlobalArguments,
    ) -> Result<CommandResult, EngineError> {
        let result = self
            .remote()?
            .run(&Shell::raw(command), globals, &[], &mut |_, _| {})
            .await;
        self.changed();
        result.map_err(|error| EngineError::Remote {
            host: self.name.clone(),
            message: error.to_string(),
        })
    }
}
