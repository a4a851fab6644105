//! Comparing planned commands with expected ones, and showing where they differ.

use similar::{ChangeTag, TextDiff};

use super::files::join;
use super::format::Command;
use super::names::common;
use super::seen::Seen;
use super::shell;
use super::values;

/// Why planned commands are not the expected ones; none when they are.
pub(super) fn commands(expected: &[Command], found: &[Seen], cwd: &str) -> Option<String> {
    // What surrounds a reboot is the runtime's own.
    let reboots = found.iter().any(|seen| matches!(seen, Seen::Reboot(_)));
    let expected: Vec<&Command> = expected
        .iter()
        .filter(|command| !(reboots && matches!(command, Command::Function { .. })))
        .collect();
    let same = expected.len() == found.len()
        && expected
            .iter()
            .zip(found)
            .all(|(expected, found)| command(expected, found, cwd));
    (!same).then(|| diff(&expected, found))
}

fn command(expected: &Command, found: &Seen, cwd: &str) -> bool {
    let found = match found {
        Seen::Command(found) => found,
        Seen::Reboot(found) => {
            return matches!(expected, Command::Shell { raw, .. } if shell::same(raw, found));
        }
        Seen::Other(_) => return false,
    };
    match (expected, found) {
        (
            Command::Shell {
                raw,
                masked,
                stdin,
                env,
                files,
            },
            Command::Shell {
                raw: line,
                stdin: input,
                env: with,
                files: private,
                ..
            },
        ) => {
            // No secret stands in a planned line, so what is shown of it is the line.
            shell::same(raw, line)
                && masked
                    .as_deref()
                    .is_none_or(|masked| shell::same(masked, line))
                && stdin == input
                && values::same(&env.clone().into(), &with.clone().into())
                && values::same(&files.clone().into(), &private.clone().into())
        }
        (
            Command::Upload {
                content,
                local_path,
                dest,
            },
            Command::Upload {
                content: sent,
                local_path: from,
                dest: to,
            },
        ) => {
            let text =
                |content: &Option<String>| content.as_deref().map(|text| common(text).into_owned());
            let local = local_path.as_deref().map(|path| join(cwd, path));
            text(content) == text(sent) && local == *from && common(dest) == common(to)
        }
        (
            Command::Download { src, dest },
            Command::Download {
                src: from,
                dest: to,
            },
        ) => src == from && join(cwd, dest) == *to,
        (Command::Rsync { .. }, Command::Rsync { .. }) => expected == found,
        _ => false,
    }
}

/// The difference of two lists of commands, a line each: `-` is expected, `+` is planned.
fn diff(expected: &[&Command], found: &[Seen]) -> String {
    let before: String = expected
        .iter()
        .map(|command| line(command) + "\n")
        .collect();
    let after: String = found.iter().map(|seen| seen_line(seen) + "\n").collect();
    let mut text = String::from("the commands differ (- expected, + planned):");
    for change in TextDiff::from_lines(&before, &after).iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        text.push_str(&format!("\n  {sign} {}", change.value().trim_end()));
    }
    if before == after {
        text.push_str("\n  (they look alike: they differ in what a line does not show)");
    }
    text
}

/// Planned commands, a line each.
pub(super) fn listing(found: &[Seen]) -> String {
    if found.is_empty() {
        return String::from("  nothing to do");
    }
    let lines: Vec<String> = found
        .iter()
        .map(|seen| format!("  {}", seen_line(seen)))
        .collect();
    lines.join("\n")
}

/// Planned commands for reading: what an upload of several lines holds stands below it.
pub(super) fn block(found: &[Seen]) -> String {
    let one = |seen: &Seen| match seen {
        Seen::Command(Command::Upload {
            content: Some(content),
            dest,
            ..
        }) if content.trim_end().contains('\n') => {
            let lines = content.lines().map(|line| format!("\n  | {line}"));
            format!("upload to {dest}:{}", lines.collect::<String>())
        }
        other => seen_line(other),
    };
    let lines: Vec<String> = found.iter().map(one).collect();
    match lines.is_empty() {
        true => String::from("nothing to do"),
        false => lines.join("\n"),
    }
}

fn seen_line(seen: &Seen) -> String {
    match seen {
        Seen::Command(command) => line(command),
        Seen::Reboot(text) => escaped(text),
        Seen::Other(text) => escaped(text),
    }
}

fn line(command: &Command) -> String {
    match command {
        Command::Shell {
            raw,
            masked: _,
            stdin,
            env,
            files,
        } => {
            let mut text = escaped(raw);
            if let Some(stdin) = stdin {
                text.push_str(&format!("  [standard input: {}]", escaped(stdin)));
            }
            for (what, map) in [("environment", env), ("file", files)] {
                for (name, value) in map {
                    text.push_str(&format!("  [{what} {name}: {value}]"));
                }
            }
            text
        }
        Command::Upload {
            content: Some(content),
            dest,
            ..
        } => format!("upload {} to {dest}", quoted(content)),
        Command::Upload {
            local_path, dest, ..
        } => {
            format!(
                "upload the file {} to {dest}",
                local_path.as_deref().unwrap_or("?")
            )
        }
        Command::Download { src, dest } => format!("download {src} to {dest}"),
        Command::Rsync { src, dest, flags } => format!("rsync {} {src} to {dest}", flags.join(" ")),
        Command::Function { name } => format!("function {name}"),
    }
}

/// Text on one line.
fn escaped(text: &str) -> String {
    common(text).replace('\n', "\\n")
}

fn quoted(content: &str) -> String {
    format!("{:?}", common(content))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn parse(command: serde_json::Value) -> Command {
        serde_json::from_value(command).unwrap()
    }

    fn shell_line(raw: &str) -> Command {
        parse(json!({"type": "shell", "raw": raw}))
    }

    #[test]
    fn commands_compare_in_order_and_number() {
        let seen = |lines: &[&str]| {
            lines
                .iter()
                .map(|raw| Seen::Command(shell_line(raw)))
                .collect::<Vec<_>>()
        };
        let expected = [shell_line("a 'b'"), shell_line("c")];
        assert_eq!(commands(&expected, &seen(&["a b", "c"]), "/"), None);
        let why = commands(&expected, &seen(&["a b"]), "/").unwrap();
        assert!(why.contains("- c"), "{why}");
        assert!(commands(&expected, &seen(&["c", "a b"]), "/").is_some());
    }

    #[test]
    fn standard_input_and_masks_count() {
        let seen = [Seen::Command(parse(
            json!({"type": "shell", "raw": "x", "stdin": "s"}),
        ))];
        let why = commands(&[shell_line("x")], &seen, "/").unwrap();
        assert!(why.contains("[standard input: s]"), "{why}");
        assert_eq!(
            commands(
                &[parse(json!({"type": "shell", "raw": "x", "stdin": "s"}))],
                &seen,
                "/"
            ),
            None
        );
        let masked = parse(json!({"type": "shell", "raw": "x", "masked": "*", "stdin": "s"}));
        assert!(commands(&[masked], &seen, "/").is_some());
    }

    #[test]
    fn what_surrounds_a_reboot_is_not_compared() {
        let expected = [
            parse(json!({"type": "function", "name": "wait"})),
            shell_line("reboot"),
        ];
        assert_eq!(
            commands(&expected, &[Seen::Reboot(String::from("reboot"))], "/"),
            None
        );
        assert!(commands(&expected, &[Seen::Command(shell_line("reboot"))], "/").is_some());
    }

    #[test]
    fn local_paths_are_relative_to_the_deploy() {
        let expected = [parse(
            json!({"type": "upload", "local_path": "a", "dest": "/b"}),
        )];
        let seen = [Seen::Command(parse(
            json!({"type": "upload", "local_path": "/srv/a", "dest": "/b"}),
        ))];
        assert_eq!(commands(&expected, &seen, "/srv"), None);
        assert!(commands(&expected, &seen, "/").is_some());
    }
}
