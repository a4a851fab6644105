//! `windlass pack lock`: the lock that `packs.toml` asks for.

use clap::Args;
use windlass::project::Want;

use super::change::{Approval, change};
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// Write packs.lock as packs.toml asks for it; what fits stays, and packs from folders are looked at again
#[derive(Debug, Args)]
pub(crate) struct LockArgs {
    #[command(flatten)]
    approval: Approval,
}

pub(crate) async fn run(context: &Context, args: &LockArgs) -> Result<Status, CliError> {
    let mut project = packs::project(context, ".".into())?;
    change(context, &mut project, &Want::Fitting, args.approval, None).await
}
