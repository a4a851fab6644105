//! Quoting of words for a POSIX shell.

use crate::contract::Part;

/// A word as a POSIX shell reads it back: bare where that is safe, in single quotes otherwise.
///
/// ```
/// # use windlass_engine::command::quote;
/// assert_eq!(quote("/etc/hosts"), "/etc/hosts");
/// assert_eq!(quote("it's"), r#"'it'"'"'s'"#);
/// assert_eq!(quote(""), "''");
/// ```
#[must_use]
pub fn quote(word: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./-_".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r#"'"'"'"#))
}

/// Shell text as the shell takes it. A part this version does not know is an error with its name.
///
/// # Errors
/// The unknown part's name.
pub fn render(text: &[Part]) -> Result<String, String> {
    let mut line = String::new();
    for part in text {
        match part {
            Part::Raw(raw) => line.push_str(raw),
            Part::Word(word) => line.push_str(&quote(word)),
            Part::Other(name, _) => {
                return Err(format!(
                    "shell text has a part `{name}`, which needs a newer windlass"
                ));
            }
        }
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_quoted_is_read_back(word in "[^\0]*") {
            let line = quote(&word);
            prop_assert_eq!(shlex::split(&format!("x {line}")), Some(vec![String::from("x"), word]));
        }
    }

    #[test]
    fn parts_join_without_spaces_of_their_own() {
        let text = [
            Part::Raw(String::from("chown ")),
            Part::Word(String::from("a b")),
            Part::Raw(String::from(" /x")),
        ];
        assert_eq!(render(&text).unwrap(), "chown 'a b' /x");
        assert!(render(&[Part::Other(String::from("new"), serde_json::Value::Null)]).is_err());
    }
}
