//! `windlass pack build`.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;
use windlass::pack_files;
use windlass::packs::build::{Built, build};
use windlass::packs::manifest::from_folder;

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Build a pack's components from their sources, and check them against its manifest
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The pack's folder
    #[arg(default_value = ".")]
    pack: Utf8PathBuf,
}

pub(crate) async fn run(context: &Context, args: &BuildArgs) -> Result<Status, CliError> {
    let manifest = from_folder(&args.pack).map_err(CliError::usage)?;
    let ui = &context.ui;
    let built = build(&args.pack, &manifest, &mut |note| ui.error_line(note));
    let built = built.map_err(CliError::usage)?;
    pack_files::open(&args.pack).await?;
    if ui.json {
        let all: Vec<_> = built
            .iter()
            .map(|one| json!({"path": one.path, "language": one.language, "size": one.size, "changed": one.changed}))
            .collect();
        ui.json_document(&json!({"pack": manifest.pack.name, "version": manifest.pack.version, "components": all}));
    }
    for one in &built {
        ui.line(&line(one));
    }
    ui.line(&format!("{} is built.", manifest.title()));
    Ok(Status::Done)
}

fn line(one: &Built) -> String {
    let same = if one.changed { "" } else { ", as it was" };
    format!(
        "  {}: {} KB from {}{same}",
        one.path,
        one.size.div_ceil(1024),
        one.language.as_str()
    )
}
