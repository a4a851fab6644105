//! What a run came to.

use serde_json::json;
use windlass::engine::json::Json;
use windlass::engine::state::{HostResults, State};

use super::count;
use crate::ui::Style;

/// A line for the run, and one for each host.
pub(crate) fn summary(state: &State, style: Style) -> String {
    let hosts = state.activated_hosts();
    let results: Vec<(String, HostResults)> = hosts
        .iter()
        .map(|host| (host.name().to_owned(), state.results_for_host(host)))
        .collect();
    let failed: Vec<String> = state
        .failed_hosts()
        .iter()
        .map(|(host, _)| host.name().to_owned())
        .collect();
    let changed: usize = results.iter().map(|(_, result)| result.changed_ops).sum();
    let all = count(results.len(), "host");
    let mut text = match (failed.len(), changed) {
        (0, 0) => format!("{} {all}, nothing changed", style.green("Done:")),
        (0, _) => format!(
            "{} {all}, {}",
            style.green("Done:"),
            count(changed, "change")
        ),
        (failed, _) => format!(
            "{} {failed} of {all}, {} made",
            style.red("Failed:"),
            count(changed, "change")
        ),
    };
    let width = results
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or_default();
    for (name, result) in &results {
        let mark = if failed.contains(name) {
            style.red("failed")
        } else {
            style.green("ok    ")
        };
        text += &format!("\n  {name:width$}  {mark}  {}", host_counts(result));
    }
    text
}

fn host_counts(result: &HostResults) -> String {
    let unchanged = result.success_ops.saturating_sub(result.changed_ops);
    let counts = [
        (result.changed_ops, "changed"),
        (unchanged, "with nothing to do"),
        (result.skipped_ops, "skipped"),
        (
            result.error_ops.saturating_sub(result.ignored_error_ops),
            "failed",
        ),
        (result.ignored_error_ops, "failed and ignored"),
        (result.not_run_ops, "not run"),
    ];
    let shown: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if shown.is_empty() {
        String::from("no operations")
    } else {
        shown.join(", ")
    }
}

/// The same as data.
pub(crate) fn summary_json(state: &State) -> Json {
    let mut hosts = serde_json::Map::new();
    let failed = state.failed_hosts();
    for host in state.activated_hosts() {
        let why = failed
            .iter()
            .find(|(one, _)| one.name() == host.name())
            .map(|(_, why)| why);
        let entry = json!({"results": state.results_for_host(&host), "failed": why});
        hosts.insert(host.name().to_owned(), entry);
    }
    json!({"event": "summary", "hosts": hosts})
}
