//! `windlass pack push`: a pack into a registry or a layout.

use camino::Utf8PathBuf;
use clap::Args;
use windlass::pack_files;
use windlass::packs::lock::Source;
use windlass::packs::sources::{Contents, push};

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Put a signed pack into an OCI registry, as oras and wkg read it
#[derive(Debug, Args)]
pub(crate) struct PushArgs {
    /// The repository, as `registry.example.org/acme/kubernetes`; the version is the tag. With --layout: a folder
    #[arg(value_name = "REPOSITORY")]
    to: String,
    /// The pack's folder
    #[arg(default_value = ".")]
    folder: Utf8PathBuf,
    /// Write into a folder in the form of the OCI image layout
    #[arg(long)]
    layout: bool,
    /// Push it also when nobody signed it: nobody will be able to lock it
    #[arg(long)]
    unsigned: bool,
}

pub(crate) async fn run(context: &Context, args: &PushArgs) -> Result<Status, CliError> {
    let opened = pack_files::open(&args.folder).await;
    opened.map_err(|error| CliError::Pack(Box::new(error)))?;
    let contents = Contents::from_folder(&args.folder).map_err(super::source_error)?;
    let title = contents.manifest.title();
    if !contents.is_signed_as_it_is() && !args.unsigned {
        return Err(CliError::Usage(format!(
            "{title} is not signed as it is now; nothing was pushed\n  sign it: `windlass pack sign {} --key FILE`",
            args.folder
        )));
    }
    let target = match args.layout {
        true => Source::Layout(args.to.clone().into()),
        false => Source::Registry(args.to.clone()),
    };
    if context.global.is_offline() && !target.is_local() {
        return Err(CliError::Usage(format!(
            "{title} would be pushed to {target}, and --offline forbids it"
        )));
    }
    let tags = tokio::task::block_in_place(|| push(&target, &contents));
    let tags = tags.map_err(super::source_error)?;
    if context.ui.json {
        context.ui.json_document(&serde_json::json!({
            "pack": title, "to": target.to_string(), "tags": tags, "digest": contents.statement().digest(),
        }));
    }
    let tags: Vec<String> = tags
        .iter()
        .map(|tag| format!("{}:{tag}", args.to))
        .collect();
    context
        .ui
        .line(&format!("Pushed {title} as {}.", tags.join(", ")));
    Ok(Status::Done)
}
