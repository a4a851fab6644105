//! Reading case files.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::format::{Case, FactCase, OperationCase};

/// Why a case file cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The file itself.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line of it.
    #[error("{}:{line}: {message}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
}

/// Reads a case file: one case a line, as JSON; empty lines are skipped.
///
/// # Errors
/// [`ReadError`], with file and line.
pub fn read_cases(path: &Path) -> Result<Vec<Case>, ReadError> {
    let text = std::fs::read_to_string(path).map_err(|source| ReadError::File {
        path: path.to_owned(),
        source,
    })?;
    parse_cases(path, &text)
}

/// Reads the text of a case file; `path` is for messages.
///
/// # Errors
/// [`ReadError`], with file and line.
pub fn parse_cases(path: &Path, text: &str) -> Result<Vec<Case>, ReadError> {
    let wrong = |line, message| ReadError::Line {
        path: path.to_owned(),
        line,
        message,
    };
    let (mut cases, mut seen) = (Vec::new(), HashSet::new());
    for (line, text) in text
        .lines()
        .enumerate()
        .filter(|(_, text)| !text.trim().is_empty())
    {
        let case = parse(text).map_err(|message| wrong(line + 1, message))?;
        if !seen.insert(case.id().to_owned()) {
            return Err(wrong(
                line + 1,
                format!("the id `{}` stands in the file twice", case.id()),
            ));
        }
        cases.push(case);
    }
    Ok(cases)
}

/// One case. Whether it is an operation's or a fact's is told first, so that what is wrong with it can be said.
fn parse(text: &str) -> Result<Case, String> {
    let value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
    let said = |error: serde_json::Error| error.to_string();
    let case = match (value.get("op").is_some(), value.get("fact").is_some()) {
        (true, false) => serde_json::from_value::<OperationCase>(value)
            .map(|case| Case::Operation(Box::new(case)))
            .map_err(said),
        (false, true) => serde_json::from_value::<FactCase>(value)
            .map(|case| Case::Fact(Box::new(case)))
            .map_err(said),
        _ => Err(String::from(
            "a case has either `op` (an operation's name) or `fact` (a fact's)",
        )),
    }?;
    match (case.id(), case.subject(), &case) {
        ("", _, _) => Err(String::from("`id` is empty: it tells cases apart")),
        (_, "", Case::Operation(_)) => Err(String::from(
            "`op` is empty: it is an operation's name, as `files.file`",
        )),
        (_, "", Case::Fact(_)) => Err(String::from(
            "`fact` is empty: it is a fact's name, as `files.File`",
        )),
        _ => Ok(case),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_is_an_operation_or_a_fact() {
        let operation = parse(r#"{"id": "a", "op": "x.y", "expect": {"commands": []}}"#).unwrap();
        assert!(matches!(operation, Case::Operation(_)));
        let fact =
            r#"{"id": "a", "fact": "x.Y", "expect": {"command": {"raw": "true"}, "value": null}}"#;
        assert!(matches!(parse(fact).unwrap(), Case::Fact(_)));
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(parse(r#"{"id": "a"}"#).unwrap_err().contains("either `op`"));
        assert!(
            parse(r#"{"id": "a", "fact": "x.Y"}"#)
                .unwrap_err()
                .contains("missing field `expect`")
        );
        for (text, says) in [
            (
                r#"{"id": "a", "op": "", "expect": {"commands": []}}"#,
                "`op` is empty",
            ),
            (
                r#"{"id": "", "op": "x.y", "expect": {"commands": []}}"#,
                "`id` is empty",
            ),
            (
                r#"{"id": "a", "fact": "", "expect": {"command": {"raw": "true"}, "value": null}}"#,
                "`fact` is empty",
            ),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_default_of_null_is_a_default() {
        let with = r#"{"id":"a","fact":"x.Y","default":null,"expect":{"command":{"raw":"true"},"value":1}}"#;
        let Case::Fact(case) = parse(with).unwrap() else {
            unreachable!()
        };
        assert_eq!(case.default, Some(serde_json::Value::Null));
    }
}
