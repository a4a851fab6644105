//! The text that a shell reads for a command.

use std::fmt::Write as _;

use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::command::{compose_without_privilege, quote};

/// The most that a command may read from within the script, in bytes; what is longer gets a channel of its own.
pub(in crate::remote) const INLINE: usize = 128 * 1024;

/// The longest text of a command that goes through a shell, in bytes.
const TEXT: usize = 256 * 1024;

/// What a shell reads first: how a command's end is marked. `{mark}` is its own word, `{printf}` tells whether the
/// shell can print by itself, since what another program prints stands in `ps`.
const FIRST: &str = include_str!("first.sh");

/// The text that begins a shell; its end is marked as that of number 0.
pub(super) fn first(mark: &str) -> String {
    format!("wl_m={mark}\n{FIRST}")
}

/// True where a command can go through a shell.
pub(in crate::remote) fn fits(text: &str, stdin: usize) -> bool {
    text.len() <= TEXT && stdin <= INLINE && !text.contains('\0')
}

/// The text that runs one command and marks its end.
///
/// It is one complete piece of shell text whatever the command is: the command itself is a quoted word.
pub(in crate::remote) fn item(
    number: u64,
    text: &str,
    arguments: &GlobalArguments,
    stdin: &[u8],
) -> String {
    let inner = compose_without_privilege(text, arguments);
    let command = match arguments.shell() {
        ShellExecutable::Program(_) => inner,
        ShellExecutable::None => format!("(eval {})", quote(&inner)),
    };
    let mut script = String::with_capacity(command.len() + stdin.len() + 64);
    if stdin.is_empty() {
        let _ = writeln!(script, "{command} </dev/null");
    } else {
        script.push_str("printf '");
        escape(stdin, &mut script);
        let _ = writeln!(script, "' | {command}");
    }
    let _ = writeln!(script, "wl_e {number} $?");
    script
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
        let bytes: Vec<u8> = (0..=255).chain(b"-n %s \\n '\"$x`y` \xc3\xa9\r\n".iter().copied()).collect();
        for shell in ["sh", "bash"] {
            let printed = through(shell, &bytes);
            let expected = [b"\nM 0 0 printf\n", bytes.as_slice(), b"\nM 1 0\n"].concat();
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
            let ends: Vec<&str> = printed.lines().filter(|line| line.starts_with("M ")).collect();
            assert_eq!(ends.len(), 4, "{printed}");
            assert_eq!(ends[1], "M 1 2");
            assert_eq!(ends[2], "M 2 3");
            assert!(printed.contains("\non\n\nM 3 0\n"), "{printed}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_a_command_reads_is_what_was_given(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            let expected = [b"\nM 0 0 printf\n", bytes.as_slice(), b"\nM 1 0\n"].concat();
            prop_assert_eq!(through("sh", &bytes), expected);
        }
    }
}
