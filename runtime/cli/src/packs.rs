//! The packs of a run: the standard pack, and those that the command line names.

use std::sync::Arc;

use camino::Utf8Path;
use windlass::engine::error::EngineError;
use windlass::engine::plugins::{PluginError, Plugins};
use windlass::plugins::{LoadError, Pack};
use windlass::{pack_files, setup};

use crate::context::Context;
use crate::errors::CliError;

/// The plugins of the standard pack and of each `--pack`, which nobody signed: it is said which they are.
pub(crate) async fn plugins(context: &Context) -> Result<Arc<dyn Plugins>, CliError> {
    let warn = |text: &str| {
        let label = context.ui.error.yellow("warning:");
        context.ui.error_line(&format!("{label} {text}"));
    };
    let mut packs = vec![setup_error(windlass::plugins::standard())?];
    for path in &context.global.packs {
        packs.push(pack_at(path).await?);
        warn(&format!(
            "the pack {path} is not signed; it is used because --pack names it"
        ));
    }
    let host = setup::plugin_host(packs).await?;
    host.warnings().iter().for_each(|text| warn(text));
    Ok(host)
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
