//! `windlass pack dev`.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::json;
use windlass::packs::build::{Sources, build};
use windlass::packs::cases::{CaseResult, Options, Outcome, difference, run_cases, show_cases};
use windlass::packs::manifest::{FILE, from_folder};
use windlass::setup;

use super::test::{own_files, packs, read_all};
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::watch::Watch;

/// Build a pack and plan its cases, again at each change of its files, and show what differs then
///
/// A case holds the facts that a host answered, so its operation can be planned without the host. Ctrl-C ends it.
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// The pack's folder
    #[arg(default_value = ".")]
    pack: Utf8PathBuf,
}

/// What one look at a pack came to.
struct Round {
    /// What its cases come to.
    text: String,
    passed: usize,
    total: usize,
    /// Cases that do not pass.
    failed: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: &DevArgs) -> Result<Status, CliError> {
    let folder = args.pack.as_path();
    if !folder.join(FILE).exists() {
        return Err(CliError::Usage(format!(
            "{folder} has no {FILE}\n  `windlass pack new NAME` makes a pack to start from"
        )));
    }
    let ended = tokio::signal::ctrl_c();
    tokio::pin!(ended);
    tokio::select! {
        biased;
        heard = &mut ended => {
            heard.map_err(CliError::io("waiting for Ctrl-C"))?;
            Ok(Status::Done)
        }
        never = rounds(context, folder) => never,
    }
}

/// Goes on for ever, but for what keeps it from watching.
async fn rounds(context: &Context, folder: &Utf8Path) -> Result<Status, CliError> {
    let mut watch = Watch::new(folder)?;
    let mut outputs = outputs(folder).unwrap_or_default();
    let mut sources = watch.sources(&outputs)?;
    let mut before: Option<String> = None;
    loop {
        match round(context, folder).await {
            Ok(round) => {
                show(context, before.as_deref(), &round);
                before = Some(round.text);
            }
            Err(error) if context.ui.json => {
                let error = error.to_string();
                context
                    .ui
                    .json_line(&json!({"event": "failed", "error": error}));
            }
            Err(error) => error.show(&context.ui),
        }
        context.ui.error_line("waiting for changes; Ctrl-C ends");
        let (changed, now) = watch.changed(&sources, &outputs).await?;
        if context.ui.json {
            context
                .ui
                .json_line(&json!({"event": "changed", "files": changed}));
        }
        context
            .ui
            .line(&format!("\nchanged: {}", changed.join(", ")));
        (outputs, sources) = renewed(&mut watch, folder, outputs, now)?;
    }
}

/// The files that are built, by the manifest as it is now, and the sources without them.
fn renewed(
    watch: &mut Watch,
    folder: &Utf8Path,
    outputs: Vec<Utf8PathBuf>,
    sources: Sources,
) -> Result<(Vec<Utf8PathBuf>, Sources), CliError> {
    match self::outputs(folder) {
        Some(now) if now != outputs => {
            let sources = watch.sources(&now)?;
            Ok((now, sources))
        }
        _ => Ok((outputs, sources)),
    }
}

/// The components that are built, where the manifest can be read.
fn outputs(folder: &Utf8Path) -> Option<Vec<Utf8PathBuf>> {
    let parts = from_folder(folder).ok()?.components;
    let built = parts.into_iter().filter(|part| part.build.is_some());
    Some(built.map(|part| part.path).collect())
}

/// Builds and plans once.
async fn round(context: &Context, folder: &Utf8Path) -> Result<Round, CliError> {
    let manifest = from_folder(folder).map_err(CliError::usage)?;
    if manifest.components.iter().any(|part| part.build.is_some()) {
        let (ui, folder) = (context.ui.clone(), folder.to_owned());
        let built = tokio::task::spawn_blocking(move || {
            build(&folder, &manifest, &mut |note| ui.error_line(note))
        });
        let built = built.await.map_err(CliError::usage)?;
        built.map_err(CliError::usage)?;
    }
    let listed = !from_folder(folder)
        .map_err(CliError::usage)?
        .pack
        .cases
        .is_empty();
    let files = if listed {
        own_files(folder)?
    } else {
        Vec::new()
    };
    let cases = read_all(&files)?;
    let plugins = setup::plugins_of(packs(Some(folder), Some(folder)).await?).await?;
    let text = show_cases(&plugins, &cases).await;
    let options = Options {
        again: true,
        ..Options::default()
    };
    let report = run_cases(Arc::clone(&plugins), cases, options).await;
    let failed = |result: &CaseResult| matches!(result.outcome, Outcome::Failed { .. });
    let failed = report.results.iter().filter(|result| failed(result));
    Ok(Round {
        text,
        passed: report.passed(),
        total: report.total(),
        failed: failed.map(|result| result.id.clone()).collect(),
    })
}

fn show(context: &Context, before: Option<&str>, round: &Round) {
    let ui = &context.ui;
    let differs = before.map(|before| difference(before, &round.text));
    if ui.json {
        ui.json_line(&json!({
            "event": "planned",
            "plan": round.text,
            "difference": differs.clone().flatten(),
            "passed": round.passed,
            "total": round.total,
            "failed": round.failed,
        }));
    }
    if round.total == 0 && round.text.is_empty() {
        ui.line("it is as its manifest says; it lists no cases to plan");
        return;
    }
    let text = match &differs {
        None => round.text.trim_end(),
        Some(None) => "nothing that is planned or read differs",
        Some(Some(differs)) => differs.trim_end(),
    };
    ui.line(text);
    let mut sum = format!("{} of {} cases pass", round.passed, round.total);
    if !round.failed.is_empty() {
        sum.push_str(&format!(
            "; `windlass pack test` says why not {}",
            round.failed.join(", ")
        ));
    }
    ui.line(&sum);
}
