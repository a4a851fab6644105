//! Edits with sed that work with GNU's and BSD's, and the regular expressions in them.

use windlass_sdk::prelude::*;

/// How a sed script stands in a command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edit<'a> {
    /// The file.
    pub path: Option<&'a RemotePath>,
    /// Flags of the substitution: `g`, `i`.
    pub flags: &'a [String],
    /// Whether the file as it was is kept beside it, with the time of the run in its name.
    pub backup: bool,
    /// Whether the shell expands variables in pattern and replacement.
    pub interpolate: bool,
    /// Whether the pattern is an extended regular expression.
    pub extended: bool,
}

impl Edit<'_> {
    /// The command that replaces what matches.
    #[must_use]
    pub fn replace(&self, pattern: &str, replacement: &str) -> ShellText {
        let flags = self.flags.concat();
        let script = format!(
            "s/{}/{}/{flags}",
            escape_slashes(pattern),
            escape_slashes(replacement)
        );
        self.command(&script)
    }

    /// The command that deletes lines that match.
    #[must_use]
    pub fn delete(&self, pattern: &str) -> ShellText {
        self.command(&format!("/{}/d", escape_slashes(pattern)))
    }

    fn command(&self, script: &str) -> ShellText {
        let Some(path) = self.path else {
            return ShellText::new();
        };
        let stamp = context::timestamp();
        let kept = path.with_suffix(&format!(".{stamp}"));
        let extended = if self.extended { "-E " } else { "" };
        let script = word(script, self.interpolate);
        let edit = shell!("sed {extended:raw}-i.{stamp} {script:text} {path}");
        if self.backup {
            edit
        } else {
            shell!("{edit:text} && rm -f {kept}")
        }
    }
}

/// An argument in which the shell expands variables, or one that it leaves alone.
#[must_use]
pub fn word(text: &str, interpolate: bool) -> ShellText {
    if interpolate {
        let text = text.replace('"', "\\\"");
        shell!("\"{text:raw}\"")
    } else {
        shell!("{text}")
    }
}

/// Escapes slashes that are not escaped yet.
fn escape_slashes(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut backslash = false;
    for c in text.chars() {
        if c == '/' && !backslash {
            escaped.push('\\');
        }
        backslash = c == '\\' && !backslash;
        escaped.push(c);
    }
    escaped
}

/// A pattern that matches whole lines, with what matches a part of them in the middle.
#[must_use]
pub fn whole_line(line: &str, escape: bool) -> String {
    let escaped = if escape {
        escape_pattern(line)
    } else {
        line.to_owned()
    };
    let start = if escaped.starts_with('^') { "" } else { "^.*" };
    let end = if escaped.ends_with('$') { "" } else { ".*$" };
    format!("{start}{escaped}{end}")
}

/// A pattern that matches a text and nothing else, as far as it is anchored.
#[must_use]
pub fn exact_line(line: &str) -> String {
    let start = if line.starts_with('^') { "" } else { "^" };
    let end = if line.ends_with('$') { "" } else { "$" };
    format!("{start}{line}{end}")
}

/// Escapes what means something in a regular expression.
#[must_use]
pub fn escape_pattern(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, c| {
        if ".\\+*?[^]$(){}-".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_escaped_once() {
        assert_eq!(escape_slashes(r"/etc/x\/y"), r"\/etc\/x\/y");
    }

    #[test]
    fn partial_lines_match_whole_ones() {
        assert_eq!(whole_line("a", false), "^.*a.*$");
        assert_eq!(whole_line("^a$", false), "^a$");
        assert_eq!(whole_line("a.b*", true), "^.*a\\.b\\*.*$");
    }

    #[test]
    fn edits_remove_the_copy_unless_it_is_a_backup() {
        let path = RemotePath::new("/f");
        let edit = Edit {
            path: Some(&path),
            ..Edit::default()
        };
        let stamp = context::timestamp();
        assert_eq!(
            edit.replace("a", "b/c").render(),
            format!("sed -i.{stamp} 's/a/b\\/c/' /f && rm -f /f.{stamp}")
        );
        let kept = Edit {
            path: Some(&path),
            backup: true,
            extended: true,
            ..Edit::default()
        };
        assert_eq!(
            kept.delete("a+").render(),
            format!("sed -E -i.{stamp} /a+/d /f")
        );
    }
}
