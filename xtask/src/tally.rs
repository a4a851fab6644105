//! Counting tests: what test runners print, and the closing line.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed, failed and were skipped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
}

impl Tally {
    /// What a line of `cargo test` or `cargo nextest run` says about a whole run; zero for any other line.
    pub(crate) fn of_line(line: &str) -> Self {
        // Nextest shows the output of a failed test, cargo's own line among it, further in.
        let cargo = line.starts_with("test result: ");
        let line = line.trim_start();
        if !cargo && !line.starts_with("Summary [") {
            return Self::default();
        }
        let counts = |word: &str| before(line, word);
        Self {
            passed: counts("passed"),
            failed: counts("failed") + counts("timed out") + counts("exec failed"),
            skipped: counts("ignored"),
        }
    }
}

/// The number in front of a word: 8 for `passed` in `9 tests run: 8 passed, 1 failed`.
fn before(line: &str, word: &str) -> usize {
    let mut parts = line.split([',', ';', '.', ':']).map(str::trim);
    parts
        .find_map(|part| {
            let (number, rest) = part.split_once(' ')?;
            // A note may follow: `8 passed (1 slow)`.
            let known = rest == word || rest.starts_with(&format!("{word} ("));
            number.parse().ok().filter(|_| known)
        })
        .unwrap_or(0)
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} passed, {} failed, {} skipped",
            self.passed, self.failed, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: usize, failed: usize, skipped: usize) -> Tally {
        Tally {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn both_runners_are_understood() {
        let cargo = "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 5 filtered out; finished in 0.54s";
        assert_eq!(Tally::of_line(cargo), tally(3, 1, 2));
        // What nextest calls skipped was filtered out, mostly by hand.
        let nextest = "     Summary [  22.234s] 9 tests run: 7 passed (1 slow), 1 failed, 1 timed out, 4 skipped";
        assert_eq!(Tally::of_line(nextest), tally(7, 2, 0));
        assert_eq!(Tally::of_line(&format!("    {cargo}")), tally(0, 0, 0));
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(
            Tally::of_line("the plan: 3 passed, 1 failed"),
            Tally::default()
        );
    }
}
