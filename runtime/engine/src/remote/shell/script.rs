//! The text that a shell reads for a command.

use std::fmt::Write as _;

use indexmap::IndexMap;

use super::braces::in_braces;
use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::command::{compose_without_privilege, is_simple, quote};
use crate::remote::exec::Routine;

/// The most that a command may read from within the script, in bytes; what is longer gets a channel of its own.
pub const INLINE: usize = 128 * 1024;

/// The longest text of a command that goes through a shell, in bytes.
const TEXT: usize = 256 * 1024;

/// What a shell reads first: how a command's end is marked. `{mark}` is its own word, `{printf}` tells whether the
/// shell can print by itself, since what another program prints stands in `ps`.
const FIRST: &str = include_str!("first.sh");

/// The text that tells a shell a routine.
pub(super) fn definition(routine: &Routine) -> String {
    format!("{}() {{\n{}\n}}\n", routine.name, routine.body)
}

/// The text that begins a shell; its end is marked as that of number 0.
pub(super) fn first(mark: &str) -> String {
    format!("wl_m={mark}\n{FIRST}")
}

/// True where a command can go through a shell.
pub(super) fn fits(text: &str, stdin: usize) -> bool {
    text.len() <= TEXT && stdin <= INLINE && !text.contains('\0')
}

/// A command as a shell takes it.
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    /// What the text ends with, which the shell knows by name.
    pub(super) routine: Option<&'static Routine>,
    pub(super) arguments: &'a GlobalArguments,
    pub(super) stdin: &'a [u8],
    /// True for text of which nobody can tell whether a `sh` of its own runs it.
    pub(super) plain: bool,
    /// Its place among commands of which each depends on the one before.
    pub(super) link: Link<'a>,
}

/// A command's place in a chain.
pub(super) enum Link<'a> {
    /// It is no part of a chain.
    None,
    /// The first, with the statuses that mean success.
    First(&'a str),
    /// One that runs only if the one before succeeded.
    Next(&'a str),
}

impl Line<'_> {
    /// The text that runs it and marks its end.
    ///
    /// It is one complete piece of shell text whatever the command is: the command itself is a quoted word.
    pub(super) fn script(&self, number: u64) -> String {
        let command = self.command();
        let mut script = String::with_capacity(command.len() + self.stdin.len() + 96);
        if let Link::Next(_) = self.link {
            script.push_str("if [ -n \"$wl_c\" ]; then\n");
        }
        if self.stdin.is_empty() || self.routine.is_some() {
            let _ = writeln!(script, "{command} </dev/null");
        } else {
            let _ = writeln!(script, "{} | {command}", printing(self.stdin));
        }
        let _ = match self.link {
            Link::None => writeln!(script, "wl_e {number} $?"),
            Link::First(codes) => writeln!(script, "wl_k {number} $? {}", quote(codes)),
            Link::Next(codes) => writeln!(
                script,
                "wl_k {number} $? {}\nelse wl_e {number} {SKIPPED}; fi",
                quote(codes)
            ),
        };
        script
    }

    /// True where nothing stands in front of the text.
    fn bare(&self) -> bool {
        self.arguments.chdir.is_none() && self.arguments.env.as_ref().is_none_or(IndexMap::is_empty)
    }

    fn command(&self) -> String {
        let shell = self.arguments.shell();
        if let Some(routine) = self.routine {
            let call = format!(
                "{}\n{}\n{INPUT}() {{ {}; }}\n{}",
                self.text,
                routine.inside,
                printing(self.stdin),
                routine.name
            );
            let arguments = GlobalArguments {
                shell_executable: Some(ShellExecutable::None),
                ..self.arguments.clone()
            };
            let inner = compose_without_privilege(&call, &arguments);
            return format!("(eval {})", quote(&inner));
        }
        // Its own process id is what a command may find out; it is the shell's then.
        let own = self.text.contains("$$") || self.text.contains("PID") || self.text.contains("$0");
        if self.plain && !own && shell == ShellExecutable::Program(String::from("sh")) {
            let arguments = GlobalArguments {
                shell_executable: Some(ShellExecutable::None),
                ..self.arguments.clone()
            };
            let inner = compose_without_privilege(self.text, &arguments);
            return match in_braces(&inner).filter(|_| self.bare()) {
                Some(text) => format!("eval {}", quote(&text)),
                None => format!("(eval {})", quote(&inner)),
            };
        }
        let inner = compose_without_privilege(self.text, self.arguments);
        match shell {
            // One program with its words needs no shell in between.
            ShellExecutable::Program(program)
                if program == "sh" && self.bare() && is_simple(self.text) =>
            {
                self.text.to_owned()
            }
            ShellExecutable::Program(_) => inner,
            ShellExecutable::None => format!("(eval {})", quote(&inner)),
        }
    }
}

/// What stands instead of the status of a command that did not run, since one before it failed.
pub(super) const SKIPPED: &str = "skipped";

/// What a routine calls for its input.
const INPUT: &str = "wl_in";

/// The text that prints bytes. The shell does it by itself.
fn printing(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    text.push_str("printf '");
    escape(bytes, &mut text);
    text.push('\'');
    text
}

/// Bytes as the format of `printf` within single quotes.
fn escape(bytes: &[u8], script: &mut String) {
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'%' => script.push_str("%%"),
            b'\\' => script.push_str("\\\\"),
            // A format that begins like an option would be taken for one.
            b'-' if at > 0 => script.push('-'),
            b'\n' | b'\t' | b' '..=b'~' if !matches!(byte, b'\'' | b'-') => {
                script.push(char::from(*byte));
            }
            _ => {
                let _ = write!(script, "\\{byte:03o}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    fn item(number: u64, text: &str, arguments: &GlobalArguments, stdin: &[u8]) -> String {
        line(text, arguments, stdin, Link::None).script(number)
    }

    fn line<'a>(
        text: &'a str,
        arguments: &'a GlobalArguments,
        stdin: &'a [u8],
        link: Link<'a>,
    ) -> Line<'a> {
        Line {
            text,
            routine: None,
            arguments,
            stdin,
            plain: false,
            link,
        }
    }

    fn run(shell: &str, script: &str) -> Vec<u8> {
        let mut child = Command::new(shell)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(script.as_bytes()).unwrap();
        drop(stdin);
        child.wait_with_output().unwrap().stdout
    }

    fn through(shell: &str, bytes: &[u8]) -> Vec<u8> {
        let script = item(1, "cat", &GlobalArguments::default(), bytes);
        run(shell, &format!("{}{script}", first("M")))
    }

    #[test]
    fn all_bytes_come_through_both_shells() {
        let bytes: Vec<u8> = (0..=255)
            .chain(b"-n %s \\n '\"$x`y` \xc3\xa9\r\n".iter().copied())
            .collect();
        for shell in ["sh", "bash"] {
            let printed = through(shell, &bytes);
            let expected = [b"\x1eM 0 0 printf\n", bytes.as_slice(), b"\x1eM 1 0\n"].concat();
            assert_eq!(printed, expected, "{shell}");
        }
    }

    #[test]
    fn a_text_that_is_no_shell_text_ends_alone() {
        let none = GlobalArguments {
            shell_executable: Some(ShellExecutable::None),
            ..GlobalArguments::default()
        };
        for arguments in [GlobalArguments::default(), none] {
            let script = [
                first("M"),
                item(1, "echo 'unclosed", &arguments, b""),
                item(2, "exit 3", &arguments, b""),
                item(3, "cat; echo on", &arguments, b""),
            ]
            .concat();
            let printed = String::from_utf8(run("sh", &script)).unwrap();
            let ends: Vec<&str> = printed
                .lines()
                .filter_map(|line| line.strip_prefix('\x1e'))
                .collect();
            assert_eq!(ends.len(), 4, "{printed}");
            assert_eq!(ends[1], "M 1 2");
            assert_eq!(ends[2], "M 2 3");
            assert!(printed.contains("\non\n\x1eM 3 0\n"), "{printed}");
        }
    }

    #[test]
    fn what_stands_behind_a_failure_does_not_run() {
        let arguments = GlobalArguments::default();
        let chain = [
            first("M"),
            line("exit 3", &arguments, b"", Link::First("0 3")).script(1),
            line("exit 1", &arguments, b"", Link::Next("0")).script(2),
            line("echo no", &arguments, b"", Link::Next("0")).script(3),
            line("echo no", &arguments, b"", Link::Next("0")).script(4),
            line("echo yes", &arguments, b"", Link::First("0")).script(5),
        ];
        let printed = String::from_utf8(run("sh", &chain.concat())).unwrap();
        let lines: Vec<&str> = printed
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| line.trim_start_matches('\x1e'))
            .skip(1)
            .collect();
        assert_eq!(
            lines,
            [
                "M 1 3",
                "M 2 1",
                "M 3 skipped",
                "M 4 skipped",
                "yes",
                "M 5 0"
            ]
        );
    }

    #[test]
    fn plain_text_sees_what_a_shell_of_its_own_would_show() {
        let arguments = GlobalArguments::default();
        for text in [
            "echo $0; set -e; false; echo no",
            "echo 'a b'; exit 4",
            "x=1; f() { echo $x; }; f",
            "cat <<E\n$HOME\nE\n",
        ] {
            let printed = |plain: bool| {
                let line = Line {
                    plain,
                    ..line(text, &arguments, b"", Link::None)
                };
                run("sh", &format!("{}{}", first("M"), line.script(1)))
            };
            assert_eq!(printed(true), printed(false), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_a_command_reads_is_what_was_given(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            let expected = [b"\x1eM 0 0 printf\n", bytes.as_slice(), b"\x1eM 1 0\n"].concat();
            prop_assert_eq!(through("sh", &bytes), expected);
        }
    }
}
