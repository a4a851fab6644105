//! `windlass pack`: for those who write plugins, and those who use theirs. A file a command.

mod test;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Check packs of plugins
#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    #[command(subcommand)]
    command: PackCommand,
}

#[derive(Debug, Subcommand)]
enum PackCommand {
    Test(test::TestArgs),
}

pub(crate) async fn run(context: &Context, args: &PackArgs) -> Result<Status, CliError> {
    match &args.command {
        PackCommand::Test(args) => test::run(context, args).await,
    }
}
