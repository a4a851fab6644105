//! `windlass pack update`: newer versions, or one that is named.

use clap::Args;
use windlass::packs::manifest::PackName;
use windlass::packs::semver::Version;
use windlass::project::Want;

use super::change::{Approval, change};
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// Lock the newest versions that packs.toml allows; an older one only with --to
#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// Only these packs [default: all]
    #[arg(value_name = "NAME")]
    names: Vec<PackName>,
    /// This very version of the one pack that is named, also when it is older than the locked one
    #[arg(long, value_name = "VERSION")]
    to: Option<Version>,
    #[command(flatten)]
    approval: Approval,
}

pub(crate) async fn run(context: &Context, args: &UpdateArgs) -> Result<Status, CliError> {
    let mut project = packs::project(context, ".".into())?;
    let want = match (&args.to, args.names.as_slice()) {
        (None, names) => Want::Newest(names.to_vec()),
        (Some(version), [name]) => Want::Exactly(name.clone(), version.clone()),
        (Some(_), _) => {
            return Err(CliError::Usage(String::from(
                "--to takes one pack: `windlass pack update NAME --to VERSION`",
            )));
        }
    };
    change(context, &mut project, &want, args.approval, None).await
}
