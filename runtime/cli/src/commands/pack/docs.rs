//! `windlass pack docs`.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;
use windlass::pack_files::look_at;
use windlass::packs::docs::pages;

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Write reference pages in Markdown, made of what the components describe
#[derive(Debug, Args)]
pub(crate) struct DocsArgs {
    /// The pack's folder, or a component
    #[arg(default_value = ".")]
    pack: Utf8PathBuf,
    /// The folder for the pages, which is made if it is missing [default: all pages to standard output]
    #[arg(long, value_name = "FOLDER")]
    out: Option<Utf8PathBuf>,
}

pub(crate) async fn run(context: &Context, args: &DocsArgs) -> Result<Status, CliError> {
    let report = look_at(&args.pack).await?.report;
    let pages = pages(&report);
    let Some(folder) = &args.out else {
        for page in &pages {
            context.ui.line(page.text.trim_end());
            context.ui.line("");
        }
        if context.ui.json {
            let pages: Vec<_> = pages
                .iter()
                .map(|page| json!({"file": page.file, "text": page.text}))
                .collect();
            context.ui.json_document(&json!(pages));
        }
        return Ok(Status::Done);
    };
    std::fs::create_dir_all(folder).map_err(CliError::io(format!("making {folder}")))?;
    for page in &pages {
        let path = folder.join(&page.file);
        std::fs::write(&path, &page.text).map_err(CliError::io(format!("writing {path}")))?;
    }
    let names: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
    if context.ui.json {
        context
            .ui
            .json_document(&json!({"folder": folder, "files": names}));
    }
    context
        .ui
        .line(&format!("Wrote {} to {folder}.", names.join(", ")));
    Ok(Status::Done)
}
