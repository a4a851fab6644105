//! `windlass apply`.

use camino::Utf8PathBuf;
use clap::Args;
use windlass::setup::open_deploys;

use crate::bundle::FromBundle;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::prompt;
use crate::run::{Run, Wants, folder_of};

/// Show what a deploy would change, ask, and change it
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
    /// The deploy files, in the order in which they run
    #[arg(required = true, value_name = "DEPLOY")]
    deploys: Vec<Utf8PathBuf>,
    #[command(flatten)]
    bundle: FromBundle,
}

pub(crate) async fn run(context: &Context, args: &ApplyArgs) -> Result<Status, CliError> {
    prompt::can_ask(context.global.yes)?;
    let deploys = open_deploys(&args.deploys)?;
    let wants = Wants {
        command: "apply",
        record: Some("apply"),
        stream: true,
        bundle: args.bundle.clone(),
    };
    let run = Run::begin(context, &args.inventory, folder_of(&deploys), wants).await?;
    let result = run.apply(&deploys).await;
    run.end_summed_up(result).await
}
