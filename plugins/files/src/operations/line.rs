//! `files.line`.

use windlass_plugin_common::sed::{Edit, exact_line, whole_line, word};
use windlass_sdk::prelude::*;

use super::edit::{Syntax, run};

/// Make sure that a line stands in a file, replace lines that match, or remove them.
///
/// A line that is to be there and matches nothing is appended.
#[operation(
    example = r#"files.line(name = "No root logins", path = "/etc/ssh/sshd_config", line = "^#?PermitRootLogin", replace = "PermitRootLogin no", _sudo = True)"#,
    example = r#"files.line(path = "/etc/hosts", line = "old.example.net", present = False)"#
)]
pub fn line(
    plan: &mut Plan,
    /// The file on the target.
    path: RemotePath,
    /// The line, or a regular expression that matches a part of it.
    line: String,
    /// Whether it should be there.
    #[default(true)]
    present: bool,
    /// What lines that match are replaced with.
    replace: Option<String>,
    /// Flags of sed's substitution: `g`, `i`.
    flags: Option<OneOrMany<String>>,
    /// Whether the file as it was is kept beside it, with the time of the run after its name.
    #[default(false)]
    backup: bool,
    /// Whether the target's shell expands variables in `line` and `replace`.
    #[default(false)]
    interpolate_variables: bool,
    /// Whether `line` is text, in which nothing has a special meaning.
    #[default(false)]
    escape_regex_characters: bool,
    /// Whether a file that does not end in a newline gets one before a line is appended.
    #[default(false)]
    ensure_newline: bool,
    /// Whether `line` is an extended regular expression.
    #[default(false)]
    extended_regex: bool,
) -> Result<()> {
    let syntax = Syntax {
        interpolate: interpolate_variables,
        extended: extended_regex,
    };
    let pattern = whole_line(&line, escape_regex_characters);
    let found = get(&syntax.find(&path, &pattern))?;
    let flags = flags.unwrap_or_default();
    let edit = Edit {
        path: Some(&path),
        flags: &flags,
        backup,
        interpolate: interpolate_variables,
        extended: extended_regex,
    };
    let plain = syntax.is_plain(&line) || (escape_regex_characters && !interpolate_variables);
    let wanted = replace.clone().unwrap_or_else(|| line.clone());
    let matching = found.clone().unwrap_or_default();

    match (matching.is_empty(), present) {
        (true, true) => {
            let exact = replace.as_deref().map(exact_line);
            if let Some(exact) = &exact
                && get(&syntax.find(&path, exact))?.is_some_and(|lines| !lines.is_empty())
            {
                plan.note(format!("line \"{wanted}\" exists in {path}"));
                return Ok(());
            }
            let appended = vec![wanted.clone()];
            let matches =
                (plain && (replace.is_none() || wanted.contains(&line))).then(|| appended.clone());
            let mut lines = vec![(syntax.find(&path, &pattern), matches)];
            if let Some(exact) = exact {
                lines.push((
                    syntax.find(&path, &exact),
                    syntax.is_plain(&wanted).then(|| appended.clone()),
                ));
            }
            let command = append(
                &path,
                &wanted,
                backup,
                interpolate_variables,
                ensure_newline,
            );
            run(plan, command, &path, found.is_none(), lines);
            show(plan, &path, &[], &appended, interpolate_variables);
        }
        (false, false) => {
            let lines = vec![(syntax.find(&path, &pattern), Some(Vec::new()))];
            run(plan, edit.delete(&pattern), &path, false, lines);
            show(plan, &path, &matching, &[], interpolate_variables);
        }
        (false, true) => match replace {
            Some(replace) if matching.iter().any(|found| *found != replace) => {
                let replaced = vec![replace.clone(); matching.len()];
                let literal = syntax.is_plain_replacement(&replace);
                let still = (plain && literal).then(|| {
                    if replace.contains(&line) {
                        replaced.clone()
                    } else {
                        Vec::new()
                    }
                });
                let exact = exact_line(&replace);
                let mut lines = vec![(syntax.find(&path, &pattern), still)];
                if literal && syntax.is_plain(&replace) {
                    lines.push((syntax.find(&path, &exact), Some(replaced.clone())));
                }
                run(plan, edit.replace(&pattern, &replace), &path, false, lines);
                show(
                    plan,
                    &path,
                    &matching,
                    &replaced,
                    interpolate_variables || !literal,
                );
            }
            _ => plan.note(format!("line \"{wanted}\" exists in {path}")),
        },
        (true, false) => plan.note(format!("line \"{line}\" does not exist in {path}")),
    }
    Ok(())
}

/// The command that appends a line.
fn append(
    path: &RemotePath,
    line: &str,
    backup: bool,
    interpolate: bool,
    ensure_newline: bool,
) -> ShellText {
    let line = word(line, interpolate);
    let append = if ensure_newline {
        shell!("( [ $(tail -c1 {path} | wc -l) -eq 0 ] && echo ; echo {line:text} ) >> {path}")
    } else {
        shell!("echo {line:text} >> {path}")
    };
    if backup {
        let kept = path.with_suffix(&format!(".{}", context::timestamp()));
        shell!("cp {path} {kept} && {append:text}")
    } else {
        append
    }
}

/// Shows which lines go and which come, where that is known.
fn show(plan: &mut Plan, path: &RemotePath, before: &[String], after: &[String], unknown: bool) {
    if !unknown {
        let text = |lines: &[String]| {
            lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        plan.diff(Diff::text(path.as_str(), text(before), text(after)));
    }
}
