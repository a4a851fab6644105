//! The component host: [`Plugins`] over wasmtime.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use sha2::{Digest, Sha256};
use wasmtime::PoolConcurrencyLimitError;
use windlass_engine::acting::Target;
use windlass_engine::audit::PackInfo;
use windlass_engine::connector::Connector;
use windlass_engine::contract::{
    Call as EngineCall, FactInfo, OperationInfo, Origin, Planned, RawOutput,
};
use windlass_engine::deploy::{DeploySource, PackModule};
use windlass_engine::events::Observer;
use windlass_engine::json::{Json, JsonMap, canonical};
use windlass_engine::local_files::local_path_arguments;
use windlass_engine::nearest::nearest;
use windlass_engine::plugins::{Bound, GuestError, PlanningView, PluginError, Plugins, Remarked};
use windlass_engine::policy::Owner;
use windlass_engine::secrets::SecretStore;

use crate::alias::Alias;
use crate::bindings::exports::windlass::plugin::fact_source::Raw;
use crate::builder::HostBuilder;
use crate::component::{Component, Opened};
use crate::controller;
use crate::error::LoadError;
use crate::granted::Part;
use crate::guest::Guest;
use crate::limits::Limits;
use crate::machine::Machines;
use crate::memo::{Found, Kept, Memo, Value};
use crate::meter;
use crate::performing::Performers;
use crate::providers::{Providers, Sources, watch};
use crate::question::Fingerprint;
use crate::remarks::Remarks;
use crate::signature::Signature;
use crate::translate::{self, Refused};

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
    machines: Arc<Machines>,
    operations: BTreeMap<String, Entry<OperationInfo>>,
    facts: BTreeMap<String, Entry<FactInfo>>,
    warnings: Vec<String>,
    packs: Vec<PackInfo>,
    /// The pack of each namespace.
    owners: BTreeMap<String, Arc<Owner>>,
    modules: Vec<Arc<PackModule>>,
    connectors: Vec<Arc<dyn Connector>>,
    observers: Vec<Arc<Part>>,
    sources: Sources,
    performers: Performers,
    memo: Memo,
    replays: Option<PathBuf>,
    remarks: Arc<Remarks>,
    guest_calls: AtomicU64,
    remembered: AtomicU64,
}

/// A call of a guest: which function, with what.
pub(crate) enum Call<'a> {
    Plan { args: String },
    Source { args: Vec<String> },
    Parse { args: Vec<String>, output: &'a Raw },
}

impl Call<'_> {
    /// What tells it apart from all others, before anything was asked.
    fn fingerprint(&self, component: &Component, name: &str) -> Fingerprint {
        let mut hash = Sha256::new();
        let mut add = |bytes: &[u8]| {
            // With lengths no two calls can run into each other.
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(component.digest.as_bytes());
        add(name.as_bytes());
        match self {
            Self::Plan { args } => {
                add(b"plan");
                add(args.as_bytes());
            }
            Self::Source { args } => {
                add(b"source");
                args.iter().for_each(|args| add(args.as_bytes()));
            }
            Self::Parse { args, output } => {
                add(b"parse");
                add(&args.len().to_le_bytes());
                args.iter().for_each(|args| add(args.as_bytes()));
                add(&output.status.to_le_bytes());
                add(&output.stdout);
                add(&output.stderr);
                output.values.iter().for_each(|value| add(value.as_bytes()));
            }
        }
        hash.finalize().into()
    }
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

    fn operation_entry(&self, name: &str) -> Result<&Entry<OperationInfo>, PluginError> {
        self.operations
            .get(name)
            .ok_or_else(|| PluginError::UnknownOperation {
                name: name.to_owned(),
                nearest: nearest(name, self.operations.keys().map(String::as_str))
                    .map(str::to_owned),
            })
    }

    fn fact_entry(&self, name: &str) -> Result<&Entry<FactInfo>, PluginError> {
        self.facts
            .get(name)
            .ok_or_else(|| PluginError::UnknownFact {
                name: name.to_owned(),
                nearest: nearest(name, self.facts.keys().map(String::as_str)).map(str::to_owned),
            })
    }

    /// Looks a call up, or runs it and remembers it.
    async fn call(
        &self,
        component: &Arc<Component>,
        name: &str,
        call: Call<'_>,
        view: Arc<dyn PlanningView>,
    ) -> Result<Value, PluginError> {
        let key = call.fingerprint(component, name);
        let known = match self.memo.find(&key, &view).await {
            Found::Kept(kept) => {
                self.remembered.fetch_add(1, Ordering::Relaxed);
                for (level, message) in &kept.log {
                    view.log(&component.name, level, message);
                }
                return Ok(kept.result.clone()?);
            }
            Found::Nothing(known) => known,
        };
        self.guest_calls.fetch_add(1, Ordering::Relaxed);
        let guest = Guest::new(Some(view.clone()), &component.limits, known);
        let mut guest = guest.of(component);
        guest.may_leave(&self.machines.patience);
        let trap = |report: String| PluginError::Trap {
            pack: component.pack.clone(),
            report,
        };
        let (result, guest) = loop {
            let (result, ended) = self.attempt(component, name, &call, guest).await?;
            match result {
                Ok(result) => break (result, ended),
                Err(error) => {
                    let asked = ended.questions();
                    match ended.again().await {
                        Some(next) => guest = next,
                        None => {
                            let trapped =
                                self.trapped(component, name, &call, &view, asked, &error);
                            return Err(trap(trapped.await));
                        }
                    }
                }
            }
        };
        let (result, size) = match result {
            Ok(Ok((value, size))) => (Ok(value), size),
            Ok(Err(refused)) => return Err(trap(format!("{name}: {refused}"))),
            Err(error) => {
                let size = error.message.len();
                (Err(error), size)
            }
        };
        let (asked, log) = guest.finish();
        let logged: usize = log.iter().map(|(_, message)| message.len()).sum();
        let size = size + logged;
        let kept = Arc::new(Kept { result, log, size });
        self.memo.keep(key, &asked, kept.clone());
        Ok(kept.result.clone()?)
    }

    /// Runs a guest, in a place that is kept ready where there is one.
    pub(crate) async fn attempt(
        &self,
        component: &Component,
        name: &str,
        call: &Call<'_>,
        mut guest: Guest,
    ) -> Result<(wasmtime::Result<Ran>, Guest), PluginError> {
        let alias = component.alias.get().map(AsRef::as_ref);
        if let Some(seat) = component.place(&self.machines).await {
            let mut store = guest.into_store(seat.engine);
            let result = run(seat.opened, &mut store, name, call, alias).await;
            guest = store.into_data();
            match result {
                // A place whose guest has just ended may still be on its way back.
                Err(error) if error.is::<PoolConcurrencyLimitError>() => guest = guest.anew(),
                result => return Ok((result, guest)),
            }
        }
        let seat = component.beside(&self.machines).await?;
        let mut store = guest.into_store(seat.engine);
        let result = run(seat.opened, &mut store, name, call, alias).await;
        let result = result.map_err(|error| meter::explained(&mut store, error));
        Ok((result, store.into_data()))
    }
}

/// What a guest that did not trap came to: its own error, or a value that may have to be refused, with its size.
type Ran = Result<Result<(Value, usize), Refused>, GuestError>;

/// Runs a guest: it traps, or answers; its answer is an error, or a value that may have to be refused.
async fn run(
    opened: &Opened,
    store: &mut wasmtime::Store<Guest>,
    name: &str,
    call: &Call<'_>,
    alias: Option<&Alias>,
) -> wasmtime::Result<Ran> {
    let name = alias.map_or(Cow::Borrowed(name), |alias| alias.inward(name));
    let name = name.as_ref();
    Ok(match call {
        Call::Plan { args } => opened.plan(store, name, args).await?.map(|planned| {
            let mut planned = translate::planned(planned)?;
            if let Some(alias) = alias {
                alias.planned(&mut planned);
            }
            let size = serde_json::to_string(&planned).map_or(0, |text| text.len());
            Ok((Value::Planned(Arc::new(planned)), size))
        }),
        Call::Source { args } => opened.source(store, name, args).await?.map(|origin| {
            let mut origin = translate::origin(origin)?;
            if let Some(alias) = alias {
                alias.origin(&mut origin);
            }
            let size = format!("{origin:?}").len();
            Ok((Value::Origin(Arc::new(origin)), size))
        }),
        Call::Parse { args, output } => {
            let values = opened.parse(store, name, args, output).await?;
            values.map(|values| {
                // Values take about three times their text.
                let size = values.iter().map(String::len).sum::<usize>() * 3;
                let values = translate::values(&values, args.len())?;
                Ok((Value::Values(Arc::new(values)), size))
            })
        }
    }
    .map_err(translate::guest_error))
}

fn texts(args: &[Json]) -> Vec<String> {
    args.iter().map(canonical).collect()
}

#[async_trait]
impl Plugins for Host {
    fn operations(&self) -> Vec<Arc<OperationInfo>> {
        let entries = self.operations.values();
        entries.map(|entry| entry.info.clone()).collect()
    }

    fn facts(&self) -> Vec<Arc<FactInfo>> {
        let entries = self.facts.values();
        entries.map(|entry| entry.info.clone()).collect()
    }

    fn operation(&self, name: &str) -> Result<Arc<OperationInfo>, PluginError> {
        Ok(self.operation_entry(name)?.info.clone())
    }

    fn fact(&self, name: &str) -> Result<Arc<FactInfo>, PluginError> {
        Ok(self.fact_entry(name)?.info.clone())
    }

    fn bind_operation(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError> {
        let entry = self.operation_entry(name)?;
        entry.signature.bind(positional, named, secrets)
    }

    fn bind_fact(
        &self,
        name: &str,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError> {
        let entry = self.fact_entry(name)?;
        entry.signature.bind(positional, named, secrets)
    }

    async fn plan(
        &self,
        operation: &str,
        args: &Json,
        view: Arc<dyn PlanningView>,
    ) -> Result<Arc<Planned>, PluginError> {
        let entry = self.operation_entry(operation)?;
        let call = Call::Plan {
            args: canonical(args),
        };
        let called = self.call(&entry.component, operation, call, view.clone());
        match called.await? {
            Value::Planned(planned) => {
                let granted = local_path_arguments(&entry.info, args);
                controller::check(operation, &planned, &granted, view.local_files().as_ref())?;
                Ok(planned)
            }
            _ => Err(PluginError::Load(String::from("a plan of another kind"))),
        }
    }

    async fn source(
        &self,
        fact: &str,
        args: &[Json],
        view: Arc<dyn PlanningView>,
    ) -> Result<Origin, PluginError> {
        let component = &self.fact_entry(fact)?.component;
        let call = Call::Source { args: texts(args) };
        match self.call(component, fact, call, view).await? {
            Value::Origin(origin) => Ok((*origin).clone()),
            _ => Err(PluginError::Load(String::from("an origin of another kind"))),
        }
    }

    async fn parse(
        &self,
        fact: &str,
        args: &[Json],
        output: RawOutput,
        view: Arc<dyn PlanningView>,
    ) -> Result<Vec<Json>, PluginError> {
        let component = &self.fact_entry(fact)?.component;
        let output = translate::raw(output);
        let call = Call::Parse {
            args: texts(args),
            output: &output,
        };
        match self.call(component, fact, call, view).await? {
            Value::Values(values) => Ok((*values).clone()),
            _ => Err(PluginError::Load(String::from("values of another kind"))),
        }
    }

    async fn act(
        &self,
        operation: &str,
        call: &EngineCall,
        target: Arc<dyn Target>,
    ) -> Result<Json, PluginError> {
        let owner = self.owner(operation);
        let actor = owner
            .as_ref()
            .and_then(|owner| self.performers.actor(owner));
        match actor {
            Some(actor) => actor.act(call, target).await,
            None => Err(PluginError::Load(format!(
                "{operation} calls it, and its pack has no component for acting"
            ))),
        }
    }

    fn owner(&self, name: &str) -> Option<Arc<Owner>> {
        let (namespace, _) = name.split_once('.')?;
        self.owners.get(namespace).cloned()
    }

    fn deploy_modules(&self) -> Vec<Arc<PackModule>> {
        self.modules.clone()
    }

    fn packs(&self) -> Vec<PackInfo> {
        self.packs.clone()
    }

    fn connectors(&self) -> Vec<Arc<dyn Connector>> {
        self.connectors.clone()
    }

    fn observers(&self) -> Result<Vec<Arc<dyn Observer>>, PluginError> {
        let started = self.observers.iter().map(watch);
        Ok(started.collect::<Result<_, _>>()?)
    }

    fn secret_sources(&self) -> Sources {
        self.sources.clone()
    }

    fn listen(&self, to: Arc<Remarked>) {
        self.remarks.listen(to);
    }

    fn run_ended(&self) {
        self.memo.clear();
    }
}

#[cfg(test)]
#[path = "host/tests.rs"]
mod tests;
