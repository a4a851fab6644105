//! `windlass pack bundle`: a project's packs in one file.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use windlass::packs::lock::Source;
use windlass::packs::sources::{Bundle, Contents, PROJECT_FILES};

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// Put the packs of packs.lock, with signatures, trust.toml and policy.toml of this folder, into one file
#[derive(Debug, Args)]
pub(crate) struct BundleArgs {
    /// The bundle's file
    #[arg(value_name = "FILE")]
    file: Utf8PathBuf,
}

pub(crate) fn run(context: &Context, args: &BundleArgs) -> Result<Status, CliError> {
    let project = packs::project(context, ".".into())?;
    project.check().map_err(CliError::project)?;
    let mut bundle = Bundle::default();
    for pack in &project.lock.packs {
        if let Source::Path(folder) = &pack.source {
            return Err(CliError::Usage(format!(
                "{} comes from the folder {folder}, and a bundle holds what is signed; nothing was written\n  push it to a layout with `windlass pack push --layout`, and add it from there",
                pack.name
            )));
        }
        let folder = project.sources.locked(pack).map_err(super::source_error)?;
        let contents = Contents::from_folder(&folder).map_err(super::source_error)?;
        bundle.packs.insert(pack.name.clone(), contents);
    }
    bundle.project = project_files()?;
    let mut bytes = Vec::new();
    let written = bundle.write(&mut bytes);
    written.map_err(CliError::io("making the bundle"))?;
    std::fs::write(&args.file, &bytes).map_err(CliError::io(format!("writing {}", args.file)))?;
    let count = bundle.packs.len();
    if context.ui.json {
        context.ui.json_document(
            &serde_json::json!({"file": args.file, "packs": count, "bytes": bytes.len()}),
        );
    }
    context.ui.line(&format!(
        "Made {} with {count} packs. Elsewhere, in an empty folder: windlass pack install {}",
        args.file,
        args.file.file_name().unwrap_or_default(),
    ));
    Ok(Status::Done)
}

/// The files of this folder that go along.
fn project_files() -> Result<BTreeMap<String, String>, CliError> {
    let mut files = BTreeMap::new();
    for name in PROJECT_FILES {
        match std::fs::read_to_string(Utf8Path::new(name)) {
            Ok(text) => {
                files.insert(name.to_owned(), text);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(CliError::io(format!("reading {name}"))(error)),
        }
    }
    Ok(files)
}
