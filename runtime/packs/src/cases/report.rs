//! What a run of cases came to, for people and for programs.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::json;

/// What one case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As expected.
    Passed,
    /// Not as expected, which the list of differences gives a reason for. Counts as passed.
    Excused {
        /// The list's reason.
        reason: String,
        /// What is other than expected.
        why: String,
    },
    /// Not as expected.
    Failed {
        /// What is other than expected.
        why: String,
    },
    /// Not for this platform; not counted.
    Skipped,
    /// It is about an operation or fact that the pack does not have, and such cases are left out.
    Unknown,
}

/// One case and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// The case's id.
    pub id: String,
    /// What it came to.
    pub outcome: Outcome,
}

/// How many of some texts or sets were as expected. These decide nothing; they show how close a pack is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Score {
    /// How many cases say what they expect.
    pub total: usize,
    /// In how many of them it came so.
    pub passed: usize,
}

impl Score {
    pub(super) fn count(&mut self, passed: Option<bool>) {
        if let Some(passed) = passed {
            self.total += 1;
            self.passed += usize::from(passed);
        }
    }
}

/// The scores of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Scores {
    /// Texts of errors.
    pub messages: Score,
    /// Texts that say why nothing is done.
    pub noops: Score,
    /// The sets of facts that were asked for.
    pub facts: Score,
    /// Operations that find nothing to do once they were applied; the others are those whose predictions do not tell,
    /// and those that failed for it.
    pub again: Score,
}

/// What a run of cases came to.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Each case, in the order of the files.
    pub results: Vec<CaseResult>,
    /// Texts and sets that don't decide.
    pub scores: Scores,
    /// What is wrong with the list of differences: ids that name no case.
    pub errors: Vec<String>,
    /// Remarks: differences that are no longer needed.
    pub remarks: Vec<String>,
}

impl Report {
    /// How many cases were run.
    #[must_use]
    pub fn total(&self) -> usize {
        self.results
            .iter()
            .filter(|result| !matches!(result.outcome, Outcome::Skipped | Outcome::Unknown))
            .count()
    }

    /// How many passed, those with a reason included.
    #[must_use]
    pub fn passed(&self) -> usize {
        let passed = |result: &&CaseResult| {
            matches!(result.outcome, Outcome::Passed | Outcome::Excused { .. })
        };
        self.results.iter().filter(passed).count()
    }

    /// True when every case passed and nothing is wrong with the list of differences.
    #[must_use]
    pub fn success(&self) -> bool {
        self.total() == self.passed() && self.errors.is_empty()
    }

    /// Writes a line a case, `{"id", "passed", "why"}`, then `{"total", "passed"}` with the scores, as JSON.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, to: &mut dyn Write) -> io::Result<()> {
        for result in &self.results {
            let (passed, why) = match &result.outcome {
                Outcome::Skipped | Outcome::Unknown => continue,
                Outcome::Passed => (true, None),
                Outcome::Excused { reason, .. } => {
                    (true, Some(format!("differs with a reason: {reason}")))
                }
                Outcome::Failed { why } => (false, Some(why.clone())),
            };
            writeln!(
                to,
                "{}",
                json!({"id": result.id, "passed": passed, "why": why})
            )?;
        }
        for error in &self.errors {
            writeln!(
                to,
                "{}",
                json!({"id": "differences", "passed": false, "why": error})
            )?;
        }
        let total = self.total() + self.errors.len();
        let unknown = self
            .results
            .iter()
            .filter(|result| result.outcome == Outcome::Unknown)
            .count();
        writeln!(
            to,
            "{}",
            json!({"total": total, "passed": self.passed(), "unknown": unknown, "scores": self.scores})
        )
    }

    /// Writes what failed and why, what differs with a reason, and a summary.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_text(&self, to: &mut dyn Write) -> io::Result<()> {
        for result in &self.results {
            match &result.outcome {
                Outcome::Failed { why } => writeln!(to, "failed: {}\n{}", result.id, indent(why))?,
                Outcome::Excused { reason, .. } => {
                    writeln!(to, "differs: {}\n{}", result.id, indent(reason))?
                }
                Outcome::Passed | Outcome::Skipped | Outcome::Unknown => {}
            }
        }
        for error in &self.errors {
            writeln!(to, "error: {error}")?;
        }
        for remark in &self.remarks {
            writeln!(to, "note: {remark}")?;
        }
        let count = |wanted: fn(&Outcome) -> bool| {
            self.results
                .iter()
                .filter(|result| wanted(&result.outcome))
                .count()
        };
        let failed = count(|outcome| matches!(outcome, Outcome::Failed { .. }));
        let excused = count(|outcome| matches!(outcome, Outcome::Excused { .. }));
        let skipped = count(|outcome| matches!(outcome, Outcome::Skipped));
        let unknown = count(|outcome| matches!(outcome, Outcome::Unknown));
        write!(to, "{} of {} cases passed", self.passed(), self.total())?;
        for (number, what) in [
            (failed, "failed"),
            (excused, "differ with a reason"),
            (skipped, "not for this platform"),
            (unknown, "of what this pack does not have"),
        ] {
            if number > 0 {
                write!(to, ", {number} {what}")?;
            }
        }
        writeln!(to)?;
        let Scores {
            messages,
            noops,
            facts,
            again,
        } = self.scores;
        for (what, score) in [
            ("error messages", messages),
            ("no-op texts", noops),
            ("sets of facts", facts),
        ] {
            if score.total > 0 {
                writeln!(
                    to,
                    "  {what} as expected: {} of {}",
                    score.passed, score.total
                )?;
            }
        }
        if again.total > 0 {
            writeln!(
                to,
                "  with nothing to do when planned again after they were applied: {} of {}",
                again.passed, again.total
            )?;
        }
        Ok(())
    }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("  {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
