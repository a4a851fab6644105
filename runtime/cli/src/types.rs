//! JSON Schemas in words, for help.

use windlass::engine::json::Json;

/// What a schema takes: `text`, `text or a whole number`, `a list of text`.
pub(crate) fn words(schema: &Json) -> String {
    let mut kinds = Vec::new();
    collect(schema, &mut kinds);
    kinds.dedup();
    match kinds.as_slice() {
        [] => String::from("any value"),
        kinds => kinds.join(" or "),
    }
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
