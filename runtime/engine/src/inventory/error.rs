//! What can be wrong with an inventory, with the place in its file.

use std::ops::Range;

use thiserror::Error;

/// Why there is no inventory, or no such host in it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum InventoryError {
    /// A file could not be read.
    #[error("inventory {file}: {message}")]
    Read {
        /// Which file.
        file: String,
        /// Why, and what to do.
        message: String,
    },
    /// A mistake in a file.
    #[error("{at}")]
    Mistake {
        /// The message with file, line and the marked source.
        at: Box<Mistake>,
    },
    /// The command line's inventory means nothing.
    #[error("inventory `{given}`: {message}")]
    Argument {
        /// What was given.
        given: String,
        /// Why not, and what to do.
        message: String,
    },
    /// No such host.
    #[error("there is no host `{name}` in the inventory{hint}")]
    UnknownHost {
        /// What was asked for.
        name: String,
        /// The nearest name, as a sentence's end.
        hint: String,
    },
    /// A limit or an exclusion that names nothing.
    #[error("`{pattern}` is no host or group of the inventory{hint}")]
    UnknownPattern {
        /// What was asked for.
        pattern: String,
        /// The nearest name, as a sentence's end.
        hint: String,
    },
    /// A connector could not say which hosts there are.
    #[error("inventory `{given}`: {message}")]
    Connector {
        /// The entry that names it.
        given: String,
        /// Its answer.
        message: String,
    },
}

/// A mistake at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 where it is not known.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The source line, empty where it is not known.
    pub source: String,
    /// How many characters are marked.
    pub width: usize,
    /// What is wrong, and what is right.
    pub message: String,
}

impl Mistake {
    /// A mistake at a range of bytes of a text.
    pub(crate) fn at(file: &str, text: &str, span: Option<Range<usize>>, message: String) -> Self {
        let Some(span) = span else {
            return Self {
                file: file.to_owned(),
                line: 0,
                column: 0,
                source: String::new(),
                width: 0,
                message,
            };
        };
        let before = text.get(..span.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let marked = text
            .get(span)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .count();
        let source = text.lines().nth(line - 1).unwrap_or_default().to_owned();
        Self {
            file: file.to_owned(),
            line,
            column,
            source,
            width: marked.max(1),
            message,
        }
    }

    /// A mistake of which only line and column are known, both from 1.
    pub(crate) fn at_line(
        file: &str,
        text: &str,
        line: usize,
        column: usize,
        message: String,
    ) -> Self {
        let source = text
            .lines()
            .nth(line.saturating_sub(1))
            .unwrap_or_default()
            .to_owned();
        Self {
            file: file.to_owned(),
            line,
            column: column.max(1),
            source,
            width: 1,
            message,
        }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            return write!(f, "{}: {}", self.file, self.message);
        }
        write!(
            f,
            "{}:{}:{}: {}",
            self.file, self.line, self.column, self.message
        )?;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(self.column - 1);
        let marks = "^".repeat(self.width);
        write!(
            f,
            "\n{margin} |\n{number} | {}\n{margin} | {indent}{marks}",
            self.source
        )
    }
}

impl From<Mistake> for InventoryError {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake {
            at: Box::new(mistake),
        }
    }
}
