//! JSON values, their canonical text (RFC 8785) and the small helpers that every module shares.

pub use serde_json::Value as Json;
pub use serde_json::json;

/// A JSON object whose keys keep the order they were written in.
pub type JsonMap = serde_json::Map<String, Json>;

/// The canonical text of a value, as RFC 8785 defines it: the key of every cache and memo.
///
/// Integers beyond 2^53 keep all their digits, which RFC 8785 leaves to the application.
#[must_use]
pub fn canonical(value: &Json) -> String {
    serde_json_canonicalizer::to_string(value).unwrap_or_else(|_| value.to_string())
}

/// What a JSON value is called in messages: `text`, `a number`, `a list`, …
#[must_use]
pub fn kind_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// Sets what a JSON pointer names, making the objects on the way; an empty pointer replaces the whole value.
///
/// A path that runs through something that is neither an object nor null replaces that with an object.
pub fn set_pointer(target: &mut Json, pointer: &str, value: Json) {
    let mut at = target;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if !at.is_object() {
            *at = Json::Object(JsonMap::new());
        }
        let Json::Object(map) = at else { return };
        at = map.entry(token).or_insert(Json::Null);
    }
    *at = value;
}

/// True when every key of `part` stands in `whole` with an equal value; null and absent are equal, and
/// `{"$below": PATH}` equals every path below that folder.
#[must_use]
pub fn contains(whole: &Json, part: &Json) -> bool {
    match (whole, part) {
        (Json::Object(whole), Json::Object(part)) => {
            part.iter().all(|(key, value)| match whole.get(key) {
                Some(found) => found == value || is_below(found, value),
                None => value.is_null(),
            })
        }
        _ => whole == part,
    }
}

/// True when a path lies below the folder of a `{"$below": PATH}`.
fn is_below(path: &Json, folder: &Json) -> bool {
    let (Some(path), Some(folder)) = (path.as_str(), folder.get("$below").and_then(Json::as_str))
    else {
        return false;
    };
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn canonical_sorts_keys_and_drops_spaces() {
        assert_eq!(
            canonical(&json!({"b": 1.0, "a": [true, null]})),
            r#"{"a":[true,null],"b":1}"#
        );
    }

    #[test]
    fn set_pointer_makes_what_is_missing() {
        let mut value = json!(null);
        set_pointer(&mut value, "/a/b~1c", json!(1));
        assert_eq!(value, json!({"a": {"b/c": 1}}));
        set_pointer(&mut value, "", json!(false));
        assert_eq!(value, json!(false));
    }

    #[test]
    fn contains_knows_what_is_below_a_folder() {
        let below = json!({"path": {"$below": "/a"}});
        assert!(contains(&json!({"path": "/a/b"}), &below));
        assert!(!contains(&json!({"path": "/a"}), &below));
        assert!(!contains(&json!({"path": "/ab"}), &below));
    }

    #[test]
    fn contains_treats_null_as_absent() {
        assert!(contains(
            &json!({"path": "/a"}),
            &json!({"path": "/a", "extra": null})
        ));
        assert!(!contains(&json!({"path": "/a"}), &json!({"path": "/b"})));
    }
}
