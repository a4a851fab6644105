//! JSON Schemas and signatures in words, for help and reference pages.

use windlass_engine::contract::{Parameter, ParameterKind};
use windlass_engine::json::Json;

/// What a schema takes: `text`, `text or a whole number`, `a list of text`.
#[must_use]
pub fn words(schema: &Json) -> String {
    match kinds(schema).as_slice() {
        [] => String::from("any value"),
        kinds => kinds.join(" or "),
    }
}

/// Each kind of value that a schema takes.
pub(crate) fn kinds(schema: &Json) -> Vec<String> {
    let mut kinds = Vec::new();
    collect(schema, &mut kinds);
    kinds
}

fn collect(schema: &Json, kinds: &mut Vec<String>) {
    let mut add = |kind: String| {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    };
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        add(format!("one of {}", values.join(", ")));
        return;
    }
    let branches = ["anyOf", "oneOf"].into_iter();
    if let Some(branches) = branches
        .filter_map(|key| schema.get(key)?.as_array())
        .next()
    {
        for branch in branches {
            collect(branch, kinds);
        }
        return;
    }
    match schema.get("type") {
        // That nothing may be given shows in the default.
        Some(Json::String(name)) if name != "null" => add(kind(name, schema)),
        Some(Json::Array(names)) => {
            for name in names
                .iter()
                .filter_map(Json::as_str)
                .filter(|name| *name != "null")
            {
                add(kind(name, schema));
            }
        }
        _ => {}
    }
}

fn kind(name: &str, schema: &Json) -> String {
    match name {
        "string"
            if schema
                .get("format")
                .is_some_and(|format| format == "local-path") =>
        {
            String::from("a path on this machine")
        }
        "string" => String::from("text"),
        "integer" => String::from("a whole number"),
        "number" => String::from("a number"),
        "boolean" => String::from("true or false"),
        "array" => match schema.get("items").map(words) {
            Some(items) if items != "any value" => format!("a list of {items}"),
            _ => String::from("a list"),
        },
        "object" => String::from("an object"),
        other => other.to_owned(),
    }
}

/// How something is called, as in a deploy: `motd.set(text, *, mode = None)`.
#[must_use]
pub fn call(name: &str, parameters: &[Parameter]) -> String {
    let mut keyword = false;
    let mut words = Vec::new();
    for parameter in parameters {
        if parameter.kind == ParameterKind::Keyword && !keyword {
            keyword = true;
            words.push(String::from("*"));
        }
        words.push(match (&parameter.kind, &parameter.default) {
            (ParameterKind::RestList, _) => format!("*{}", parameter.name),
            (ParameterKind::RestMap, _) => format!("**{}", parameter.name),
            (_, Some(default)) => format!("{} = {}", parameter.name, starlark(default)),
            (_, None) => parameter.name.clone(),
        });
    }
    format!("{name}({})", words.join(", "))
}

/// What a parameter takes, whether it is needed, and its default: `text; required`.
#[must_use]
pub fn takes(parameter: &Parameter) -> String {
    let mut kind = words(&parameter.schema);
    if parameter.secret {
        kind += ", or a secret";
    }
    let rest = matches!(
        parameter.kind,
        ParameterKind::RestList | ParameterKind::RestMap
    );
    match &parameter.default {
        None if rest => {}
        None => kind += "; required",
        Some(Json::Null) => {}
        Some(default) => kind += &format!("; default {}", starlark(default)),
    }
    kind
}

/// A value as deploy files write it.
#[must_use]
pub fn starlark(value: &Json) -> String {
    match value {
        Json::Null => String::from("None"),
        Json::Bool(true) => String::from("True"),
        Json::Bool(false) => String::from("False"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn schemas_read_as_sentences() {
        for (schema, expected) in [
            (json!({"type": "string"}), "text"),
            (json!({"type": ["string", "null"]}), "text"),
            (
                json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
                "text or a whole number",
            ),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                "a list of text",
            ),
            (json!({"enum": ["a", "b"]}), "one of \"a\", \"b\""),
            (json!({}), "any value"),
        ] {
            assert_eq!(words(&schema), expected);
        }
    }
}
