//! `windlass pack add`: one more pack for a project.

use camino::Utf8PathBuf;
use clap::Args;
use windlass::packs::lock::{Asks, Source, alias, with_pack};
use windlass::packs::manifest::PackName;
use windlass::packs::semver::VersionReq;
use windlass::project::Want;

use super::change::{Approval, change};
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// Add a pack to packs.toml and packs.lock of this folder
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// Its name, as `acme:kubernetes`
    #[arg(value_name = "NAME")]
    name: PackName,
    /// The versions that will do, as `^1.2` [default: those compatible with the newest]
    #[arg(long, value_name = "RANGE")]
    version: Option<VersionReq>,
    #[command(flatten)]
    from: From,
    /// The namespace that its operations and facts have in this project [default: their own]
    #[arg(long = "as", value_name = "NAMESPACE", value_parser = alias)]
    alias: Option<String>,
    #[command(flatten)]
    approval: Approval,
}

/// Where it comes from.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct From {
    /// A folder with a pack in it, which need not be signed
    #[arg(long, value_name = "FOLDER")]
    path: Option<Utf8PathBuf>,
    /// A repository of an OCI registry, as `registry.example.org/acme/kubernetes`
    #[arg(long, value_name = "REPOSITORY")]
    oci: Option<String>,
    /// A folder in the form of the OCI image layout
    #[arg(long, value_name = "FOLDER")]
    oci_layout: Option<Utf8PathBuf>,
    /// A bundle, as `windlass pack bundle` makes it
    #[arg(long, value_name = "FILE")]
    bundle: Option<Utf8PathBuf>,
}

impl From {
    fn source(&self) -> Option<Source> {
        let path = self.path.clone().map(Source::Path);
        let oci = self.oci.clone().map(Source::Registry);
        let layout = self.oci_layout.clone().map(Source::Layout);
        path.or(oci)
            .or(layout)
            .or(self.bundle.clone().map(Source::Bundle))
    }
}

pub(crate) async fn run(context: &Context, args: &AddArgs) -> Result<Status, CliError> {
    let mut project = packs::project(context, ".".into())?;
    let source = args.from.source().ok_or_else(|| {
        CliError::Usage(String::from(
            "say where it comes from: --path, --oci, --oci-layout or --bundle",
        ))
    })?;
    let text = project.asks_text().map_err(CliError::project)?;
    let range = match (&args.version, &source) {
        (Some(range), _) => Some(range.clone()),
        (None, Source::Path(_)) => None,
        (None, source) => {
            // Later ones may be incompatible: that is a decision of somebody.
            let newest = project.newest(&args.name, source, VersionReq::STAR).await;
            let newest = newest.map_err(CliError::project)?;
            let version = &newest.manifest.pack.version;
            let range = VersionReq::parse(&format!("^{version}"));
            Some(range.map_err(|error| CliError::Usage(error.to_string()))?)
        }
    };
    let text = with_pack(
        &text,
        &args.name,
        range.as_ref(),
        &source,
        args.alias.as_deref(),
    )
    .map_err(|error| CliError::Usage(error.to_string()))?;
    project.asks = Asks::parse(&text, "packs.toml")
        .map_err(|problems| CliError::Usage(problems.to_string()))?;
    change(
        context,
        &mut project,
        &Want::Fitting,
        args.approval,
        Some(&text),
    )
    .await
}
