//! `windlass operations` and `windlass facts`.

use clap::Args;
use serde_json::json;
use windlass::engine::json::Json;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::packs;

/// List operations
#[derive(Debug, Args)]
pub(crate) struct OperationsArgs {
    /// Only those with this word in their name or summary
    word: Option<String>,
}

/// List facts
#[derive(Debug, Args)]
pub(crate) struct FactsArgs {
    /// Only those with this word in their name or summary
    word: Option<String>,
}

pub(crate) fn operations(context: &Context, args: &OperationsArgs) -> Result<Status, CliError> {
    let plugins = context.wait(packs::plugins(context, ".".into()))?;
    let all = plugins.operations();
    let entries = all
        .iter()
        .filter(|info| !info.hidden)
        .map(|info| (info.name.as_str(), summary(&info.doc)));
    list(context, "operation", entries, args.word.as_deref())
}

pub(crate) fn facts(context: &Context, args: &FactsArgs) -> Result<Status, CliError> {
    let plugins = context.wait(packs::plugins(context, ".".into()))?;
    let all = plugins.facts();
    let entries = all
        .iter()
        .map(|info| (info.name.as_str(), summary(&info.doc)));
    list(context, "fact", entries, args.word.as_deref())
}

/// The first paragraph, in one line.
pub(crate) fn summary(doc: &str) -> String {
    let first = doc.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn list<'a>(
    context: &Context,
    what: &str,
    entries: impl Iterator<Item = (&'a str, String)>,
    word: Option<&str>,
) -> Result<Status, CliError> {
    let word = word.unwrap_or_default().to_lowercase();
    let found: Vec<(&str, String)> = entries
        .filter(|(name, summary)| {
            name.to_lowercase().contains(&word) || summary.to_lowercase().contains(&word)
        })
        .collect();
    if context.ui.json {
        let all: Vec<Json> = found
            .iter()
            .map(|(name, summary)| json!({"name": name, "summary": summary}))
            .collect();
        context.ui.json_document(&Json::Array(all));
        return Ok(Status::Done);
    }
    if found.is_empty() {
        return Err(CliError::Usage(format!(
            "no {what} has `{word}` in its name or summary\n  `windlass {what}s` lists all"
        )));
    }
    let width = found.iter().map(|(name, _)| name.len()).max();
    let width = width.unwrap_or_default();
    for (name, summary) in found {
        context
            .ui
            .line(format!("{name:width$}  {summary}").trim_end());
    }
    Ok(Status::Done)
}
