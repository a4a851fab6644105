//! Names that differ between tools without a difference in what is done.
//!
//! Cases may be written for another tool of this kind, whose own name stands in block markers, heredoc words and
//! temporary files. It is taken for ours on both sides.

use std::borrow::Cow;

/// What stands for whose name: (theirs, ours). A pattern that finds both is ours alone.
const NAMES: [(&str, &str); 3] = [
    ("(WINDLASS|PYINFRA)", "WINDLASS"),
    ("PYINFRA", "WINDLASS"),
    ("pyinfra", "windlass"),
];

/// Marks that commands write into their own output.
const MARKS: [(&str, &str); 3] = [
    ("__pyinfra_", "__windlass_"),
    ("##PYINFRA_FILE ", "##WINDLASS_FILE "),
    ("#pyinfra-filename: ", "#windlass-filename: "),
];

/// Text with every tool's own name as ours.
pub(super) fn common(text: &str) -> Cow<'_, str> {
    replace(text, &NAMES)
}

/// A command's output with the marks that the command itself wrote as ours. The rest is what a host really says, in
/// which another tool's name is a word like any other.
pub(super) fn common_marks(output: &str) -> Cow<'_, str> {
    replace(output, &MARKS)
}

fn replace<'a>(text: &'a str, names: &[(&str, &str)]) -> Cow<'a, str> {
    names
        .iter()
        .fold(Cow::Borrowed(text), |text, (theirs, ours)| {
            if text.contains(theirs) {
                Cow::Owned(text.replace(theirs, ours))
            } else {
                text
            }
        })
}
