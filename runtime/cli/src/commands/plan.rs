//! `windlass plan`.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::Value;
use windlass::deploys::Deploys;

use crate::bundle::FromBundle;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::run::{Run, Wants, is_pending};

/// Show what a deploy would change, per operation and host, with differences of files; changes nothing
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
    /// The deploys, in the order in which they run: files (`.star`, or components), `@pack` for the deploy of a pack
    #[arg(required = true, value_name = "DEPLOY")]
    deploys: Vec<Utf8PathBuf>,
    #[command(flatten)]
    bundle: FromBundle,
    /// Exit with 2 when changes are pending
    #[arg(long)]
    detailed_exitcode: bool,
}

pub(crate) async fn run(context: &Context, args: &PlanArgs) -> Result<Status, CliError> {
    let deploys = Deploys::read(&args.deploys).await?;
    let wants = Wants {
        command: "plan",
        bundle: args.bundle.clone(),
        ..Wants::default()
    };
    let run = Run::begin(context, &args.inventory, &deploys, wants).await?;
    let plan = run.plan(&run.deploys, !context.global.no_diff).await;
    let plan = run.end(plan).await?;
    if context.ui.json {
        let value = serde_json::to_value(&plan).unwrap_or(Value::Null);
        context.ui.json_document(&value);
    }
    run.show(&plan);
    let status = if args.detailed_exitcode && is_pending(&plan) {
        Status::Changes
    } else {
        Status::Done
    };
    Ok(run.failed_or(status))
}
