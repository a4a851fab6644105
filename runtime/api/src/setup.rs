//! Puts a run together: plugins, connectors, inventory, settings, and the state made of them. Programs and the command
//! line make theirs here, so that both mean the same.

use std::path::PathBuf;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy as _;
use windlass_connectors::Registry;
use windlass_deploy::inventory_from_star;
use windlass_engine::config::{Config, ConfigError};
use windlass_engine::error::EngineError;
use windlass_engine::inventory::{Inventory, InventoryOptions};
use windlass_engine::json::Json;
use windlass_engine::plugins::{PluginError, Plugins};
use windlass_engine::policy::Policy;
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{Connectors, LocalFilesFactory, Setup, State};
use windlass_packs::policy::{PackClaim, PolicyFile};
use windlass_plugins::{Host, Limits, LoadError, Pack};

/// What a run is made from.
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// The inventory: a file, hosts with commas between them, or `@connector/argument`.
    pub inventory: String,
    /// Values for all hosts and folders of group data.
    pub inventory_options: InventoryOptions,
    /// Only hosts that one of these patterns chooses; none means all.
    pub limit: Vec<String>,
    /// Not hosts that one of these patterns chooses.
    pub exclude: Vec<String>,
    /// Files with settings, over those of the inventory; later ones win.
    pub config_files: Vec<Utf8PathBuf>,
    /// Settings over all files, by key.
    pub settings: Vec<(String, Json)>,
    /// The folder that relative local paths start from. Default: the working folder.
    pub folder: Utf8PathBuf,
    /// Where passwords are kept.
    pub secrets: SecretStore,
}

/// A plugin host with the standard pack.
///
/// # Errors
/// [`PluginError::Load`], as an [`EngineError`].
pub async fn standard_plugins() -> Result<Arc<dyn Plugins>, EngineError> {
    plugins_of([windlass_plugins::standard().map_err(load_error)?]).await
}

/// A plugin host with these packs.
///
/// # Errors
/// [`PluginError::Load`], as an [`EngineError`].
pub async fn plugins_of(
    packs: impl IntoIterator<Item = Pack>,
) -> Result<Arc<dyn Plugins>, EngineError> {
    Ok(plugin_host(packs).await?)
}

/// As [`plugins_of`], with what only the component host has, its warnings among it.
///
/// # Errors
/// [`PluginError::Load`], as an [`EngineError`].
pub async fn plugin_host(packs: impl IntoIterator<Item = Pack>) -> Result<Arc<Host>, EngineError> {
    let mut builder = packs
        .into_iter()
        .fold(Host::builder(), |builder, pack| builder.load(pack));
    if let Some(policy) = system_policy()? {
        let limits = lowered(Limits::default(), policy.limits);
        builder = builder.limits(limits).policy(Some(policy));
    }
    if let Some(folder) = replays() {
        builder = builder.replays(folder);
    }
    builder.build().await.map_err(load_error)
}

/// Where calls of components that failed are kept: below the user's state folder, where there is one.
fn replays() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
    Some(state.join("windlass").join("replays"))
}

/// Limits, none of them above a policy's or a manifest's.
pub(crate) fn lowered(limits: Limits, ceiling: windlass_packs::manifest::Limits) -> Limits {
    let size = |own: usize, most: Option<u64>| {
        let most = most.map(|most| usize::try_from(most).unwrap_or(usize::MAX));
        most.map_or(own, |most| own.min(most))
    };
    let calls = ceiling.host_calls;
    let calls = calls.map_or(u32::MAX, |most| u32::try_from(most).unwrap_or(u32::MAX));
    Limits {
        running: ceiling
            .running_time()
            .map_or(limits.running, |most| limits.running.min(most)),
        fuel: limits.fuel.into_iter().chain(ceiling.fuel).min(),
        memory: size(limits.memory, ceiling.memory),
        transfer: size(limits.transfer, ceiling.output),
        log_lines: size(limits.log_lines, ceiling.log_lines),
        host_calls: limits.host_calls.min(calls),
        ..limits
    }
}

pub(crate) fn load_error(error: LoadError) -> EngineError {
    EngineError::Plugin(PluginError::Load(error.to_string()))
}

/// Reads an inventory; a file whose name ends in `.star` is evaluated.
///
/// # Errors
/// What is wrong with it, with its place.
pub async fn load_inventory(
    options: &RunOptions,
    connectors: &dyn Connectors,
) -> Result<Inventory, EngineError> {
    let given = Utf8Path::new(&options.inventory);
    if given.extension() != Some("star") {
        let inventory = Inventory::load(&options.inventory, &options.inventory_options, connectors);
        return Ok(inventory.await?);
    }
    let computed = inventory_from_star(given)?;
    let mut beside = options.inventory_options.clone();
    let folder = given
        .parent()
        .unwrap_or(Utf8Path::new(""))
        .join("group_data");
    if folder.is_dir() {
        beside.group_data.insert(0, folder);
    }
    let name = format!("{given}.json");
    Ok(Inventory::from_text(&name, &computed.to_string(), &beside, connectors).await?)
}

/// The settings of a run: those of the inventory, then of the files, then the single ones.
///
/// # Errors
/// A setting that is unknown or has a wrong value, with its place; a file that cannot be read.
pub fn load_config(options: &RunOptions, inventory: &Inventory) -> Result<Config, EngineError> {
    let mut config = Config::with_secrets(options.secrets.clone());
    config.set_from_inventory(inventory)?;
    for file in &options.config_files {
        let text = std::fs::read_to_string(file).map_err(|source| EngineError::Io {
            what: format!("reading the settings {file}"),
            source,
        })?;
        config.set_from_text(file.as_str(), &text)?;
    }
    for (key, value) in &options.settings {
        config
            .set(key, value)
            .map_err(|error: ConfigError| EngineError::Config(error))?;
    }
    Ok(config)
}

/// The state of a new run.
///
/// # Errors
/// What is wrong with inventory, settings or limit.
pub async fn new_state(
    options: &RunOptions,
    plugins: Arc<dyn Plugins>,
    connectors: Registry,
) -> Result<State, EngineError> {
    let connectors = with_packs(connectors, plugins.as_ref())?;
    let observers = plugins.observers()?;
    offer_sources(&options.secrets, plugins.as_ref());
    let connectors: Arc<dyn Connectors> = Arc::new(connectors);
    let inventory = load_inventory(options, connectors.as_ref()).await?;
    let config = load_config(options, &inventory)?;
    let limited = !options.limit.is_empty() || !options.exclude.is_empty();
    let limit = limited
        .then(|| inventory.select(&options.limit, &options.exclude))
        .transpose()?;
    let folder = match options.folder.as_str() {
        "" => Utf8PathBuf::from("."),
        _ => options.folder.clone(),
    };
    let state = State::new(Setup {
        inventory,
        config,
        plugins,
        connectors,
        local_files: local_files(),
        secrets: options.secrets.clone(),
        folder,
        limit,
        policy: system_policy()?.map(|policy| policy as Arc<dyn Policy>),
    })?;
    for observer in observers {
        state.add_observer(observer);
    }
    Ok(state)
}

/// These connectors, and those that packs provide.
///
/// # Errors
/// A pack that provides a name which is there already.
pub fn with_packs(
    mut connectors: Registry,
    plugins: &dyn Plugins,
) -> Result<Registry, EngineError> {
    for connector in plugins.connectors() {
        connectors.provide(connector)?;
    }
    Ok(connectors)
}

/// Lets secrets be read from what packs provide. Kinds that the program has added itself stay the program's.
pub fn offer_sources(secrets: &SecretStore, plugins: &dyn Plugins) {
    for (kind, source) in plugins.secret_sources() {
        secrets.offer_source(&kind, source);
    }
}

/// The policy of this machine; none where there is none. Every state that this crate makes asks it.
///
/// # Errors
/// [`EngineError::Policy`] for one that cannot be relied on: then nothing may run.
pub fn system_policy() -> Result<Option<Arc<PolicyFile>>, EngineError> {
    match windlass_packs::policy::read_system() {
        Ok(policy) => Ok(policy.map(Arc::new)),
        Err(error) => Err(EngineError::Policy(error.to_string())),
    }
}

/// Refuses packs that a policy does not allow; `packs` are names, and the keys that signed each.
///
/// # Errors
/// [`EngineError::Policy`] with the line.
pub fn allow_packs<'a>(
    policy: Option<&PolicyFile>,
    packs: impl IntoIterator<Item = (&'a str, &'a [String])>,
) -> Result<(), EngineError> {
    let Some(policy) = policy else {
        return Ok(());
    };
    for (name, signers) in packs {
        policy
            .allow_pack(PackClaim { name, signers })
            .map_err(|denial| EngineError::Policy(denial.to_string()))?;
    }
    Ok(())
}

/// Views of the controller's files: the deploy's folder, and the paths that a call names.
#[must_use]
pub fn local_files() -> LocalFilesFactory {
    Arc::new(|folder, readable| windlass_plugins::local_files(folder, readable))
}

/// The built-in connectors.
#[must_use]
pub fn builtin_connectors() -> Registry {
    Registry::builtin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_lowers_limits_and_raises_none() {
        let ceiling = windlass_packs::manifest::Limits {
            memory: Some(1 << 20),
            running: Some(60_000),
            host_calls: Some(u64::MAX),
            output: Some(7),
            ..windlass_packs::manifest::Limits::default()
        };
        let own = Limits::default();
        let limits = lowered(own.clone(), ceiling);
        assert_eq!((limits.memory, limits.transfer), (1 << 20, 7));
        assert_eq!(limits.running, own.running);
        assert_eq!(limits.host_calls, own.host_calls);
        assert_eq!(limits.log_lines, own.log_lines);
    }
}
