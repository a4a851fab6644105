//! One thing that is wrong with a file, and where.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong with a file. Displays as `FILE:LINE:COLUMN: MESSAGE`, then the line with a caret below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong and how to right it.
    pub message: String,
    /// The line's text.
    pub source: String,
    /// How many characters are marked.
    pub length: usize,
}

/// All that is wrong with a file, in the order of its lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problem {
    /// A problem at a range of bytes of the text.
    #[must_use]
    pub fn at(file: &str, text: &str, span: &Range<usize>, message: impl Into<String>) -> Self {
        let start = boundary(text, span.start);
        let before = text.get(..start).unwrap_or_default();
        let first = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(first..).unwrap_or_default();
        let source = rest.lines().next().unwrap_or_default();
        let column = before.get(first..).unwrap_or_default().chars().count();
        let marked = text.get(start..boundary(text, span.end.max(start)));
        // What goes on for lines is marked on its first one.
        let marked = marked.and_then(|text| text.lines().next());
        Self {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: column + 1,
            message: message.into(),
            source: source.to_owned(),
            length: marked.map_or(0, |text| text.chars().count()).max(1),
        }
    }
}

/// The nearest place before `at` where a character begins.
fn boundary(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at)
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            column,
            message,
            source,
            length,
        } = self;
        let width = line.to_string().len();
        // Tabs stay tabs, so that the caret stands below what it marks.
        let lead = source.chars().take(column - 1);
        let lead: String = lead.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        write!(
            f,
            "{file}:{line}:{column}: {message}\n  {line} | {source}\n  {:width$} | {lead}{}",
            "",
            "^".repeat(*length)
        )
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, problem) in self.0.iter().enumerate() {
            if number > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_below_what_is_wrong() {
        let text = "a = 1\n\tä = 'ö'\n";
        let at = text.find("'ö'").unwrap_or_default();
        let problem = Problem::at("x.toml", text, &(at..at + 4), "wrong");
        assert_eq!(
            problem.to_string(),
            "x.toml:2:6: wrong\n  2 | \tä = 'ö'\n    | \t    ^^^"
        );
    }

    #[test]
    fn no_place_is_outside_of_the_text() {
        let backwards = Range { start: 7, end: 3 };
        for (text, span) in [("", 0..0), ("ä", 1..9), ("a\n", 2..2), ("a", backwards)] {
            let problem = Problem::at("x", text, &span, "wrong");
            assert!(problem.length >= 1 && problem.line >= 1, "{problem:?}");
        }
    }
}
