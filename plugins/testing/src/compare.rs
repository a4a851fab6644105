//! What counts as equal: names aside that differ by design, and quoting that means the same.

use serde_json::Value as Json;

use crate::command::Command;

/// Text without the names that differ: ours and those that pyinfra writes.
pub(crate) fn normal(text: &str) -> String {
    let either = text.replace("(WINDLASS|PYINFRA)", "NAME");
    either
        .replace("WINDLASS", "NAME")
        .replace("PYINFRA", "NAME")
        .replace("windlass", "name")
        .replace("pyinfra", "name")
}

/// Whether two shell lines are the same, or split into the same words.
pub(crate) fn same_shell(a: &str, b: &str) -> bool {
    let (a, b) = (normal(a), normal(b));
    a == b || matches!((shlex::split(&a), shlex::split(&b)), (Some(a), Some(b)) if a == b)
}

/// Whether two commands are the same.
pub(crate) fn same_command(a: &Command, b: &Command) -> bool {
    match (a, b) {
        (Command::Shell(a), Command::Shell(b)) => same_shell(a, b),
        (a, b) => a == b,
    }
}

/// Whether two values are the same: sets in any order, 1 as 1.0.
pub(crate) fn same_value(a: &Json, b: &Json) -> bool {
    let set = |value: &Json| value.get("$set").unwrap_or(value).clone();
    let is_set = a.get("$set").is_some() || b.get("$set").is_some();
    match (&set(a), &set(b)) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) if is_set => {
            a.len() == b.len()
                && a.iter()
                    .all(|item| b.iter().any(|other| same_value(item, other)))
        }
        (Json::Array(a), Json::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Json::Object(a), Json::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same_value(a, b)))
        }
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quoting_that_means_the_same_is_equal() {
        assert!(same_shell("touch 'a'", "touch a"));
        assert!(!same_shell("touch 'a b'", "touch a b"));
        assert!(same_shell(
            "awk '/# BEGIN (WINDLASS|PYINFRA) BLOCK/'",
            "awk '/# BEGIN PYINFRA BLOCK/'"
        ));
    }

    #[test]
    fn values_compare_by_meaning() {
        assert!(same_value(&json!({"$set": [1, 2]}), &json!([2.0, 1])));
        assert!(!same_value(&json!([1, 2]), &json!([2, 1])));
        assert!(!same_value(&json!({"a": 1}), &json!({"a": 1, "b": null})));
    }
}
