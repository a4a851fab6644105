//! `windlass pack vendor`: the packs of the lock in the project itself.

use clap::Args;
use windlass::packs::sources::VENDOR;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// Keep the packs of packs.lock in this folder, so that runs need neither network nor store
#[derive(Debug, Args)]
pub(crate) struct VendorArgs {}

pub(crate) fn run(context: &Context, _: &VendorArgs) -> Result<Status, CliError> {
    let project = packs::project(context, ".".into())?;
    project.check().map_err(CliError::project)?;
    let mut folders = Vec::new();
    for pack in &project.lock.packs {
        let place = project.sources.vendor(pack).map_err(super::source_error)?;
        context
            .ui
            .line(&format!("{} {} is in {place}", pack.name, pack.version));
        folders.push(place);
    }
    if context.ui.json {
        context
            .ui
            .json_document(&serde_json::json!({"folder": VENDOR, "packs": folders}));
    }
    Ok(Status::Done)
}
