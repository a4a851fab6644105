//! A host, and what was loaded into it, by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use windlass_engine::audit::PackInfo;
use windlass_engine::connector::Connector;
use windlass_engine::contract::{FactInfo, OperationInfo};
use windlass_engine::deploy::{DeploySource, PackModule};
use windlass_engine::nearest::nearest;
use windlass_engine::plugins::PluginError;
use windlass_engine::policy::Owner;

use crate::builder::HostBuilder;
use crate::component::Component;
use crate::error::LoadError;
use crate::granted::Part;
use crate::limits::Limits;
use crate::machine::Machines;
use crate::memo::Memo;
use crate::performing::Performers;
use crate::providers::{Providers, Sources};
use crate::remarks::Remarks;
use crate::signature::Signature;

/// An operation or fact, with what runs it.
pub(crate) struct Entry<T> {
    pub(crate) info: Arc<T>,
    pub(crate) signature: Signature,
    pub(crate) component: Arc<Component>,
}

/// What was found in the packs that are loaded.
#[derive(Default)]
pub(crate) struct Loaded {
    pub(crate) operations: BTreeMap<String, Entry<OperationInfo>>,
    pub(crate) facts: BTreeMap<String, Entry<FactInfo>>,
    pub(crate) warnings: Vec<String>,
    pub(crate) packs: Vec<PackInfo>,
    /// The pack of each namespace.
    pub(crate) owners: BTreeMap<String, Arc<Owner>>,
    /// The deploy modules of all packs.
    pub(crate) modules: Vec<Arc<PackModule>>,
}

/// How much work there was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Calls that ran a guest.
    pub guest_calls: u64,
    /// Calls that were answered from memory.
    pub remembered: u64,
    /// About how many bytes are kept of plans.
    pub memo_bytes: usize,
}

/// Runs the plugins of the packs that were loaded into it.
pub struct Host {
    pub(super) machines: Arc<Machines>,
    pub(super) operations: BTreeMap<String, Entry<OperationInfo>>,
    pub(super) facts: BTreeMap<String, Entry<FactInfo>>,
    pub(super) warnings: Vec<String>,
    pub(super) packs: Vec<PackInfo>,
    /// The pack of each namespace.
    pub(super) owners: BTreeMap<String, Arc<Owner>>,
    pub(super) modules: Vec<Arc<PackModule>>,
    pub(super) connectors: Vec<Arc<dyn Connector>>,
    pub(super) observers: Vec<Arc<Part>>,
    pub(super) sources: Sources,
    pub(super) performers: Performers,
    pub(super) memo: Memo,
    pub(super) replays: Option<PathBuf>,
    pub(super) remarks: Arc<Remarks>,
    pub(super) guest_calls: AtomicU64,
    pub(super) remembered: AtomicU64,
}

impl Host {
    /// Starts loading packs.
    pub fn builder() -> HostBuilder {
        HostBuilder::default()
    }

    pub(crate) fn new(
        machines: Arc<Machines>,
        limits: Arc<Limits>,
        loaded: Loaded,
        mut providers: Providers,
        performers: Performers,
    ) -> Self {
        let Loaded {
            operations,
            facts,
            warnings,
            packs,
            owners,
            modules,
        } = loaded;
        let memo = Memo::new(limits.memo);
        Self {
            machines,
            operations,
            facts,
            warnings,
            packs,
            owners,
            modules,
            memo,
            guest_calls: AtomicU64::new(0),
            remembered: AtomicU64::new(0),
            replays: None,
            remarks: Arc::default(),
            connectors: providers.connectors(),
            sources: providers.sources(),
            observers: providers.observers(),
            performers,
        }
    }

    /// What was unusual while loading: a cache folder that cannot be trusted.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// How much work there was so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            guest_calls: self.guest_calls.load(Ordering::Relaxed),
            remembered: self.remembered.load(Ordering::Relaxed),
            memo_bytes: self.memo.size(),
        }
    }

    /// The deploy that is a component of a pack; the one in a file of it, below its folder, where it has several.
    ///
    /// # Errors
    /// [`LoadError::Deploy`]: there is none, or there are several.
    pub fn deploy(
        &self,
        pack: &str,
        file: Option<&str>,
    ) -> Result<Arc<dyn DeploySource>, LoadError> {
        self.performers.deploy(pack, file)
    }

    /// Sets where the remarks of its components go that work for no operation.
    pub(crate) fn keep_remarks(&mut self, remarks: Arc<Remarks>) {
        self.remarks = remarks;
    }

    /// Sets where calls of guests that failed are kept.
    pub(crate) fn keep_replays(&mut self, folder: Option<PathBuf>) {
        self.replays = folder;
    }

    /// Where calls of guests that failed are kept.
    pub(crate) fn replays(&self) -> Option<&Path> {
        self.replays.as_deref()
    }

    /// The component of an operation or a fact.
    pub(crate) fn component_of(&self, name: &str) -> Result<&Arc<Component>, PluginError> {
        match self.operations.get(name) {
            Some(entry) => Ok(&entry.component),
            None => Ok(&self.fact_entry(name)?.component),
        }
    }

    /// An operation, or the nearest name there is.
    pub(super) fn operation_entry(&self, name: &str) -> Result<&Entry<OperationInfo>, PluginError> {
        self.operations
            .get(name)
            .ok_or_else(|| PluginError::UnknownOperation {
                name: name.to_owned(),
                nearest: nearest(name, self.operations.keys().map(String::as_str))
                    .map(str::to_owned),
            })
    }

    /// A fact, or the nearest name there is.
    pub(super) fn fact_entry(&self, name: &str) -> Result<&Entry<FactInfo>, PluginError> {
        self.facts
            .get(name)
            .ok_or_else(|| PluginError::UnknownFact {
                name: name.to_owned(),
                nearest: nearest(name, self.facts.keys().map(String::as_str)).map(str::to_owned),
            })
    }
}
