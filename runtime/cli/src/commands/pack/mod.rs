//! `windlass pack`: for those who write plugins, and those who use theirs. A file a command.

mod add;
mod build;
mod bundle;
mod change;
mod dev;
mod diff;
mod docs;
mod inspect;
mod install;
mod keygen;
mod lock;
mod new;
mod push;
mod record;
mod replay;
mod sign;
mod test;
mod update;
mod vendor;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Write, build, check and publish packs of plugins
#[derive(Debug, Args)]
pub(crate) struct PackArgs {
    #[command(subcommand)]
    command: PackCommand,
}

#[derive(Debug, Subcommand)]
enum PackCommand {
    New(new::NewArgs),
    Build(build::BuildArgs),
    Dev(dev::DevArgs),
    Inspect(inspect::InspectArgs),
    Diff(diff::DiffArgs),
    Docs(docs::DocsArgs),
    Test(test::TestArgs),
    Keygen(keygen::KeygenArgs),
    Sign(sign::SignArgs),
    Push(push::PushArgs),
    Record(record::RecordArgs),
    Replay(replay::ReplayArgs),
    Add(add::AddArgs),
    Update(update::UpdateArgs),
    Lock(lock::LockArgs),
    Vendor(vendor::VendorArgs),
    Bundle(bundle::BundleArgs),
    Install(install::InstallArgs),
}

pub(crate) async fn run(context: &Context, args: &PackArgs) -> Result<Status, CliError> {
    match &args.command {
        PackCommand::New(args) => new::run(context, args),
        PackCommand::Build(args) => build::run(context, args).await,
        PackCommand::Dev(args) => dev::run(context, args).await,
        PackCommand::Inspect(args) => inspect::run(context, args).await,
        PackCommand::Diff(args) => diff::run(context, args).await,
        PackCommand::Docs(args) => docs::run(context, args).await,
        PackCommand::Test(args) => test::run(context, args).await,
        PackCommand::Keygen(args) => keygen::run(context, args),
        PackCommand::Sign(args) => sign::run(context, args),
        PackCommand::Push(args) => push::run(context, args).await,
        PackCommand::Record(args) => record::run(context, args).await,
        PackCommand::Replay(args) => replay::run(context, args).await,
        PackCommand::Add(args) => add::run(context, args).await,
        PackCommand::Update(args) => update::run(context, args).await,
        PackCommand::Lock(args) => lock::run(context, args).await,
        PackCommand::Vendor(args) => vendor::run(context, args),
        PackCommand::Bundle(args) => bundle::run(context, args),
        PackCommand::Install(args) => install::run(context, args).await,
    }
}

/// A pack that cannot be had, as the error it is for users.
fn source_error(error: windlass::packs::sources::SourceError) -> CliError {
    CliError::Usage(error.to_string())
}
