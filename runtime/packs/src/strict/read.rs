//! From text to what a reader makes of it.

use std::cell::RefCell;
use std::ops::Range;

use toml::de::DeTable;

use super::fields::Fields;
use super::problem::{Problem, Problems};

/// Where problems of one file are collected.
pub(super) struct Sink<'t> {
    file: &'t str,
    text: &'t str,
    problems: RefCell<Vec<(usize, Problem)>>,
}

impl Sink<'_> {
    pub(super) fn add(&self, span: &Range<usize>, message: impl Into<String>) {
        let problem = Problem::at(self.file, self.text, span, message);
        self.problems.borrow_mut().push((span.start, problem));
    }

    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        Problem::at(self.file, self.text, span, "").line
    }

    fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(at, _)| *at);
        problems.into_iter().map(|(_, problem)| problem).collect()
    }
}

/// Reads a file's text. `reader` gives nothing where something that it needs is missing or wrong; it is not called for
/// a text that is no TOML.
///
/// # Errors
/// All that is wrong, never an empty list.
pub fn read<T>(
    file: &str,
    text: &str,
    reader: impl FnOnce(&mut Fields<'_>) -> Option<T>,
) -> Result<T, Problems> {
    let sink = Sink {
        file,
        text,
        problems: RefCell::default(),
    };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        sink.add(&error.span().unwrap_or(0..0), error.message());
    }
    let read = errors.is_empty().then(|| {
        let mut fields = Fields::new(&sink, "the file".to_owned(), 0..0, root.get_ref());
        let read = reader(&mut fields);
        fields.leave();
        read
    });
    let mut problems = sink.into_problems();
    match read.flatten() {
        Some(value) if problems.is_empty() => return Ok(value),
        // A reader that gives nothing says why; if it ever does not, that is still a refusal.
        None if problems.is_empty() => {
            problems.push(Problem::at(file, text, &(0..0), "it cannot be used"));
        }
        _ => {}
    }
    Err(Problems(problems))
}
