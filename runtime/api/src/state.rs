//! The state of a run, as programs make and read it.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use camino::Utf8PathBuf;
use windlass_engine::config::Config;
use windlass_engine::connector::Connector;
use windlass_engine::error::EngineError;
use windlass_engine::inventory::Inventory;
use windlass_engine::plugins::Plugins;
use windlass_engine::policy::Policy;
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{
    HostMeta, HostOperation, HostResults, OperationId, OperationMeta, Setup,
};
use windlass_plugins::Pack;

use crate::connectors::Registry;
use crate::host::Host;
use crate::setup::{
    allow_packs, local_files, offer_sources, plugins_of, standard_plugins, system_policy,
    with_packs,
};

/// What a state is made with beside inventory and config: connectors, packs, secrets. It makes one state.
#[derive(Default)]
pub struct StateBuilder {
    connectors: Option<Registry>,
    own: Vec<Arc<dyn Connector>>,
    plugins: Option<Arc<dyn Plugins>>,
    packs: Vec<Pack>,
    secrets: SecretStore,
    folder: Utf8PathBuf,
    made: AtomicBool,
}

impl StateBuilder {
    /// The built-in connectors and the standard pack.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a connector of one's own: hosts `@NAME/…` are its hosts, where NAME is what it calls itself.
    #[must_use]
    pub fn connector(mut self, connector: Arc<dyn Connector>) -> Self {
        self.own.push(connector);
        self
    }

    /// Other connectors than the built-in ones.
    #[must_use]
    pub fn connectors(mut self, connectors: Registry) -> Self {
        self.connectors = Some(connectors);
        self
    }

    /// Adds a pack to the standard one.
    #[must_use]
    pub fn pack(mut self, pack: Pack) -> Self {
        self.packs.push(pack);
        self
    }

    /// Another plugin host than that of the standard pack.
    #[must_use]
    pub fn plugins(mut self, plugins: Arc<dyn Plugins>) -> Self {
        self.plugins = Some(plugins);
        self
    }

    /// Where secret values are kept. Default: a store of the state's own.
    #[must_use]
    pub fn secrets(mut self, secrets: SecretStore) -> Self {
        self.secrets = secrets;
        self
    }

    /// The folder that relative local paths start from. Default: the working folder.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<Utf8PathBuf>) -> Self {
        self.folder = folder.into();
        self
    }

    /// The connectors that the state will have, for an inventory that is loaded from a file or a connector.
    #[must_use]
    pub fn registry(&self) -> Registry {
        let mut registry = self.connectors.clone().unwrap_or_else(Registry::builtin);
        for connector in &self.own {
            registry.register(connector.clone());
        }
        registry
    }

    /// Makes the state, once. `limit` names the only hosts that take part; none means all.
    ///
    /// # Errors
    /// [`EngineError::AlreadyInitialised`] the second time; an unknown host in the limit, with the nearest name; packs
    /// that do not load.
    pub async fn init(
        &self,
        inventory: Inventory,
        config: Config,
        limit: Option<Vec<String>>,
    ) -> Result<State, EngineError> {
        if self.made.swap(true, Ordering::SeqCst) {
            return Err(EngineError::AlreadyInitialised);
        }
        let state = self.make(inventory, config, limit).await;
        // Nothing was made: with what was wrong put right, this may be called again.
        if state.is_err() {
            self.made.store(false, Ordering::SeqCst);
        }
        state
    }

    async fn make(
        &self,
        inventory: Inventory,
        config: Config,
        limit: Option<Vec<String>>,
    ) -> Result<State, EngineError> {
        let policy = system_policy()?;
        // A program vouches for its packs itself: nobody signed them.
        let unsigned = self
            .packs
            .iter()
            .map(|pack| (pack.name.as_str(), [].as_slice()));
        allow_packs(policy.as_deref(), unsigned)?;
        let plugins = match &self.plugins {
            Some(plugins) => plugins.clone(),
            None if self.packs.is_empty() => standard_plugins().await?,
            None => {
                let standard = windlass_plugins::standard().map_err(crate::setup::load_error)?;
                plugins_of([standard].into_iter().chain(self.packs.iter().cloned())).await?
            }
        };
        offer_sources(&self.secrets, plugins.as_ref());
        let folder = match self.folder.as_str() {
            "" => Utf8PathBuf::from("."),
            _ => self.folder.clone(),
        };
        let setup = Setup {
            inventory,
            config,
            plugins: plugins.clone(),
            connectors: Arc::new(with_packs(self.registry(), plugins.as_ref())?),
            local_files: local_files(),
            secrets: self.secrets.clone(),
            folder,
            limit,
            policy: policy.map(|policy| policy as Arc<dyn Policy>),
        };
        let state = windlass_engine::state::State::new(setup)?;
        for observer in plugins.observers()? {
            state.add_observer(observer);
        }
        Ok(State(state))
    }
}

/// The state of a run. Cheap to clone; clones are the same state. What it has beside these methods is the engine's.
#[derive(Clone)]
pub struct State(windlass_engine::state::State);

impl Deref for State {
    type Target = windlass_engine::state::State;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl From<windlass_engine::state::State> for State {
    fn from(state: windlass_engine::state::State) -> Self {
        Self(state)
    }
}

impl State {
    /// A state with the built-in connectors and the standard pack, on all hosts.
    ///
    /// # Errors
    /// What [`StateBuilder::init`] answers.
    pub async fn new(inventory: Inventory, config: Config) -> Result<Self, EngineError> {
        StateBuilder::new().init(inventory, config, None).await
    }

    /// One with connectors, packs and secrets of one's own.
    #[must_use]
    pub fn builder() -> StateBuilder {
        StateBuilder::new()
    }

    /// The hosts, in inventory order.
    #[must_use]
    pub fn hosts(&self) -> Vec<Host> {
        let of = |host: &Arc<windlass_engine::state::Host>| Host::new(self, host.clone());
        self.0.hosts().iter().map(of).collect()
    }

    /// A host by its inventory name.
    ///
    /// # Errors
    /// An unknown name, with the nearest one.
    pub fn host(&self, name: &str) -> Result<Host, EngineError> {
        Ok(Host::new(self, self.0.host(name)?))
    }

    /// What all hosts share of an operation: its names, the arguments as shown, its place in the order, its global
    /// arguments.
    #[must_use]
    pub fn get_op_meta(&self, id: OperationId) -> Option<OperationMeta> {
        self.op_meta(id)
    }

    /// What one host has of an operation: its plan, the report of its run, the operation it is nested in, and data of
    /// the program's own.
    #[must_use]
    pub fn get_op_data_for_host(&self, host: &Host, id: OperationId) -> Option<HostOperation> {
        self.op_data_for_host(host, id)
    }

    /// How many operations a host has, how many are going to change something, and which they are.
    #[must_use]
    pub fn get_meta_for_host(&self, host: &Host) -> HostMeta {
        self.meta_for_host(host)
    }

    /// How many operations of a host had their turn, and what became of them.
    #[must_use]
    pub fn get_results_for_host(&self, host: &Host) -> HostResults {
        self.results_for_host(host)
    }

    /// The operations in the order in which they run.
    ///
    /// # Errors
    /// [`EngineError::Cycle`] when two hosts order the same operations differently, with ways out.
    pub fn get_op_order(&self) -> Result<Vec<OperationId>, EngineError> {
        self.op_order()
    }

    /// How many warnings there were in the current stage.
    #[must_use]
    pub fn get_warning_counter(&self) -> usize {
        self.warning_counter()
    }
}
