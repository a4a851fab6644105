//! The order of execution over hosts: barrier, dag, free or serial.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::dag::Graph;
use crate::error::EngineError;
use crate::events::Event;
use crate::state::{Host, OperationId, Stage, State};

use super::host::{Turn, run_on_host, skip};
use super::together::{self, together};

/// How operations and hosts take turns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// One operation at a time, all its hosts in parallel, then the next.
    #[default]
    Barrier,
    /// Operations without a path between them overlap.
    Dag,
    /// Each host goes through its operations by itself (`--no-wait`).
    Free,
    /// All operations of a host, then the next host.
    Serial,
}

/// Runs what was prepared.
///
/// # Errors
/// A used-up failure budget or a cycle. Failures of hosts are results, not errors.
pub async fn run_ops(state: &State, strategy: Strategy) -> Result<(), EngineError> {
    state.set_stage(Stage::Execute)?;
    let run = Arc::new(Run::new(state)?);
    let result = match strategy {
        Strategy::Barrier => run.barrier().await,
        Strategy::Dag => run.dag().await,
        Strategy::Free => run.free().await,
        Strategy::Serial => run.serial().await,
    };
    state.plugins().run_ended();
    state.emit(Event::RunEnd {
        error: result.as_ref().err().map(ToString::to_string),
    });
    result
}

struct Run {
    state: State,
    graph: Graph,
    /// How many hosts have yet to take their turn, for start and end events where hosts do not meet.
    left: Mutex<HashMap<OperationId, usize>>,
    started: Mutex<HashSet<OperationId>>,
    once: Mutex<HashMap<OperationId, usize>>,
}

impl Run {
    fn new(state: &State) -> Result<Self, EngineError> {
        let graph = state.op_graph()?;
        let mut left: HashMap<OperationId, usize> = HashMap::new();
        for host in state.active_hosts() {
            for id in host.operation_order() {
                *left.entry(id).or_default() += 1;
            }
        }
        let run = Self {
            state: state.clone(),
            graph,
            left: Mutex::new(left),
            started: Mutex::default(),
            once: Mutex::default(),
        };
        Ok(run)
    }

    fn hosts_of(&self, id: OperationId) -> Vec<Arc<Host>> {
        self.state
            .active_hosts()
            .into_iter()
            .filter(|host| host.has_operation(id))
            .collect()
    }

    async fn barrier(self: &Arc<Self>) -> Result<(), EngineError> {
        for id in self.graph.order() {
            self.operation(id).await?;
        }
        Ok(())
    }

    /// Each operation waits for those before it, on whichever hosts; nothing else.
    async fn dag(self: &Arc<Self>) -> Result<(), EngineError> {
        let mut done: HashMap<OperationId, watch::Receiver<bool>> = HashMap::new();
        let mut running = JoinSet::new();
        let stop = Arc::new(Mutex::new(None));
        for ids in self.runs() {
            let mut before: Vec<watch::Receiver<bool>> = ids
                .first()
                .map_or(&[][..], |id| self.graph.before(*id))
                .iter()
                .filter_map(|id| done.get(id).cloned())
                .collect();
            let (finished, receiver) = watch::channel(false);
            done.extend(ids.iter().map(|id| (*id, receiver.clone())));
            let (run, stop) = (self.clone(), stop.clone());
            running.spawn(async move {
                for before in &mut before {
                    let _ = before.wait_for(|done| *done).await;
                }
                let stopped = || stop.lock().unwrap_or_else(PoisonError::into_inner);
                if stopped().is_none()
                    && let Err(error) = run.one_or_several(&ids).await
                {
                    stopped().get_or_insert(error);
                }
                let _ = finished.send(true);
            });
        }
        while running.join_next().await.is_some() {}
        let error = stop.lock().unwrap_or_else(PoisonError::into_inner).take();
        error.map_or(Ok(()), Err)
    }

    /// The operations in order, those of one host alone that follow directly on each other taken together.
    fn runs(&self) -> Vec<Vec<OperationId>> {
        let mut runs: Vec<Vec<OperationId>> = Vec::new();
        let mut alone: Option<usize> = None;
        for id in self.graph.order() {
            let hosts = self.hosts_of(id);
            let only = match hosts.as_slice() {
                [host] => Some(host.index()),
                _ => None,
            };
            match runs.last_mut() {
                Some(run)
                    if only.is_some()
                        && only == alone
                        && self.graph.before(id) == run.last().copied().as_slice() =>
                {
                    run.push(id);
                }
                _ => runs.push(vec![id]),
            }
            alone = only;
        }
        runs
    }

    async fn one_or_several(self: &Arc<Self>, ids: &[OperationId]) -> Result<(), EngineError> {
        match ids {
            [id] => self.operation(*id).await,
            ids => match ids
                .first()
                .and_then(|id| self.hosts_of(*id).into_iter().next())
            {
                Some(host) => self.some_of(&host, ids).await,
                None => Ok(()),
            },
        }
    }

    async fn free(self: &Arc<Self>) -> Result<(), EngineError> {
        let mut running = JoinSet::new();
        for host in self.state.active_hosts() {
            let run = self.clone();
            running.spawn(async move { run.all_of(&host).await });
        }
        let mut result = Ok(());
        while let Some(done) = running.join_next().await {
            if let Ok(Err(error)) = done
                && result.is_ok()
            {
                result = Err(error);
            }
        }
        result
    }

    async fn serial(self: &Arc<Self>) -> Result<(), EngineError> {
        for host in self.state.active_hosts() {
            self.all_of(&host).await?;
        }
        Ok(())
    }

    /// All operations of one host, in the order of the whole run.
    async fn all_of(&self, host: &Arc<Host>) -> Result<(), EngineError> {
        let ids = self.graph.order();
        let ids: Vec<OperationId> = ids
            .into_iter()
            .filter(|id| host.has_operation(*id))
            .collect();
        self.some_of(host, &ids).await
    }

    /// Operations of one host that wait for no other host: together where they can travel together.
    async fn some_of(&self, host: &Arc<Host>, ids: &[OperationId]) -> Result<(), EngineError> {
        let mut ids = ids;
        while let [id, rest @ ..] = ids {
            if !self.state.is_active(host) {
                self.end_one(*id);
                ids = rest;
                continue;
            }
            let window = self.state.window().acquire().await;
            let why = match together(&self.state, host, ids).await {
                Some(group) => {
                    let mut ended = 0;
                    let mut turn = |id: OperationId, begins: bool| {
                        if begins {
                            self.start(id);
                        } else {
                            ended += 1;
                            self.end_one(id);
                        }
                    };
                    let why = together::run(&self.state, host, &group, &mut turn).await;
                    ids = ids.get(ended..).unwrap_or_default();
                    why
                }
                None => {
                    drop(window);
                    ids = rest;
                    self.start(*id);
                    let why = self.turn(host, *id, true).await;
                    self.end_one(*id);
                    why
                }
            };
            if let Some(why) = why {
                self.state.fail_hosts(&[(host.clone(), why)])?;
            }
        }
        Ok(())
    }

    fn start(&self, id: OperationId) {
        if self
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id)
        {
            self.state.emit(Event::OperationStart {
                id,
                name: self.state.op_title(id),
            });
        }
    }

    fn end_one(&self, id: OperationId) {
        let left = {
            let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
            let count = left.entry(id).or_default();
            *count = count.saturating_sub(1);
            *count
        };
        if left == 0
            && self
                .started
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .contains(&id)
        {
            self.state.emit(Event::OperationEnd {
                id,
                name: self.state.op_title(id),
            });
        }
    }

    /// One operation on all its hosts.
    async fn operation(self: &Arc<Self>, id: OperationId) -> Result<(), EngineError> {
        let hosts = self.hosts_of(id);
        let Some(first) = hosts.first() else {
            return Ok(());
        };
        self.state.emit(Event::OperationStart {
            id,
            name: self.state.op_title(id),
        });
        let arguments = first
            .with_operation(id, |operation| operation.global_arguments.clone())
            .unwrap_or_default();
        let at_once = if arguments.serial.unwrap_or(false) {
            Some(1)
        } else {
            arguments.parallel.map(|n| n.max(1) as usize)
        };
        let window = at_once.map(|count| Arc::new(Semaphore::new(count)));
        let mut running = JoinSet::new();
        for host in hosts {
            let (run, window) = (self.clone(), window.clone());
            let permit = match &window {
                // Taken in host order, so that `_serial` goes through hosts as the inventory lists them.
                Some(window) => window.clone().acquire_owned().await.ok(),
                None => None,
            };
            running.spawn(async move {
                let _permit = permit;
                let why = run.turn(&host, id, false).await;
                (host, why)
            });
        }
        let mut failed = Vec::new();
        while let Some(done) = running.join_next().await {
            if let Ok((host, Some(why))) = done {
                failed.push((host, why));
            }
        }
        failed.sort_by_key(|(host, _)| host.index());
        self.state.emit(Event::OperationEnd {
            id,
            name: self.state.op_title(id),
        });
        self.state.fail_hosts(&failed)
    }

    /// A host's turn at an operation. Some: why the host takes no further part.
    async fn turn(&self, host: &Arc<Host>, id: OperationId, alone: bool) -> Option<String> {
        let run_once = host.with_operation(id, |operation| {
            operation.global_arguments.run_once.unwrap_or(false)
        });
        if run_once.unwrap_or(false) && !self.is_chosen(host, id) {
            skip(&self.state, host, id, "it runs once, on another host");
            return None;
        }
        let _window = self.state.window().acquire().await;
        match run_on_host(&self.state, host, id, alone).await {
            Turn::Done => None,
            Turn::HostFailed(why) => Some(why),
        }
    }

    /// The host that runs a `_run_once` operation: the first in inventory order that still takes part.
    fn is_chosen(&self, host: &Arc<Host>, id: OperationId) -> bool {
        let mut once = self.once.lock().unwrap_or_else(PoisonError::into_inner);
        let chosen = *once.entry(id).or_insert_with(|| {
            self.hosts_of(id)
                .first()
                .map_or(host.index(), |first| first.index())
        });
        chosen == host.index()
    }
}
