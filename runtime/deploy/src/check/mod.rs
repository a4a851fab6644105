//! What can be known of a deploy before anything connects: names, arguments, types, and the mistakes of two phases.

mod calls;
mod literal;
mod scope;
mod signature;

use std::sync::Arc;

use starlark::codemap::Span;
use windlass_engine::plugins::Plugins;

use crate::environment::Environment;
use crate::program::Program;
use crate::render::Snippet;
use crate::source::SourceFile;

/// How many mistakes are shown at once.
const SHOWN: usize = 5;

/// A mistake and its place in the written text.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) span: Span,
    pub(crate) message: String,
}

/// Checks a deploy file and all files that it loads or includes by a literal path.
///
/// # Errors
/// The mistakes, each with its place, in the order of the file.
pub(crate) fn check(
    program: &Program,
    environment: &Environment,
    plugins: &dyn Plugins,
) -> Result<(), String> {
    let mut waiting = vec![program.main.clone()];
    let mut seen = vec![program.main.name.clone()];
    let mut shown = Vec::new();
    while let Some(file) = waiting.pop() {
        let mut findings = Vec::new();
        for (span, path) in scope::files(&file) {
            match program.read(&file.name, &path) {
                Ok(next) if seen.contains(&next.name) => {}
                Ok(next) => {
                    seen.push(next.name.clone());
                    waiting.push(next);
                }
                Err(message) => findings.push(Finding { span, message }),
            }
        }
        findings.extend(file_findings(&file, environment, plugins));
        findings.sort_by_key(|finding| finding.span.begin());
        shown.extend(findings.iter().map(|finding| show(&file, finding)));
    }
    let more = shown.len().saturating_sub(SHOWN);
    shown.truncate(SHOWN);
    if more > 0 {
        shown.push(format!("… and {more} more"));
    }
    if shown.is_empty() {
        Ok(())
    } else {
        Err(shown.join("\n\n"))
    }
}

fn file_findings(
    file: &Arc<SourceFile>,
    environment: &Environment,
    plugins: &dyn Plugins,
) -> Vec<Finding> {
    let scope = scope::Scope::of(file);
    let mut findings = scope.unknown_names(file, environment);
    findings.extend(calls::check(file, &scope, plugins));
    findings
}

fn show(file: &SourceFile, finding: &Finding) -> String {
    let (begin, end) = (
        finding.span.begin().get() as usize,
        finding.span.end().get() as usize,
    );
    Snippet::of_text(&file.name, &file.text, begin, end).message(&finding.message)
}
