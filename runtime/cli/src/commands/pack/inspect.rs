//! `windlass pack inspect`.

use camino::Utf8PathBuf;
use clap::Args;
use serde_json::json;
use windlass::pack_files::look_at;
use windlass::packs::inspect::{ComponentReport, Mismatch, PackReport, check};
use windlass::packs::manifest::Manifest;

use crate::commands::list::summary;
use crate::context::Context;
use crate::errors::{CliError, Status};

/// Show what a pack really is: roles, imports, exports, operations, facts, what it asks for, sizes and digests
///
/// Exits with 1 where the manifest says otherwise than the components.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// The pack's folder, or a component
    #[arg(default_value = ".")]
    pack: Utf8PathBuf,
}

pub(crate) async fn run(context: &Context, args: &InspectArgs) -> Result<Status, CliError> {
    let report = look_at(&args.pack).await?.report;
    let mismatches = match &report.manifest {
        Some(manifest) => check(manifest, &report.components),
        None => Vec::new(),
    };
    if context.ui.json {
        let mut whole = report.to_json();
        let lines: Vec<String> = mismatches.iter().map(ToString::to_string).collect();
        if let Some(whole) = whole.as_object_mut() {
            whole.insert(String::from("mismatches"), json!(lines));
        }
        context.ui.json_document(&whole);
    } else {
        show(context, &report, &mismatches);
    }
    Ok(if mismatches.is_empty() {
        Status::Done
    } else {
        Status::Wrong
    })
}

fn show(context: &Context, report: &PackReport, mismatches: &[Mismatch]) {
    let (ui, style) = (&context.ui, context.ui.out);
    ui.line(&style.bold(&report.title()));
    if let Some(manifest) = &report.manifest {
        head(context, manifest);
    }
    for part in &report.components {
        component(context, part);
    }
    if let Some(manifest) = &report.manifest {
        ui.line(&format!("\n{}", style.bold("Asks for")));
        let sentences = manifest.capabilities.sentences();
        if sentences.is_empty() {
            ui.line("  nothing beyond planning");
        }
        for sentence in sentences {
            ui.line(&format!("  {sentence}"));
        }
    }
    if !mismatches.is_empty() {
        ui.line(&format!(
            "\n{}",
            style.red("The manifest and the components differ")
        ));
        for mismatch in mismatches {
            ui.line(&format!("  {mismatch}"));
        }
    }
}

fn head(context: &Context, manifest: &Manifest) {
    let pack = &manifest.pack;
    context.ui.line(&format!("  {}", pack.summary));
    let mut facts = vec![pack.licence.clone()];
    facts.extend(pack.source.clone());
    facts.push(format!("windlass {}", pack.windlass));
    context.ui.line(&format!("  {}", facts.join(", ")));
}

fn component(context: &Context, part: &ComponentReport) {
    let (ui, style) = (&context.ui, context.ui.out);
    ui.line(&format!(
        "\n{}  {}, {} KB",
        style.bold(part.path.as_str()),
        part.role,
        part.size.div_ceil(1024)
    ));
    ui.line(&format!("  sha256:{}", part.digest));
    for (what, names) in [("imports", &part.imports), ("exports", &part.exports)] {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let list = if names.is_empty() {
            String::from("nothing")
        } else {
            names.join(", ")
        };
        ui.line(&format!("  {what} {list}"));
    }
    let operations = part
        .operations
        .iter()
        .map(|info| (info.name.as_str(), summary(&info.doc)));
    let facts = part
        .facts
        .iter()
        .map(|info| (info.name.as_str(), summary(&info.doc)));
    let all: Vec<(&str, String)> = operations.chain(facts).collect();
    let width = all.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    for (name, summary) in all {
        ui.line(format!("  {name:width$}  {summary}").trim_end());
    }
}
