//! Running cases.

use std::sync::Arc;

use windlass_engine::plugins::Plugins;

use super::differences::Differences;
use super::format::Case;
use super::report::{CaseResult, Outcome, Report};
use super::{fact, operation};

/// What a run is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Cases that may fail, each with the reason.
    pub differences: Differences,
    /// Leave out cases of operations and facts that the plugins do not have; the report counts them. Default false:
    /// such a case fails.
    pub only_known: bool,
    /// Plan each operation's case again on a host that it was applied to: one that is idempotent must find nothing to
    /// do. Default false.
    pub again: bool,
}

/// What one run of one case came to.
pub(super) struct Ran {
    /// What is other than expected.
    pub(super) why: Option<String>,
    /// What counts for the scores.
    pub(super) texts: Texts,
    /// The text of what it gave: the same at every run.
    pub(super) fingerprint: String,
}

/// Texts and sets that were as expected or not; none where the case says nothing of them.
#[derive(Clone, Copy, Default)]
pub(super) struct Texts {
    pub(super) message: Option<bool>,
    pub(super) noop: Option<bool>,
    pub(super) facts: Option<bool>,
    /// Whether there is nothing to do once it was applied; false where that cannot be told.
    pub(super) again: Option<bool>,
}

/// Runs cases: each once in order, then once more in reverse order. A plugin that gives another answer the second time
/// keeps something between calls that it must not, and fails the case.
pub async fn run_cases(
    plugins: Arc<dyn Plugins>,
    cases: impl IntoIterator<Item = Case>,
    options: Options,
) -> Report {
    let cases: Vec<Case> = cases.into_iter().collect();
    let mut report = Report::default();
    let mut runs = Vec::with_capacity(cases.len());
    for case in &cases {
        let left_out = options.only_known && !is_known(plugins.as_ref(), case);
        runs.push(if left_out || !is_for_here(case) {
            None
        } else {
            Some(run(&plugins, case, options.again).await)
        });
    }
    for (case, first) in cases.iter().zip(&mut runs).rev() {
        let Some(first) = first else { continue };
        let again = run(&plugins, case, options.again).await;
        if again.fingerprint != first.fingerprint {
            first.why = Some(format!(
                "it gives another answer when run again after other cases:\n  - {}\n  + {}",
                first.fingerprint, again.fingerprint
            ));
        }
    }
    for (case, ran) in cases.iter().zip(runs) {
        let outcome = match ran {
            None if options.only_known && !is_known(plugins.as_ref(), case) => Outcome::Unknown,
            None => Outcome::Skipped,
            Some(ran) => {
                report.scores.messages.count(ran.texts.message);
                report.scores.noops.count(ran.texts.noop);
                report.scores.facts.count(ran.texts.facts);
                report.scores.again.count(ran.texts.again);
                outcome(
                    case.id(),
                    ran.why,
                    &options.differences,
                    &mut report.remarks,
                )
            }
        };
        report.results.push(CaseResult {
            id: case.id().to_owned(),
            outcome,
        });
    }
    let ids: Vec<String> = cases.iter().map(|case| case.id().to_owned()).collect();
    report.errors = options
        .differences
        .unknown(&ids)
        .map(|id| format!("the list of differences names `{id}`, which is no case of this run"))
        .collect();
    report
}

fn outcome(
    id: &str,
    why: Option<String>,
    differences: &Differences,
    remarks: &mut Vec<String>,
) -> Outcome {
    match (why, differences.reason(id)) {
        (None, None) => Outcome::Passed,
        (None, Some(_)) => {
            remarks.push(format!(
                "`{id}` passes; the list of differences need not have it"
            ));
            Outcome::Passed
        }
        (Some(why), Some(reason)) => Outcome::Excused {
            reason: reason.to_owned(),
            why,
        },
        (Some(why), None) => Outcome::Failed { why },
    }
}

async fn run(plugins: &Arc<dyn Plugins>, case: &Case, law: bool) -> Ran {
    match case {
        Case::Operation(case) => operation::run(plugins, case, law).await,
        Case::Fact(case) => fact::run(plugins, case).await,
    }
}

/// True when the plugins have what the case is about.
fn is_known(plugins: &dyn Plugins, case: &Case) -> bool {
    match case {
        Case::Operation(_) => plugins.operation(case.subject()).is_ok(),
        Case::Fact(_) => plugins.fact(case.subject()).is_ok(),
    }
}

/// True unless the case names other platforms only.
fn is_for_here(case: &Case) -> bool {
    let here = match std::env::consts::OS {
        "linux" => "Linux",
        "macos" => "Darwin",
        "windows" => "Windows",
        other => other,
    };
    match case {
        Case::Operation(case) => {
            case.env.platforms.is_empty() || case.env.platforms.iter().any(|name| name == here)
        }
        Case::Fact(_) => true,
    }
}
