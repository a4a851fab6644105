//! The packs of a run: the standard pack, those that the project locks, and those that the command line names.

use std::path::PathBuf;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use etcetera::BaseStrategy;
use windlass::engine::error::EngineError;
use windlass::engine::plugins::{PluginError, Plugins};
use windlass::plugins::{Host, LoadError, Pack};
use windlass::project::{LoadOptions, Places, Project};
use windlass::{pack_files, setup};

use crate::context::Context;
use crate::errors::CliError;

/// The administrators' file of whom to trust.
const SYSTEM_TRUST: &str = "/etc/windlass/trust.toml";

/// What runs the components of a folder's packs: see [`host`].
pub(crate) async fn plugins(
    context: &Context,
    folder: &Utf8Path,
) -> Result<Arc<dyn Plugins>, CliError> {
    Ok(host(context, folder, &[]).await?)
}

/// The host of the standard pack, of the packs that the project in a folder locks, and of each `--pack`, which nobody
/// signed: it is said which they are. `deploys` are those that are components in files.
pub(crate) async fn host(
    context: &Context,
    folder: &Utf8Path,
    deploys: &[Pack],
) -> Result<Arc<Host>, CliError> {
    let found = Project::find(folder, &places(context)?).map_err(CliError::project)?;
    host_of(context, found, deploys).await
}

/// [`host`] with the packs of this project.
pub(crate) async fn host_of(
    context: &Context,
    project: Option<Project>,
    deploys: &[Pack],
) -> Result<Arc<Host>, CliError> {
    let warn = |text: &str| {
        let label = context.ui.error.yellow("warning:");
        context.ui.error_line(&format!("{label} {text}"));
    };
    let mut packs = vec![setup_error(windlass::plugins::standard())?];
    if let Some(project) = project {
        let options = LoadOptions {
            locked: context.global.is_locked(),
        };
        for loaded in project.load(options).await.map_err(CliError::project)? {
            let title = format!("{} {}", loaded.pack.name, loaded.pack.version);
            if let Some(folder) = &loaded.unsigned {
                warn(&format!("the pack {title} in {folder} is not signed"));
            }
            if loaded.changed {
                warn(&format!(
                    "the pack {title} was changed since it was locked; `windlass pack lock` locks it as it is now"
                ));
            }
            packs.push(loaded.pack);
        }
    }
    if let Some(path) = context.global.packs.first() {
        locked(context, &format!("--pack {path}"), path)?;
    }
    for pack in named(context).await? {
        packs.push(pack.unsigned());
    }
    for path in &context.global.packs {
        warn(&format!(
            "the pack {path} is not signed; it is used because --pack names it"
        ));
    }
    let policy = setup::system_policy()?;
    for deploy in deploys {
        if context.global.is_locked() {
            return Err(CliError::Usage(format!(
                "the deploy {} is a component that is in no lock, and --locked is given\n  make it a pack's: a pack.toml beside it, `windlass pack add NAME --path FOLDER`, and then `@NAME` in place of the file",
                deploy.name
            )));
        }
        setup::allow_packs(policy.as_deref(), [(deploy.name.as_str(), [].as_slice())])?;
        packs.push(deploy.clone());
    }
    let host = setup::plugin_host(packs).await?;
    host.warnings().iter().for_each(|text| warn(text));
    Ok(host)
}

/// Refuses what is in no lock, a folder with a pack or a component, where the run takes what is locked only.
pub(crate) fn locked(context: &Context, what: &str, path: &Utf8Path) -> Result<(), CliError> {
    if !context.global.is_locked() {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "{what} is in no lock, and --locked is given\n  add it to the project: `windlass pack add NAME --path {path}`"
    )))
}

/// The packs that `--pack` names, where the policy allows packs of these names that nobody signed: it is asked before
/// anything of them is run.
pub(crate) async fn named(context: &Context) -> Result<Vec<Pack>, CliError> {
    let mut packs = Vec::new();
    for path in &context.global.packs {
        packs.push(allowed_at(path).await?);
    }
    Ok(packs)
}

/// [`pack_at`], where the policy allows a pack of its name that nobody signed.
pub(crate) async fn allowed_at(path: &Utf8Path) -> Result<Pack, CliError> {
    let policy = setup::system_policy()?;
    let name = pack_files::name_of(path)?;
    setup::allow_packs(policy.as_deref(), [(name.as_str(), [].as_slice())])?;
    pack_at(path).await
}

/// The project of a folder, which may have nothing yet.
pub(crate) fn project(context: &Context, folder: &Utf8Path) -> Result<Project, CliError> {
    Project::open(folder, &places(context)?).map_err(CliError::project)
}

/// Where packs are kept, and who says whom to trust.
pub(crate) fn places(context: &Context) -> Result<Places, CliError> {
    let no_home = || {
        CliError::Usage(String::from(
            "there is no folder for packs\n  set HOME, or XDG_DATA_HOME and XDG_CONFIG_HOME",
        ))
    };
    let strategy = etcetera::choose_base_strategy().map_err(|_| no_home())?;
    let below = |folder: PathBuf, rest: &str| {
        Utf8PathBuf::from_path_buf(folder.join("windlass").join(rest)).map_err(|_| no_home())
    };
    Ok(Places {
        store: below(strategy.data_dir(), "packs")?,
        trust: vec![
            Utf8PathBuf::from(SYSTEM_TRUST),
            below(strategy.config_dir(), "trust.toml")?,
        ],
        offline: context.global.is_offline(),
        policy: setup::system_policy()?,
    })
}

/// The pack at a path: a component, a folder of components, or a folder with a manifest, which gives it its name.
pub(crate) async fn pack_at(path: &Utf8Path) -> Result<Pack, CliError> {
    let opened = pack_files::open(path).await;
    Ok(opened
        .map_err(|error| CliError::Pack(Box::new(error)))?
        .pack)
}

/// A pack that could not be read, as the error it is for users.
pub(crate) fn setup_error<T>(result: Result<T, LoadError>) -> Result<T, EngineError> {
    result.map_err(|error| EngineError::Plugin(PluginError::Load(error.to_string())))
}
