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
    let mut text = String::with_capacity(64);
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Json, text: &mut String) {
    match value {
        Json::Null => text.push_str("null"),
        Json::Bool(true) => text.push_str("true"),
        Json::Bool(false) => text.push_str("false"),
        Json::Number(number) if !number.is_f64() => text.push_str(&number.to_string()),
        Json::Number(number) => text.push_str(
            &serde_json_canonicalizer::to_string(number).unwrap_or_else(|_| number.to_string()),
        ),
        Json::String(string) => write_string(string, text),
        Json::Array(items) => {
            text.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write_canonical(item, text);
            }
            text.push(']');
        }
        Json::Object(map) => {
            text.push('{');
            for (position, (key, item)) in sorted(map).into_iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write_string(key, text);
                text.push(':');
                write_canonical(item, text);
            }
            text.push('}');
        }
    }
}

/// By the units of UTF-16, in which the standard compares keys; of ASCII, as nearly all are, these are the bytes.
fn sorted(map: &JsonMap) -> Vec<(&String, &Json)> {
    let mut entries: Vec<_> = map.iter().collect();
    if map.keys().all(|key| key.is_ascii()) {
        entries.sort_unstable_by_key(|(key, _)| *key);
    } else {
        entries
            .sort_unstable_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
    }
    entries
}

fn write_string(string: &str, text: &mut String) {
    let plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if string.bytes().all(plain) {
        text.push('"');
        text.push_str(string);
        text.push('"');
    } else {
        text.push_str(&Json::from(string).to_string());
    }
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

    #[test]
    fn canonical_text_is_that_of_the_standard() {
        let values = [
            json!({"b": [1, -2, null, true, false], "a": {"z": "", "y": {}}, "A": [], "aa": u32::MAX}),
            json!({"text": "quote \" back \\ line \n tab \t bell \u{7} delete \u{7f} nul \u{0} ü 😀"}),
            json!({"\u{e9}": 1, "z": 2, "\u{1f600}": 3, "\u{fb33}": 4}),
            json!([0.5, 1.0, 1e30, -0.0, 9_007_199_254_740_992_i64]),
            json!({"key \" with \n": {"0.5": 0.5}}),
        ];
        for value in values {
            let standard = serde_json_canonicalizer::to_string(&value).unwrap();
            assert_eq!(canonical(&value), standard);
        }
    }

    #[test]
    fn integers_keep_their_digits() {
        for value in [
            json!([9_007_199_254_740_993_i64, 0.5]),
            json!(i64::MIN),
            json!(u64::MAX),
        ] {
            assert_eq!(canonical(&value), value.to_string());
        }
    }
}
