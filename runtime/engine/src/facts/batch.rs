//! Fact commands that are pending together leave in one round trip.
//!
//! Each command runs in a shell of its own with no input; a random mark with its status follows its output on both
//! streams, so binary output, syntax errors and failures stay apart. A command whose marks are missing (the batch ended
//! early) runs again by itself.

use std::fmt::Write as _;

use crate::command::quote;
use crate::contract::RawOutput;

/// How much script goes into one round trip, in bytes.
const SCRIPT_LIMIT: usize = 96 * 1024;

/// A script for several commands, and what tells their outputs apart.
pub(super) struct Script {
    pub(super) text: String,
    mark: String,
    count: usize,
}

/// Splits commands into runs that fit one round trip each.
pub(super) fn chunks(commands: &[String]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (at, command) in commands.iter().enumerate() {
        if at > start && size + command.len() > SCRIPT_LIMIT {
            ranges.push(start..at);
            (start, size) = (at, 0);
        }
        size += command.len();
    }
    ranges.push(start..commands.len());
    ranges
}

impl Script {
    pub(super) fn new(commands: &[String], mark: String) -> Self {
        let mut text = String::new();
        for command in commands {
            let _ = writeln!(text, "sh -c {} </dev/null", quote(command));
            let _ = writeln!(
                text,
                "s=$?; printf '\\n{mark} %d\\n' $s; printf '\\n{mark} %d\\n' $s >&2"
            );
        }
        Self {
            text,
            mark,
            count: commands.len(),
        }
    }

    /// The outputs, in order; none for a command whose marks are missing.
    pub(super) fn split(&self, stdout: &[u8], stderr: &[u8]) -> Vec<Option<RawOutput>> {
        let mut out = Frames {
            rest: stdout,
            mark: self.mark.as_bytes(),
        };
        let mut err = Frames {
            rest: stderr,
            mark: self.mark.as_bytes(),
        };
        (0..self.count)
            .map(|_| {
                let (stdout, status) = out.next()?;
                let (stderr, _) = err.next()?;
                Some(RawOutput {
                    status,
                    stdout: stdout.to_vec(),
                    stderr: stderr.to_vec(),
                    values: Vec::new(),
                })
            })
            .collect()
    }
}

struct Frames<'a> {
    rest: &'a [u8],
    mark: &'a [u8],
}

impl<'a> Iterator for Frames<'a> {
    type Item = (&'a [u8], i32);

    fn next(&mut self) -> Option<Self::Item> {
        let needle = [b"\n", self.mark, b" "].concat();
        let at = self
            .rest
            .windows(needle.len())
            .position(|window| window == needle)?;
        let (body, tail) = self.rest.split_at_checked(at)?;
        let tail = tail.get(needle.len()..)?;
        let end = tail.iter().position(|byte| *byte == b'\n')?;
        let status = std::str::from_utf8(tail.get(..end)?).ok()?.parse().ok()?;
        self.rest = tail.get(end + 1..)?;
        Some((body, status))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    fn run(commands: &[&str]) -> Vec<Option<RawOutput>> {
        let commands: Vec<String> = commands
            .iter()
            .map(|command| (*command).to_owned())
            .collect();
        let script = Script::new(&commands, String::from("m4rk"));
        let mut child = Command::new("sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(script.text.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        script.split(&output.stdout, &output.stderr)
    }

    #[test]
    fn outputs_stay_apart_whatever_the_commands_do() {
        let outputs = run(&[
            "echo one",
            "printf '\\377\\000\\n'; echo e >&2; exit 3",
            "echo 'unclosed",
            "cat",
            "printf x",
        ]);
        let outputs: Vec<RawOutput> = outputs.into_iter().map(Option::unwrap).collect();
        assert_eq!(outputs[0].stdout, b"one\n");
        assert_eq!(
            (outputs[1].status, outputs[1].stdout.as_slice()),
            (3, b"\xff\x00\n".as_slice())
        );
        assert_eq!(outputs[1].stderr, b"e\n");
        assert_ne!(outputs[2].status, 0);
        assert_eq!(outputs[3].stdout, b"");
        assert_eq!(outputs[4].stdout, b"x");
    }

    #[test]
    fn what_never_ran_is_told_apart() {
        let outputs = run(&["echo one", "kill -9 $PPID", "echo three"]);
        assert!(outputs[0].is_some());
        assert!(outputs[2].is_none());
    }

    #[test]
    fn long_scripts_are_split() {
        let commands = vec!["x".repeat(60 * 1024); 3];
        assert_eq!(chunks(&commands), [0..1, 1..2, 2..3]);
        assert_eq!(chunks(&[]).len(), 1);
        assert_eq!(chunks(&vec![String::from("x"); 5]).first(), Some(&(0..5)));
    }
}
