//! Arguments as people type them in a shell: `mode=755 packages=[a,b] present=false`.

use windlass::engine::contract::Parameter;
use windlass::engine::json::{Json, JsonMap};

/// Arguments of an operation or fact.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Arguments {
    /// Those without a name.
    pub(crate) positional: Vec<Json>,
    /// Those with one.
    pub(crate) named: JsonMap,
    /// Global arguments: those whose name begins with `_`, and `name`.
    pub(crate) global: JsonMap,
}

impl Arguments {
    /// Reads words. A word is named when it begins with a name and `=`; the schemas of `parameters` decide whether a
    /// value that could be several things is text.
    pub(crate) fn read(words: &[String], parameters: &[Parameter]) -> Self {
        let mut arguments = Self::default();
        for word in words {
            match named(word) {
                Some((key, text)) if key.starts_with('_') => {
                    arguments.global.insert(key.to_owned(), value(text));
                }
                Some((key, text)) => {
                    let parameter = parameters.iter().find(|one| one.name == key);
                    let value = parameter.map_or_else(|| value(text), |one| typed(one, text));
                    let known = parameter.is_some() || key != "name";
                    let map = if known {
                        &mut arguments.named
                    } else {
                        &mut arguments.global
                    };
                    map.insert(key.to_owned(), value);
                }
                None => {
                    let parameter = parameters.get(arguments.positional.len());
                    arguments
                        .positional
                        .push(parameter.map_or_else(|| value(word), |one| typed(one, word)));
                }
            }
        }
        arguments
    }
}

/// Splits `key=value`; none when the part before `=` is no name.
fn named(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    let is_name = !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key
            .chars()
            .all(|c| c == '_' || c.is_ascii_lowercase() || c.is_ascii_digit());
    is_name.then_some((key, value))
}

/// A value for a parameter: what its schema takes as text only stays text.
fn typed(parameter: &Parameter, text: &str) -> Json {
    let guess = value(text);
    let kind = match &guess {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => return guess,
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    };
    let takes = |kind: &str| takes(&parameter.schema, kind);
    let fits = takes(kind) || (kind == "number" && takes("integer"));
    if takes("string") && !fits && kind != "null" {
        Json::from(text)
    } else {
        guess
    }
}

/// True when a schema accepts a JSON type.
fn takes(schema: &Json, kind: &str) -> bool {
    let named = match schema.get("type") {
        Some(Json::String(one)) => one == kind,
        Some(Json::Array(several)) => several.iter().any(|one| one == kind),
        _ => false,
    };
    let branches = ["anyOf", "oneOf"].into_iter();
    named
        || branches
            .filter_map(|key| schema.get(key)?.as_array())
            .flatten()
            .any(|branch| takes(branch, kind))
}

/// A value by its looks: JSON, `True`, `False` and `None`, a list of bare words in brackets, else text.
pub(crate) fn value(text: &str) -> Json {
    match text {
        "True" => return Json::Bool(true),
        "False" => return Json::Bool(false),
        "None" => return Json::Null,
        _ => {}
    }
    if let Ok(value) = serde_json::from_str(text) {
        return value;
    }
    match text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(inside) => Json::Array(items(inside).into_iter().map(value).collect()),
        None => Json::from(text),
    }
}

/// Splits at commas outside brackets and quotes.
fn items(inside: &str) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_i32, false, 0);
    let mut found = Vec::new();
    for (at, character) in inside.char_indices() {
        match character {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                found.push(inside.get(start..at).unwrap_or_default().trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    let last = inside.get(start..).unwrap_or_default().trim();
    if !last.is_empty() {
        found.push(last);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use windlass::engine::contract::ParameterKind;

    fn parameter(name: &str, schema: Json) -> Parameter {
        Parameter {
            name: name.to_owned(),
            kind: ParameterKind::Either,
            schema,
            default: None,
            doc: String::new(),
            secret: false,
            more: Json::Null,
        }
    }

    #[test]
    fn values_are_what_they_look_like() {
        for (text, expected) in [
            ("755", json!(755)),
            ("true", json!(true)),
            ("None", json!(null)),
            ("[a, b,\"c,d\",[1,x]]", json!(["a", "b", "c,d", [1, "x"]])),
            ("[]", json!([])),
            ("{\"a\": 1}", json!({"a": 1})),
            ("/etc/hosts", json!("/etc/hosts")),
            ("", json!("")),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn schemas_decide_where_looks_deceive() {
        let parameters = [
            parameter("version", json!({"type": "string"})),
            parameter(
                "mode",
                json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
            ),
            parameter("on", json!({"type": "boolean"})),
        ];
        let words = [
            "version=1.10",
            "mode=755",
            "on=false",
            "_sudo=true",
            "name=Site",
            "A=b c",
        ];
        let words: Vec<String> = words.into_iter().map(String::from).collect();
        let read = Arguments::read(&words, &parameters);
        assert_eq!(
            json!(read.named),
            json!({"version": "1.10", "mode": 755, "on": false})
        );
        assert_eq!(json!(read.global), json!({"_sudo": true, "name": "Site"}));
        assert_eq!(read.positional, [json!("A=b c")]);
    }
}
