//! A run with the packs of a bundle, which is not installed for it.

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use windlass::packs::lock::LockedPack;
use windlass::packs::sources::Bundle;
use windlass::project::Project;

use crate::context::Context;
use crate::errors::CliError;
use crate::packs;
use crate::prompt;

/// Where packs come from, if not from the project.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FromBundle {
    /// The packs of a bundle, in place of the project's; its own trust.toml does not count
    #[arg(long, value_name = "FILE", help_heading = "Packs")]
    bundle: Option<Utf8PathBuf>,
    /// Approve what the packs of the bundle may do, without asking; `--yes` does not
    #[arg(long, requires = "bundle", help_heading = "Packs")]
    approve: bool,
}

impl FromBundle {
    /// The project that a bundle is; none where none is named.
    pub(crate) async fn project(
        &self,
        context: &Context,
        folder: &Utf8Path,
    ) -> Result<Option<Project>, CliError> {
        let Some(file) = &self.bundle else {
            return Ok(None);
        };
        let bundle = Bundle::open(file).map_err(CliError::usage)?;
        let places = packs::places(context)?;
        let project = Project::of_bundle(bundle, folder, &places).await;
        let project = project.map_err(CliError::project)?;
        let may: Vec<String> = project.lock.packs.iter().filter_map(may).collect();
        if !prompt::approve(context, &may, self.approve, "nothing was run")? {
            return Err(CliError::Usage(String::from(
                "what the packs of the bundle may do was not approved; nothing was run",
            )));
        }
        Ok(Some(project))
    }
}

/// What a pack may do beyond planning, as its lock says; none where that is nothing.
pub(crate) fn may(pack: &LockedPack) -> Option<String> {
    let may = pack.approved.sentences();
    (!may.is_empty()).then(|| format!("{} may {}", pack.name, may.join(", ")))
}
