//! `files.replace`.

use windlass_plugin_common::sed::Edit;
use windlass_sdk::prelude::*;

use super::edit::{Syntax, run};

/// Replace all that matches in a file.
#[operation(
    example = r#"files.replace(name = "Listen everywhere", path = "/etc/app.conf", text = "127.0.0.1", replace = "0.0.0.0", flags = ["g"])"#
)]
pub fn replace(
    plan: &mut Plan,
    /// The file on the target.
    path: RemotePath,
    /// What is replaced: a regular expression.
    text: Option<String>,
    /// What it is replaced with.
    replace: Option<String>,
    /// Flags of sed's substitution: `g`, `i`. Without `g` it is the first match of each line.
    flags: Option<OneOrMany<String>>,
    /// Whether the file as it was is kept beside it, with the time of the run after its name.
    #[default(false)]
    backup: bool,
    /// Whether the target's shell expands variables in `text` and `replace`.
    #[default(false)]
    interpolate_variables: bool,
    /// Whether `text` is an extended regular expression.
    #[default(false)]
    extended_regex: bool,
    /// The old name of `text`.
    r#match: Option<String>,
) -> Result<()> {
    let missing =
        |name: &str| Error::invalid_type("missing: say what is replaced, and with what").at(name);
    let text = text.or(r#match).ok_or_else(|| missing("text"))?;
    let replace = replace.ok_or_else(|| missing("replace"))?;
    let flags = flags.unwrap_or_default();

    let syntax = Syntax {
        interpolate: interpolate_variables,
        extended: extended_regex,
    };
    let fact = syntax.find(&path, &text);
    let found = get(&fact)?;
    if found.as_ref().is_some_and(Vec::is_empty) {
        plan.note(format!("string \"{text}\" does not exist in {path}"));
        return Ok(());
    }

    let edit = Edit {
        path: Some(&path),
        flags: &flags,
        backup,
        interpolate: interpolate_variables,
        extended: extended_regex,
    };
    // Only where nothing has a special meaning is it known which lines will still match.
    let plain =
        syntax.is_plain(&text) && !text.contains('.') && syntax.is_plain_replacement(&replace);
    let before = found.filter(|_| plain && flags.iter().all(|flag| flag == "g"));
    let after = before.as_ref().map(|lines| {
        let times = if flags.is_empty() { 1 } else { usize::MAX };
        lines
            .iter()
            .map(|line| line.replacen(&text, &replace, times))
            .collect::<Vec<_>>()
    });
    let still = after.clone().map(|lines| {
        lines
            .into_iter()
            .filter(|line| line.contains(&text))
            .collect()
    });
    run(
        plan,
        edit.replace(&text, &replace),
        &path,
        false,
        vec![(fact, still)],
    );
    if let (Some(before), Some(after)) = (before, after) {
        let text = |lines: &[String]| {
            lines
                .iter()
                .map(|line| format!("{line}\n"))
                .collect::<String>()
        };
        plan.diff(Diff::text(path.as_str(), text(&before), text(&after)));
    }
    Ok(())
}
