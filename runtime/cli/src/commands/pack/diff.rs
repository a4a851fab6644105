//! `windlass pack diff`.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;
use windlass::pack_files::look_at;
use windlass::packs::diff::{Difference, diff};

use crate::context::Context;
use crate::errors::{CliError, Status};

/// Show what a new version of a pack adds, drops and changes, and what of it breaks those who use the old one
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The old version: its folder, or a component
    old: Utf8PathBuf,
    /// The new version
    #[arg(default_value = ".")]
    new: Utf8PathBuf,
    /// Exit with 1 where the new version's number is too low for what it changes
    #[arg(long)]
    check: bool,
}

pub(crate) async fn run(context: &Context, args: &DiffArgs) -> Result<Status, CliError> {
    let old = look_at(&args.old).await?.report;
    let new = look_at(&args.new).await?.report;
    let difference = diff(&old, &new);
    let needed = difference.needs_version();
    if context.ui.json {
        let mut whole = json!(difference);
        if let Some(whole) = whole.as_object_mut() {
            whole.insert(String::from("breaking"), json!(difference.breaking()));
            whole.insert(String::from("needs_version"), json!(needed));
        }
        context.ui.json_document(&whole);
    } else {
        show(context, &difference);
        if let Some(version) = &needed {
            context.ui.line(&format!(
                "\nWith these differences the version after {} is {version} or later, not {}.",
                difference.old, difference.new
            ));
        }
    }
    Ok(if args.check && needed.is_some() {
        Status::Wrong
    } else {
        Status::Done
    })
}

fn show(context: &Context, difference: &Difference) {
    let (ui, style) = (&context.ui, context.ui.out);
    let nothing = difference.changes.is_empty()
        && difference.asks_more.is_empty()
        && difference.asks_less.is_empty();
    if nothing {
        ui.line("Nothing that a user of the pack would see differs.");
    }
    for (title, breaking) in [("Breaks", true), ("Changes", false)] {
        let of = difference
            .changes
            .iter()
            .filter(|change| change.breaking == breaking);
        for (number, change) in of.enumerate() {
            if number == 0 {
                ui.line(&style.bold(title));
            }
            ui.line(&format!("  {change}"));
        }
    }
    for (title, sentences) in [
        ("Asks for more", &difference.asks_more),
        ("Asks no more for", &difference.asks_less),
    ] {
        if !sentences.is_empty() {
            ui.line(&style.bold(title));
        }
        for sentence in sentences {
            ui.line(&format!("  {sentence}"));
        }
    }
}
