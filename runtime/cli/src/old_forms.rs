//! The command lines that users of pyinfra type, answered with the one to type here.

use clap::{Command, CommandFactory};

use crate::args::Cli;

/// The answer to a command line in the old form; none for any other. `given` begins with the program's name.
pub(crate) fn answer(given: &[String]) -> Option<String> {
    let command = Cli::command();
    let line = Line::read(given.get(1..)?, &command);
    let dry = line.options.iter().any(|option| option == "--dry");
    let options: Vec<&str> = line
        .options
        .iter()
        .map(String::as_str)
        .filter(|option| *option != "--dry")
        .collect();
    let first = line.words.first()?;
    if command.find_subcommand(first).is_some() {
        if !dry || !matches!(first.as_str(), "plan" | "apply") {
            return None;
        }
        let words: Vec<&str> = line.words.iter().skip(1).map(String::as_str).collect();
        return Some(told("plan", &words, &options));
    }
    let rest: Vec<&str> = line.words.iter().skip(1).map(String::as_str).collect();
    let inventory = new_name(first);
    let inventory = inventory.as_str();
    let (name, words): (&str, Vec<String>) = match rest.as_slice() {
        ["exec", command @ ..] => {
            let words = ["--"].iter().chain(command).map(|word| quoted(word));
            ("exec", words.collect())
        }
        ["fact", facts @ ..] => ("fact", facts.iter().map(|word| quoted(word)).collect()),
        ["debug-inventory", ..] => ("inventory", Vec::new()),
        [one, arguments @ ..] if is_operation(one) => {
            let words = std::iter::once(one).chain(arguments);
            ("op", words.map(|word| quoted(word)).collect())
        }
        [one, ..] if is_deploy(one) => {
            let name = if dry { "plan" } else { "apply" };
            (name, rest.iter().map(|word| new_name(word)).collect())
        }
        _ => return None,
    };
    let words: Vec<&str> = std::iter::once(inventory)
        .chain(words.iter().map(String::as_str))
        .collect();
    Some(told(name, &words, &options))
}

fn told(name: &str, words: &[&str], options: &[&str]) -> String {
    // Options stand before the command of `exec`, which takes all that follows `--`.
    let split = words.iter().position(|word| *word == "--");
    let (before, behind) = words.split_at(split.unwrap_or(words.len()));
    let line: Vec<&str> = ["windlass", name]
        .into_iter()
        .chain(before.iter().copied())
        .chain(options.iter().copied())
        .chain(behind.iter().copied())
        .collect();
    let mut text = format!(
        "the command comes first here; type\n\n  {}\n",
        line.join(" ")
    );
    if words.iter().any(|word| word.ends_with(".star")) {
        text += "\nDeploys are Starlark files, which have Python's syntax; inventories are TOML, YAML, JSON or Starlark.";
    }
    text.trim_end().to_owned()
}

/// Python files have another ending here.
fn new_name(word: &str) -> String {
    match word.strip_suffix(".py") {
        Some("inventory") => String::from("inventory.toml"),
        Some(stem) => format!("{stem}.star"),
        None => quoted(word),
    }
}

fn quoted(word: &str) -> String {
    windlass::engine::command::quote(word)
}

fn is_deploy(word: &str) -> bool {
    word.ends_with(".py") || word.ends_with(".star")
}

/// True for `module.operation`, which is no file's name.
fn is_operation(word: &str) -> bool {
    !is_deploy(word)
        && word.split_once('.').is_some_and(|(module, name)| {
            let plain = |text: &str| {
                !text.is_empty() && text.chars().all(|c| c == '_' || c.is_ascii_lowercase())
            };
            plain(module) && plain(name)
        })
}

/// Words and options of a command line, told apart by what the options of this program take.
struct Line {
    words: Vec<String>,
    options: Vec<String>,
}

impl Line {
    fn read(given: &[String], command: &Command) -> Self {
        let takes_value = |option: &str| {
            let long = option.strip_prefix("--");
            command.get_arguments().any(|argument| {
                long.is_some()
                    && argument.get_long() == long
                    && argument.get_action().takes_values()
            })
        };
        let mut line = Self {
            words: Vec::new(),
            options: Vec::new(),
        };
        let mut given = given.iter();
        while let Some(word) = given.next() {
            if word == "--" {
                line.words.extend(given.cloned());
                break;
            }
            if word.starts_with('-') && word.len() > 1 {
                line.options.push(word.clone());
                if takes_value(word) {
                    line.options.extend(given.next().map(|value| quoted(value)));
                }
            } else {
                line.words.push(word.clone());
            }
        }
        line
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn told(line: &str) -> Option<String> {
        let given: Vec<String> = line.split(' ').map(String::from).collect();
        let answer = answer(&given)?;
        Some(answer.lines().nth(2).unwrap().trim().to_owned())
    }

    #[test]
    fn old_forms_get_the_line_to_type() {
        for (old, new) in [
            (
                "windlass inventory.py deploy.py",
                "windlass apply inventory.toml deploy.star",
            ),
            (
                "windlass --dry --limit web inventory.py a.py tasks/b.py",
                "windlass plan inventory.toml a.star tasks/b.star --limit web",
            ),
            (
                "windlass @local exec -v -- ls -l",
                "windlass exec @local -v -- ls -l",
            ),
            (
                "windlass web,db fact files.File path=/x --sudo",
                "windlass fact web,db files.File path=/x --sudo",
            ),
            (
                "windlass @local files.directory path=/srv",
                "windlass op @local files.directory path=/srv",
            ),
            (
                "windlass hosts.toml debug-inventory",
                "windlass inventory hosts.toml",
            ),
            (
                "windlass apply inventory.toml deploy.star --dry",
                "windlass plan inventory.toml deploy.star",
            ),
        ] {
            assert_eq!(told(old).as_deref(), Some(new), "{old}");
        }
    }

    #[test]
    fn others_are_left_alone() {
        for line in [
            "windlass",
            "windlass --version",
            "windlass plan inventory.toml deploy.star",
            "windlass exec @local -- echo --dry",
            "windlass nonsense",
            "windlass a b",
        ] {
            assert_eq!(told(line), None, "{line}");
        }
    }
}
