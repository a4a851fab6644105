//! `windlass apply`.

use camino::Utf8PathBuf;
use clap::Args;
use windlass::deploys::Deploys;

use crate::bundle::FromBundle;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::prompt;
use crate::run::{Run, Wants};

/// Show what a deploy would change, ask, and change it
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
    /// The deploys, in the order in which they run: files (`.star`, or components), `@pack` for the deploy of a pack
    #[arg(required = true, value_name = "DEPLOY")]
    deploys: Vec<Utf8PathBuf>,
    #[command(flatten)]
    bundle: FromBundle,
}

pub(crate) async fn run(context: &Context, args: &ApplyArgs) -> Result<Status, CliError> {
    prompt::can_ask(context.global.yes)?;
    let deploys = Deploys::read(&args.deploys).await?;
    let wants = Wants {
        command: "apply",
        record: Some("apply"),
        stream: true,
        bundle: args.bundle.clone(),
        ..Wants::default()
    };
    let run = Run::begin(context, &args.inventory, &deploys, wants).await?;
    let result = run.apply(&run.deploys).await;
    run.end_summed_up(result).await
}
