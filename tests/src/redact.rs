//! Snapshots that are the same on every machine: what varies from run to run becomes a placeholder.

use regex::Regex;

/// Replaces what varies in output: given texts first, in the order they were added, then times, durations and
/// identifiers by pattern.
#[derive(Debug, Clone)]
pub struct Redactor {
    texts: Vec<(String, String)>,
    patterns: Vec<(Regex, &'static str)>,
}

/// Pattern and placeholder. Order matters: a date holds what looks like a time of day.
const PATTERNS: &[(&str, &str)] = &[
    (
        r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?",
        "[date]",
    ),
    (r"\b\d\d:\d\d:\d\d(\.\d+)?\b", "[time]"),
    (
        r"\b\d+(\.\d+)?\s?(ns|µs|us|ms|s|sec|seconds|min)\b",
        "[duration]",
    ),
    (r"\b[0-9a-f]{40,64}\b", "[digest]"),
    (r"\bSHA256:[A-Za-z0-9+/]{43}", "SHA256:[fingerprint]"),
    (r"\b127\.0\.2\.(\d+):\d+\b", "127.0.2.$1:[port]"),
    (r"\[127\.0\.2\.(\d+)\]:\d+", "[127.0.2.$1]:[port]"),
];

impl Default for Redactor {
    fn default() -> Self {
        let pattern = |&(pattern, placeholder): &(&str, &'static str)| {
            (
                Regex::new(pattern).expect("the pattern is valid"),
                placeholder,
            )
        };
        Self {
            texts: Vec::new(),
            patterns: PATTERNS.iter().map(pattern).collect(),
        }
    }
}

impl Redactor {
    /// Also replaces `text`, wherever it stands, by `placeholder`.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>, placeholder: impl Into<String>) -> Self {
        self.texts.push((text.into(), placeholder.into()));
        self
    }

    /// `output` with its varying parts replaced.
    #[must_use]
    pub fn apply(&self, output: &str) -> String {
        let mut text = output.to_owned();
        for (from, to) in &self.texts {
            text = text.replace(from, to);
        }
        for (pattern, placeholder) in &self.patterns {
            text = pattern.replace_all(&text, *placeholder).into_owned();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_varies_is_replaced_and_the_rest_stays() {
        let redactor = Redactor::default().text("/tmp/.tmpX", "[home]");
        let output = "wrote /tmp/.tmpX/a in 12ms (0.25 s) at 2026-01-02T03:04:05Z to 127.0.2.10:4242, port 22, mode 755";
        assert_eq!(
            redactor.apply(output),
            "wrote [home]/a in [duration] ([duration]) at [date] to 127.0.2.10:[port], port 22, mode 755"
        );
    }
}
