//! Messages with the place they are about: file, line, source and caret.

use starlark::codemap::FileSpan;

/// How many frames of a traceback are shown at either end.
const FRAMES: usize = 4;

/// A place and its source line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snippet {
    pub(crate) file: String,
    /// Counted from 1.
    pub(crate) line: usize,
    /// Counted from 1, in characters.
    pub(crate) column: usize,
    /// How many characters the caret covers.
    pub(crate) width: usize,
    pub(crate) source: String,
}

impl Snippet {
    /// The place of a span in the text it was made from.
    pub(crate) fn plain(span: &FileSpan) -> Self {
        let source = span.file.source();
        let (begin, end) = (
            span.span.begin().get() as usize,
            span.span.end().get() as usize,
        );
        Self::of_text(span.filename(), source, begin, end)
    }

    /// The place of bytes in a text.
    pub(crate) fn of_text(file: &str, text: &str, begin: usize, end: usize) -> Self {
        let before = text.get(..begin).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let source = text
            .get(start..)
            .and_then(|rest| rest.lines().next())
            .unwrap_or_default();
        let column = text.get(start..begin).unwrap_or_default().chars().count();
        let covered = text.get(begin..end).unwrap_or_default();
        let width = covered
            .lines()
            .next()
            .map_or(1, |first| first.trim_end().chars().count());
        Self {
            file: file.to_owned(),
            line,
            column: column + 1,
            width: width.max(1),
            source: source.to_owned(),
        }
    }

    /// A message with this place: its first line, the place, and what is left of it.
    pub(crate) fn message(&self, message: &str) -> String {
        let (first, rest) = message.split_once('\n').unwrap_or((message, ""));
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let source = self.source.replace('\t', " ");
        let indent = " ".repeat(self.column.saturating_sub(1));
        let carets = "^".repeat(self.width);
        let mut text = format!(
            "{first}\n{margin}--> {}:{}:{}\n{margin} |\n{number} | {source}\n{margin} | {indent}{carets}",
            self.file, self.line, self.column
        );
        if !rest.is_empty() {
            text.push('\n');
            text.push_str(rest);
        }
        text
    }
}

/// A Starlark error with its place and a short traceback. `snippet` finds the written text of a place.
pub(crate) fn render_error(
    error: &starlark::Error,
    snippet: &dyn Fn(&FileSpan) -> Snippet,
) -> String {
    let message = match error.kind() {
        starlark::ErrorKind::StackOverflow(_) => String::from(
            "too many calls inside each other\n  a function calls itself without an end",
        ),
        _ => plain_words(&error.without_diagnostic().to_string()),
    };
    let calls: Vec<Snippet> = error
        .call_stack()
        .frames
        .iter()
        .filter_map(|frame| frame.location.as_ref())
        .filter(|span| !is_internal(span))
        .map(snippet)
        .collect();
    let own = error.span().filter(|span| !is_internal(span)).map(snippet);
    let Some(place) = own.or_else(|| calls.last().cloned()) else {
        return message;
    };
    let mut text = place.message(&message);
    let calls: Vec<&Snippet> = calls
        .iter()
        .filter(|call| call.line != place.line || call.file != place.file)
        .collect();
    let skipped = calls.len().saturating_sub(2 * FRAMES);
    for (at, call) in calls.iter().rev().enumerate() {
        if skipped > 0 && at == FRAMES {
            text.push_str(&format!("\n  … {skipped} more calls"));
        }
        if skipped == 0 || at < FRAMES || at >= FRAMES + skipped {
            text.push_str(&format!(
                "\n  called from {}:{}: {}",
                call.file,
                call.line,
                call.source.trim()
            ));
        }
    }
    text
}

/// True for code that is part of this crate.
pub(crate) fn is_internal(span: &FileSpan) -> bool {
    span.filename() == crate::environment::PRELUDE_NAME
}

/// Starlark's words in those of deploy files.
fn plain_words(message: &str) -> String {
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message = message.strip_prefix("fail: ").unwrap_or(message);
    if message.starts_with("Execution duration limit") {
        return String::from(
            "the deploy takes too many steps and is stopped here\n  look for a loop that grows with every round",
        );
    }
    if message.starts_with("Heap memory limit") {
        return String::from(
            "the deploy needs too much memory and is stopped here\n  look for a list or text that grows with every round",
        );
    }
    let missing = message
        .strip_prefix("Object of type `")
        .and_then(|rest| rest.split_once("` has no attribute `"));
    if let Some((what, rest)) = missing {
        return format!("`{what}` has no `{rest}");
    }
    let unknown = message
        .strip_prefix("Variable `")
        .and_then(|rest| rest.split_once("` not found"));
    if let Some((name, rest)) = unknown {
        return format!("there is no `{name}` here{rest}");
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_shows_its_place_between_headline_and_hint() {
        let text = "a = 1\n  apt.packges(x)\n";
        let snippet = Snippet::of_text("deploy.star", text, 8, 19);
        assert_eq!(
            snippet.message("there is no such thing\n  try another"),
            "there is no such thing\n --> deploy.star:2:3\n  |\n2 |   apt.packges(x)\n  |   ^^^^^^^^^^^\n  try another"
        );
    }
}
