//! The state: one object that every part of a run holds, and the only place where stage, hosts and results change.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use tokio::sync::Semaphore;

use crate::audit::Audit;
use crate::config::Config;
use crate::connector::{Connector, ConnectorError};
use crate::error::EngineError;
use crate::events::{Callbacks, Event, Observer, StateCallback};
use crate::inventory::Inventory;
use crate::json::{Json, JsonMap, json};
use crate::local_files::LocalFiles;
use crate::plugins::Plugins;
use crate::policy::Policy;
use crate::secrets::SecretStore;

use super::{
    Host, HostMeta, HostOperation, HostResults, OperationId, OperationMeta, PrintFlags, Stage,
};

/// The connectors of a run, by name.
pub trait Connectors: Send + Sync {
    /// The connector of that name.
    ///
    /// # Errors
    /// [`ConnectorError::Unknown`] with the nearest name.
    fn connector(&self, name: &str) -> Result<Arc<dyn Connector>, ConnectorError>;
}

/// Makes the view of the controller's files for one call: the deploy's folder (without links in it, where it exists), and
/// the paths the call names.
pub type LocalFilesFactory =
    Arc<dyn Fn(&camino::Utf8Path, &[String]) -> Arc<dyn LocalFiles> + Send + Sync>;

/// What a state is made of.
pub struct Setup {
    /// The hosts.
    pub inventory: Inventory,
    /// Settings.
    pub config: Config,
    /// The plugins.
    pub plugins: Arc<dyn Plugins>,
    /// The connectors.
    pub connectors: Arc<dyn Connectors>,
    /// Makes views of local files.
    pub local_files: LocalFilesFactory,
    /// The secrets.
    pub secrets: SecretStore,
    /// The folder that relative local paths start from.
    pub folder: Utf8PathBuf,
    /// Only these hosts take part, by name; none means all.
    pub limit: Option<Vec<String>>,
    /// Who decides what may be done. None: everything may.
    pub policy: Option<Arc<dyn Policy>>,
}

/// How many operations plan at the same time. Each holds a guest with its memory while it waits for facts, and a
/// process may have 65,530 mappings (vm.max_map_count in proc(5)).
const PLANNING: usize = 1024;

#[derive(Default)]
struct Core {
    stage: Stage,
    warnings: BTreeMap<Stage, usize>,
    activated: HashSet<usize>,
    active: HashSet<usize>,
    failed: IndexMap<usize, String>,
    limit: Option<Vec<String>>,
    operations: IndexMap<OperationId, OperationMeta>,
    results: HashMap<usize, HostResults>,
}

struct Shared {
    inventory: Inventory,
    config: RwLock<Config>,
    plugins: Arc<dyn Plugins>,
    connectors: Arc<dyn Connectors>,
    local_files: LocalFilesFactory,
    secrets: SecretStore,
    folder: Utf8PathBuf,
    /// The same without links in it, found when it is first needed.
    real_folder: std::sync::OnceLock<Utf8PathBuf>,
    policy: Option<Arc<dyn Policy>>,
    hosts: Vec<Arc<Host>>,
    by_name: HashMap<String, usize>,
    core: Mutex<Core>,
    observers: RwLock<Vec<Arc<dyn Observer>>>,
    print: RwLock<PrintFlags>,
    check_for_changes: RwLock<bool>,
    pub(crate) window: Arc<Semaphore>,
    pub(crate) fact_window: Arc<Semaphore>,
    planning: Semaphore,
    run_key: String,
    started: String,
    inventory_json: std::sync::OnceLock<Json>,
    guest_inventory: std::sync::OnceLock<Json>,
    /// The keys of connectors' data that hold secrets, by the connector's name.
    secret_keys: Mutex<HashMap<String, Arc<[String]>>>,
    audit: std::sync::OnceLock<Arc<Audit>>,
}

/// The state of a run. Cheap to clone; clones are the same state.
#[derive(Clone)]
pub struct State {
    shared: Arc<Shared>,
}

impl State {
    /// Makes the state of a new run.
    ///
    /// # Errors
    /// A `limit` that names an unknown host.
    pub fn new(mut setup: Setup) -> Result<Self, EngineError> {
        setup.config.move_secrets(&setup.secrets)?;
        let hosts: Vec<Arc<Host>> = setup
            .inventory
            .hosts()
            .iter()
            .enumerate()
            .map(|(index, entry)| {
                let data = setup.inventory.host_data(entry);
                Arc::new(Host::new(
                    index,
                    entry.name.clone(),
                    entry.groups.clone(),
                    data,
                ))
            })
            .collect();
        let by_name = hosts
            .iter()
            .map(|host| (host.name().to_owned(), host.index()))
            .collect();
        let parallel = setup.config.parallelism(hosts.len());
        let core = Core {
            limit: setup.limit.clone(),
            ..Core::default()
        };
        let state = Self {
            shared: Arc::new(Shared {
                inventory: setup.inventory,
                config: RwLock::new(setup.config),
                plugins: setup.plugins,
                connectors: setup.connectors,
                local_files: setup.local_files,
                secrets: setup.secrets,
                folder: setup.folder,
                real_folder: std::sync::OnceLock::new(),
                policy: setup.policy,
                hosts,
                by_name,
                core: Mutex::new(core),
                observers: RwLock::default(),
                print: RwLock::default(),
                check_for_changes: RwLock::new(true),
                window: Arc::new(Semaphore::new(parallel)),
                fact_window: Arc::new(Semaphore::new(parallel)),
                planning: Semaphore::new(PLANNING),
                run_key: run_key(),
                started: jiff::Timestamp::now()
                    .strftime("%Y%m%dT%H%M%SZ")
                    .to_string(),
                inventory_json: std::sync::OnceLock::new(),
                guest_inventory: std::sync::OnceLock::new(),
                secret_keys: Mutex::default(),
                audit: std::sync::OnceLock::new(),
            }),
        };
        for name in setup.limit.iter().flatten() {
            state.host(name)?;
        }
        Ok(state)
    }

    fn core(&self) -> MutexGuard<'_, Core> {
        self.shared
            .core
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The inventory it was made of.
    #[must_use]
    pub fn inventory(&self) -> &Inventory {
        &self.shared.inventory
    }

    /// `{groups: {name: [host…]}, hosts: {name: {groups, data}}}`; made once. The group `all` has every host.
    #[must_use]
    pub fn inventory_json(&self) -> Json {
        self.inventory_ref().clone()
    }

    fn inventory_ref(&self) -> &Json {
        self.shared
            .inventory_json
            .get_or_init(|| self.inventory_with(|host| host.data()))
    }

    /// The same as components see it: see [`State::data_for_guests`].
    pub(crate) fn inventory_for_guests(&self) -> &Json {
        self.shared
            .guest_inventory
            .get_or_init(|| self.inventory_with(|host| self.data_for_guests(host)))
    }

    /// A host's data as components see it: passwords that stand in it as plain text are masked.
    pub(crate) fn data_for_guests(&self, host: &Host) -> JsonMap {
        let mut data = host.data();
        let mut mask = |name: &str| {
            if let Some(value) = data.get_mut(name).filter(|value| value.is_string()) {
                *value = Json::from(crate::secrets::MASK);
            }
        };
        ["_sudo_password", "_su_password"]
            .into_iter()
            .for_each(&mut mask);
        let connector = self.inventory().connector_of(host.name());
        for key in self.secret_keys(&connector).iter() {
            mask(key);
        }
        data
    }

    /// The keys of a connector's data that hold secrets.
    fn secret_keys(&self, connector: &str) -> Arc<[String]> {
        let known = &self.shared.secret_keys;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = known.get(connector) {
            return keys.clone();
        }
        let keys = match self.connectors().connector(connector) {
            Ok(connector) => connector.data_keys(),
            // Hosts of a connector that there is not are not connected either.
            Err(_) => Vec::new(),
        };
        let keys = keys.into_iter().filter(|key| key.secret);
        let keys: Arc<[String]> = keys.map(|key| key.name).collect();
        known.insert(connector.to_owned(), keys.clone());
        keys
    }

    fn inventory_with(&self, data: impl Fn(&Host) -> JsonMap) -> Json {
        let names = self.inventory().group_names().into_iter();
        let mut groups: JsonMap = names.map(|name| (name.to_owned(), json!([]))).collect();
        let mut hosts = JsonMap::new();
        for host in self.hosts() {
            let own = host.groups().iter().map(String::as_str);
            for group in own.chain(["all"]) {
                if let Some(Json::Array(list)) = groups.get_mut(group) {
                    list.push(Json::from(host.name()));
                }
            }
            hosts.insert(
                host.name().to_owned(),
                json!({"groups": host.groups(), "data": data(host)}),
            );
        }
        json!({"groups": groups, "hosts": hosts})
    }

    /// All hosts, in inventory order.
    #[must_use]
    pub fn hosts(&self) -> &[Arc<Host>] {
        &self.shared.hosts
    }

    /// One host.
    ///
    /// # Errors
    /// An unknown name, with the nearest.
    pub fn host(&self, name: &str) -> Result<Arc<Host>, EngineError> {
        let found = self
            .shared
            .by_name
            .get(name)
            .and_then(|index| self.shared.hosts.get(*index))
            .cloned();
        match found {
            Some(host) => Ok(host),
            None => Err(self
                .shared
                .inventory
                .get_host(name)
                .err()
                .map_or(EngineError::Interrupted, EngineError::from)),
        }
    }

    /// The settings.
    pub fn config(&self) -> RwLockReadGuard<'_, Config> {
        self.shared
            .config
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes settings; allowed until execution.
    ///
    /// # Errors
    /// [`EngineError::Stage`] from execution on; what the change answers.
    pub fn configure<E: Into<EngineError>>(
        &self,
        change: impl FnOnce(&mut Config) -> Result<(), E>,
    ) -> Result<(), EngineError> {
        let stage = self.stage();
        if stage >= Stage::Execute {
            return Err(EngineError::Stage {
                what: String::from("changing the config"),
                stage,
                hint: String::from("change it before execution begins"),
            });
        }
        change(
            &mut self
                .shared
                .config
                .write()
                .unwrap_or_else(PoisonError::into_inner),
        )
        .map_err(Into::into)
    }

    /// The plugins.
    #[must_use]
    pub fn plugins(&self) -> &Arc<dyn Plugins> {
        &self.shared.plugins
    }

    /// The connectors.
    #[must_use]
    pub fn connectors(&self) -> &Arc<dyn Connectors> {
        &self.shared.connectors
    }

    /// The secrets.
    #[must_use]
    pub fn secrets(&self) -> &SecretStore {
        &self.shared.secrets
    }

    /// Who decides what may be done. None: everything may.
    #[must_use]
    pub fn policy(&self) -> Option<&Arc<dyn Policy>> {
        self.shared.policy.as_ref()
    }

    /// The folder that relative local paths start from.
    #[must_use]
    pub fn folder(&self) -> &camino::Utf8Path {
        &self.shared.folder
    }

    pub(crate) fn local_files(&self, granted: &[String]) -> Arc<dyn LocalFiles> {
        let folder = self.shared.real_folder.get_or_init(|| {
            let folder = &self.shared.folder;
            folder
                .canonicalize_utf8()
                .unwrap_or_else(|_| folder.clone())
        });
        (self.shared.local_files)(folder, granted)
    }

    pub(crate) fn window(&self) -> &Arc<Semaphore> {
        &self.shared.window
    }

    /// Taken by each operation while its guest plans.
    pub(crate) fn planning(&self) -> &Semaphore {
        &self.shared.planning
    }

    pub(crate) fn fact_window(&self) -> &Arc<Semaphore> {
        &self.shared.fact_window
    }

    /// A random text that is the same throughout the run.
    #[must_use]
    pub fn run_key(&self) -> &str {
        &self.shared.run_key
    }

    /// When the run began, in UTC as `20260131T120000Z`: the same throughout the run, for the names of backups.
    #[must_use]
    pub fn started(&self) -> &str {
        &self.shared.started
    }

    /// The stage.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.core().stage
    }

    /// Moves to a stage, or stays.
    ///
    /// # Errors
    /// [`EngineError::StageBackwards`].
    pub fn set_stage(&self, to: Stage) -> Result<(), EngineError> {
        {
            let mut core = self.core();
            if to < core.stage {
                return Err(EngineError::StageBackwards {
                    from: core.stage,
                    to,
                });
            }
            if to == core.stage {
                return Ok(());
            }
            core.stage = to;
        }
        self.emit(Event::Stage { stage: to });
        Ok(())
    }

    /// Counts a warning in the current stage, and gives that stage.
    pub fn increment_warning_counter(&self) -> Stage {
        let mut core = self.core();
        let stage = core.stage;
        *core.warnings.entry(stage).or_default() += 1;
        stage
    }

    /// How many warnings the current stage has.
    #[must_use]
    pub fn warning_counter(&self) -> usize {
        self.warnings_of(self.stage())
    }

    /// How many warnings a stage has.
    #[must_use]
    pub fn warnings_of(&self, stage: Stage) -> usize {
        self.core()
            .warnings
            .get(&stage)
            .copied()
            .unwrap_or_default()
    }

    /// Whether operations are planned before execution. Default true.
    #[must_use]
    pub fn check_for_changes(&self) -> bool {
        *self
            .shared
            .check_for_changes
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets [`State::check_for_changes`]. Off: operations are planned at execution only, and counts are unknown.
    pub fn set_check_for_changes(&self, on: bool) {
        *self
            .shared
            .check_for_changes
            .write()
            .unwrap_or_else(PoisonError::into_inner) = on;
    }

    /// What is shown beside results.
    #[must_use]
    pub fn print_flags(&self) -> PrintFlags {
        *self
            .shared
            .print
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets [`State::print_flags`].
    pub fn set_print_flags(&self, flags: PrintFlags) {
        *self
            .shared
            .print
            .write()
            .unwrap_or_else(PoisonError::into_inner) = flags;
    }

    /// Adds an observer of all events.
    pub fn add_observer(&self, observer: Arc<dyn Observer>) {
        self.shared
            .observers
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(observer);
    }

    /// Records from here on what is done on the hosts, before it is done and after. The first audit counts; hosts that
    /// are connected already are not in it.
    pub fn set_audit(&self, audit: Arc<Audit>) {
        if self.shared.audit.set(audit.clone()).is_ok() {
            self.add_observer(audit);
        }
    }

    /// The audit of this run, if there is one.
    #[must_use]
    pub fn audit(&self) -> Option<Arc<Audit>> {
        self.shared.audit.get().cloned()
    }

    /// Adds callbacks.
    pub fn add_callback_handler(&self, callbacks: Arc<dyn StateCallback>) {
        self.add_observer(Arc::new(Callbacks(callbacks)));
    }

    /// Tells all observers.
    pub fn emit(&self, event: Event) {
        let observers = self
            .shared
            .observers
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for observer in observers {
            observer.on_event(self, &event);
        }
    }

    /// Only these hosts take part from here on, by name; none means all.
    ///
    /// # Errors
    /// An unknown name, with the nearest.
    pub fn set_limit_hosts(&self, limit: Option<Vec<String>>) -> Result<(), EngineError> {
        for name in limit.iter().flatten() {
            self.host(name)?;
        }
        self.core().limit = limit;
        Ok(())
    }

    /// The hosts that take part, if limited.
    #[must_use]
    pub fn limit_hosts(&self) -> Option<Vec<String>> {
        self.core().limit.clone()
    }

    /// True when the host is not excluded by the limit.
    #[must_use]
    pub fn is_host_in_limit(&self, host: &Host) -> bool {
        self.core()
            .limit
            .as_ref()
            .is_none_or(|limit| limit.iter().any(|name| name == host.name()))
    }

    /// The host takes part.
    pub fn activate_host(&self, host: &Host) {
        let mut core = self.core();
        core.activated.insert(host.index());
        core.active.insert(host.index());
    }

    /// These hosts take no further part, each with a reason.
    ///
    /// # Errors
    /// [`EngineError::NoHostsRemaining`] or [`EngineError::TooManyFailed`] when the failure budget is used up.
    pub fn fail_hosts(&self, hosts: &[(Arc<Host>, String)]) -> Result<(), EngineError> {
        if hosts.is_empty() {
            return Ok(());
        }
        let (active, activated) = {
            let mut core = self.core();
            for (host, why) in hosts {
                core.failed
                    .entry(host.index())
                    .or_insert_with(|| why.clone());
                core.active.remove(&host.index());
            }
            (core.active.len(), core.activated.len().max(hosts.len()))
        };
        for (host, error) in hosts {
            self.emit(Event::HostFailed {
                host: host.name().to_owned(),
                error: error.clone(),
            });
        }
        if active == 0 {
            return Err(EngineError::NoHostsRemaining { activated });
        }
        if let Some(budget) = self.config().fail_percent {
            let failed = 100.0 * (activated - active.min(activated)) as f64 / activated as f64;
            if failed > f64::from(budget) {
                return Err(EngineError::TooManyFailed {
                    budget,
                    percent: failed.round() as u8,
                });
            }
        }
        Ok(())
    }

    /// The hosts that take part now, in inventory order.
    #[must_use]
    pub fn active_hosts(&self) -> Vec<Arc<Host>> {
        let core = self.core();
        let limit: Option<HashSet<&str>> = core
            .limit
            .as_ref()
            .map(|limit| limit.iter().map(String::as_str).collect());
        let in_limit = |host: &Host| {
            limit
                .as_ref()
                .is_none_or(|limit| limit.contains(host.name()))
        };
        self.hosts()
            .iter()
            .filter(|host| core.active.contains(&host.index()) && in_limit(host))
            .cloned()
            .collect()
    }

    /// True while the host takes part.
    #[must_use]
    pub fn is_active(&self, host: &Host) -> bool {
        self.core().active.contains(&host.index())
    }

    /// The hosts that ever took part, in inventory order.
    #[must_use]
    pub fn activated_hosts(&self) -> Vec<Arc<Host>> {
        let core = self.core();
        self.hosts()
            .iter()
            .filter(|host| core.activated.contains(&host.index()))
            .cloned()
            .collect()
    }

    /// The hosts that failed, with why, in the order in which they failed.
    #[must_use]
    pub fn failed_hosts(&self) -> Vec<(Arc<Host>, String)> {
        let core = self.core();
        core.failed
            .iter()
            .filter_map(|(index, why)| Some((self.hosts().get(*index)?.clone(), why.clone())))
            .collect()
    }

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

fn run_key() -> String {
    let mut bytes = [0; 8];
    // Without random bytes the process id and the clock still tell runs of one controller apart; paths made of the key
    // lie in private folders, so guessing it gains nothing.
    if getrandom::fill(&mut bytes).is_err() {
        let now = jiff::Timestamp::now().as_nanosecond() as u64
            ^ u64::from(std::process::id()).rotate_left(32);
        bytes = now.to_le_bytes();
    }
    hex::encode(bytes)
}
