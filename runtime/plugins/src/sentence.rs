//! JSON Schema in short sentences: what a parameter takes, and why a value is not that.

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use windlass_engine::json::{Json, kind_of};

use windlass_engine::nearest::did_you_mean;

/// How many allowed values are listed before the list is cut.
const LISTED: usize = 12;

/// What a schema takes, as in "text or a whole number".
pub(crate) fn takes(schema: &Json) -> String {
    let mut words = Vec::new();
    collect(schema, Number::Singular, &mut words);
    join(&words)
}

#[derive(Clone, Copy, PartialEq)]
enum Number {
    Singular,
    Plural,
}

fn collect(schema: &Json, number: Number, words: &mut Vec<String>) {
    let mut add = |word: String| {
        if !words.contains(&word) {
            words.push(word);
        }
    };
    if let Some(values) = schema.get("enum").and_then(Json::as_array) {
        let shown = values.iter().filter(|value| !value.is_null());
        shown.take(LISTED).for_each(|value| add(quoted(value)));
        if values.len() > LISTED {
            add(String::from("…"));
        }
        return;
    }
    if let Some(value) = schema.get("const") {
        return add(quoted(value));
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(schemas) = schema.get(several).and_then(Json::as_array) {
            for schema in schemas {
                collect(schema, number, words);
            }
            return;
        }
    }
    let kinds: Vec<&str> = match schema.get("type") {
        Some(Json::String(kind)) => vec![kind.as_str()],
        Some(Json::Array(kinds)) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => vec!["any"],
    };
    let mode = schema.get("format").and_then(Json::as_str) == Some("mode");
    for kind in kinds {
        let (one, many) = match kind {
            "null" => continue,
            "string" | "integer" if mode => ("a mode such as 644", "modes such as 644"),
            "string" => ("text", "text"),
            "integer" => ("a whole number", "whole numbers"),
            "number" => ("a number", "numbers"),
            "boolean" => ("true or false", "true or false"),
            "array" => ("a list", "lists"),
            "object" => ("an object", "objects"),
            _ => ("any value", "any values"),
        };
        let mut word = String::from(if number == Number::Singular {
            one
        } else {
            many
        });
        let inner = match kind {
            "array" => schema.get("items"),
            "object" => schema.get("additionalProperties"),
            _ => None,
        };
        if let Some(inner) =
            inner.filter(|inner| inner.as_object().is_some_and(|map| !map.is_empty()))
        {
            let mut items = Vec::new();
            collect(inner, Number::Plural, &mut items);
            word.push_str(&format!(" of {}", join(&items)));
        }
        if !words.contains(&word) {
            words.push(word);
        }
    }
}

fn quoted(value: &Json) -> String {
    match value {
        Json::String(text) => format!("`{text}`"),
        other => other.to_string(),
    }
}

fn join(words: &[String]) -> String {
    match words {
        [] => String::from("nothing"),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// Why a value is refused. `hidden`: a secret stands in it, and nothing of it may be shown.
pub(crate) fn of(name: &str, schema: &Json, error: &ValidationError<'_>, hidden: bool) -> String {
    let error = deepest(error);
    let subject = subject(name, error.instance_path().as_str());
    let around = enclosing(schema, error.schema_path().as_str());
    let value = error.instance();
    match error.kind() {
        ValidationErrorKind::Type { .. }
        | ValidationErrorKind::AnyOf { .. }
        | ValidationErrorKind::OneOfNotValid { .. } => {
            format!("{subject} takes {}, not {}", takes(around), kind(value))
        }
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. } => {
            let shown = match value.as_str() {
                _ if hidden => String::from("the secret's value"),
                Some(text) => format!("`{text}`{}", nearest_of(text, around)),
                None => kind(value).to_owned(),
            };
            format!("{subject} takes {}, not {shown}", takes(around))
        }
        ValidationErrorKind::Minimum { limit } => format!("{subject} is at least {limit}"),
        ValidationErrorKind::Maximum { limit } => format!("{subject} is at most {limit}"),
        ValidationErrorKind::MinLength { limit } if *limit == 1 => {
            format!("{subject} is not empty")
        }
        ValidationErrorKind::MinItems { limit } if *limit == 1 => {
            format!("{subject} has at least one item")
        }
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            format!("{subject} lacks `{property}`")
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let names: Vec<String> = unexpected.iter().map(|name| format!("`{name}`")).collect();
            format!("{subject} has no {}", names.join(", "))
        }
        ValidationErrorKind::Pattern { pattern } => {
            format!("{subject} does not look as it should; it matches `{pattern}`")
        }
        _ => format!("{subject}: {}", error.masked_with("the value")),
    }
}

/// What to blame: in alternatives, the error inside the one whose type was right.
fn deepest<'e, 'i>(error: &'e ValidationError<'i>) -> &'e ValidationError<'i> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) =
        error.kind()
    else {
        return error;
    };
    let here = error.instance_path().as_str();
    context
        .iter()
        .filter_map(|branch| branch.first())
        .find(|inner| {
            !matches!(inner.kind(), ValidationErrorKind::Type { .. })
                || inner.instance_path().as_str() != here
        })
        .filter(|inner| {
            // Plain lists of allowed values read better together.
            !matches!(
                inner.kind(),
                ValidationErrorKind::Enum { .. } | ValidationErrorKind::Constant { .. }
            )
        })
        .map_or(error, |inner| deepest(inner))
}

/// The schema that a keyword stands in.
fn enclosing<'s>(schema: &'s Json, keyword: &str) -> &'s Json {
    let parent = keyword.rsplit_once('/').map_or("", |(parent, _)| parent);
    schema.pointer(parent).unwrap_or(schema)
}

/// An argument, or a part of one: `packages[1].name`.
fn subject(name: &str, pointer: &str) -> String {
    let mut text = String::from(name);
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        match token.parse::<usize>() {
            Ok(position) => text.push_str(&format!("[{position}]")),
            Err(_) => text.push_str(&format!(".{token}")),
        }
    }
    format!("`{text}`")
}

fn kind(value: &Json) -> &'static str {
    match value {
        Json::Number(number) if number.is_f64() => "a number with a fraction",
        other => kind_of(other),
    }
}

fn nearest_of(text: &str, schema: &Json) -> String {
    let values = schema.get("enum").and_then(Json::as_array);
    let known = values.into_iter().flatten().filter_map(Json::as_str);
    did_you_mean(text, known)
}
