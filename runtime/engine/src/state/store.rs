//! The state: one object that every part of a run holds, and the only place where stage, hosts and results change.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};

use camino::Utf8PathBuf;
use indexmap::IndexMap;
use tokio::sync::Semaphore;

use crate::audit::Audit;
use crate::config::Config;
use crate::error::EngineError;
use crate::events::{Callbacks, Event, Observer, StateCallback};
use crate::inventory::Inventory;
use crate::json::Json;
use crate::local_files::{LocalFiles, Readable};
use crate::plugins::{Plugins, Remark};
use crate::policy::Policy;
use crate::secrets::SecretStore;

use super::{
    Connectors, Host, HostResults, LocalFilesFactory, OperationId, OperationMeta, PrintFlags,
    Setup, Stage,
};

/// How many operations plan at the same time. Each holds a guest with its memory while it waits for facts, and a
/// process may have 65,530 mappings (vm.max_map_count in proc(5)).
const PLANNING: usize = 1024;

#[derive(Default)]
pub(super) struct Core {
    pub(super) stage: Stage,
    pub(super) warnings: BTreeMap<Stage, usize>,
    pub(super) activated: HashSet<usize>,
    pub(super) active: HashSet<usize>,
    pub(super) failed: IndexMap<usize, String>,
    pub(super) limit: Option<Vec<String>>,
    pub(super) operations: IndexMap<OperationId, OperationMeta>,
    pub(super) results: HashMap<usize, HostResults>,
}

pub(super) struct Shared {
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
    /// Done once it is told what components remark.
    listens: std::sync::Once,
    print: RwLock<PrintFlags>,
    check_for_changes: RwLock<bool>,
    pub(crate) window: Arc<Semaphore>,
    pub(crate) fact_window: Arc<Semaphore>,
    planning: Semaphore,
    run_key: String,
    started: String,
    pub(super) inventory_json: std::sync::OnceLock<Json>,
    pub(super) guest_inventory: std::sync::OnceLock<Json>,
    /// The keys of connectors' data that hold secrets, by the connector's name.
    pub(super) secret_keys: Mutex<HashMap<String, Arc<[String]>>>,
    audit: std::sync::OnceLock<Arc<Audit>>,
}

/// The state of a run. Cheap to clone; clones are the same state.
#[derive(Clone)]
pub struct State {
    pub(super) shared: Arc<Shared>,
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
                listens: std::sync::Once::new(),
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

    pub(super) fn core(&self) -> MutexGuard<'_, Core> {
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

    pub(crate) fn local_files(&self, readable: &Readable) -> Arc<dyn LocalFiles> {
        let folder = self.shared.real_folder.get_or_init(|| {
            let folder = &self.shared.folder;
            folder
                .canonicalize_utf8()
                .unwrap_or_else(|_| folder.clone())
        });
        (self.shared.local_files)(folder, readable)
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

    /// Tells observers from here on what components remark for no operation, and what they remarked before.
    pub(crate) fn hear_remarks(&self) {
        self.shared.listens.call_once(|| {
            // The plugins may outlive the run.
            let run = Arc::downgrade(&self.shared);
            self.shared.plugins.listen(Arc::new(move |remark| {
                if let Some(shared) = run.upgrade() {
                    Self { shared }.remark(remark);
                }
            }));
        });
    }

    /// Tells what a component remarked.
    pub(crate) fn remark(&self, remark: Remark) {
        self.emit(Event::Log {
            host: remark.host,
            component: Some(remark.component),
            level: remark.level,
            message: self.secrets().mask(&remark.message),
        });
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
