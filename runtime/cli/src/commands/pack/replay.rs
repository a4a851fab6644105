//! `windlass pack replay`: a component's failure, seen again.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use windlass::engine::error::EngineError;
use windlass::plugins::{Replay, Replayed};

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// Call a component again as it was called when it failed, with the answers that it was given then
#[derive(Debug, Args)]
pub(super) struct ReplayArgs {
    /// The file that the failure's report names
    file: Utf8PathBuf,
}

pub(super) async fn run(context: &Context, args: &ReplayArgs) -> Result<Status, CliError> {
    let replay = Replay::read(args.file.as_std_path()).map_err(CliError::Usage)?;
    let host = packs::host(context, Utf8Path::new("."), &[]).await?;
    let replayed = host.replay(&replay).await.map_err(EngineError::from)?;
    let ui = &context.ui;
    let of = format!("{} {} ({})", replay.pack, replay.version, replay.component);
    let on = replay.host.as_deref().unwrap_or("no host");
    ui.line(&format!("{} of {of}, for {on}", replay.name));
    let (status, how) = match replayed {
        Replayed::Failed(report) => (Status::Wrong, report),
        Replayed::Answered(None) => (Status::Done, String::from("it answers now")),
        Replayed::Answered(Some(error)) => (
            Status::Done,
            format!("it answers now, with the error: {error}"),
        ),
    };
    ui.line(&how);
    Ok(status)
}
