//! What edits of lines will have changed, as far as that can be told without running a regular expression.

use windlass_plugin_common::files::{Known, becomes, content_changes};
use windlass_plugin_common::stat::Kind;
use windlass_sdk::prelude::*;

use crate::facts::FindInFile;

/// How patterns of an operation are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syntax {
    /// Whether the shell expands variables first.
    pub(crate) interpolate: bool,
    /// Whether they are extended regular expressions.
    pub(crate) extended: bool,
}

impl Syntax {
    /// Whether a pattern matches itself, as text within a line, and nothing that does not contain it but for `.`.
    pub(crate) fn is_plain(self, pattern: &str) -> bool {
        let special = if self.extended {
            "[\\*+?(){}|^$"
        } else {
            "[\\*"
        };
        let anchored = pattern.starts_with('^') || pattern.ends_with('$');
        !self.interpolate && !anchored && !pattern.contains(|c| special.contains(c))
    }

    /// Whether a replacement stands for itself.
    pub(crate) fn is_plain_replacement(self, replacement: &str) -> bool {
        !self.interpolate && !replacement.contains(['&', '\\', '\n'])
    }

    /// The request for lines that match.
    pub(crate) fn find(self, path: &RemotePath, pattern: &str) -> FindInFile {
        FindInFile {
            path: path.clone(),
            pattern: pattern.to_owned(),
            interpolate_variables: self.interpolate,
            extended_regex: self.extended,
        }
    }
}

/// Adds a command that edits a file, with what it changes: all that is known of the content but the lines that match
/// these patterns, where they are known.
pub(crate) fn run(
    plan: &mut Plan,
    command: ShellText,
    path: &RemotePath,
    makes_file: bool,
    matching: Vec<(FindInFile, Option<Vec<String>>)>,
) {
    let step = plan.run(command);
    step.predict_all(content_changes(path));
    if makes_file {
        step.predict_all(becomes(path, Kind::File, &Known::default()));
    }
    for (fact, lines) in matching {
        step.predict(match lines {
            Some(lines) => Prediction::value(&fact, lines),
            None => Prediction::unknown(&fact),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_patterns_match_themselves() {
        let basic = Syntax {
            interpolate: false,
            extended: false,
        };
        let extended = Syntax {
            interpolate: false,
            extended: true,
        };
        assert!(basic.is_plain("PermitRootLogin no (really)"));
        assert!(!extended.is_plain("PermitRootLogin no (really)"));
        assert!(!basic.is_plain("^a"));
        assert!(!basic.is_plain("a*"));
        assert!(
            !Syntax {
                interpolate: true,
                extended: false
            }
            .is_plain("a")
        );
    }
}
