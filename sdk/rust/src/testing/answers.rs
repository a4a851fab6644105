//! How requests, arguments and parts of values compare: the contract's rules, for the host in memory.

use serde_json::{Map, Value as Json};

/// Arguments in the form in which they compare: nulls left out, keys sorted.
#[must_use]
pub fn canonical_args(args: &Json) -> Json {
    match args {
        Json::Object(map) => {
            let mut kept: Vec<_> = map.iter().filter(|(_, value)| !value.is_null()).collect();
            kept.sort_by(|a, b| a.0.cmp(b.0));
            Json::Object(
                kept.into_iter()
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .collect(),
            )
        }
        other => other.clone(),
    }
}

/// True when every argument of `part` stands in `whole`. `{"$below": PATH}` stands for every path below one.
#[must_use]
pub fn contains_args(whole: &Json, part: &Json) -> bool {
    let (Json::Object(whole), Json::Object(part)) = (whole, part) else {
        return whole == part;
    };
    part.iter().all(|(name, value)| {
        let found = whole.get(name).unwrap_or(&Json::Null);
        match (value.get("$below").and_then(Json::as_str), found.as_str()) {
            (Some(folder), Some(path)) => is_below(path, folder),
            _ => found == value,
        }
    })
}

/// True when a path lies below a folder.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.len() > 1 && rest.starts_with('/'))
}

/// What a JSON pointer names.
#[must_use]
pub fn lookup_pointer<'a>(value: &'a Json, pointer: &str) -> Option<&'a Json> {
    value.pointer(pointer)
}

/// The parts of a value that a request selects: an object from each pointer to what it names. No pointers, or a
/// value that has no parts: the value itself.
#[must_use]
pub fn select_parts(value: Json, pointers: &[String]) -> Json {
    if pointers.is_empty() || !(value.is_object() || value.is_array()) {
        return value;
    }
    let part = |pointer: &String| {
        (
            pointer.clone(),
            value.pointer(pointer).cloned().unwrap_or(Json::Null),
        )
    };
    Json::Object(pointers.iter().map(part).collect())
}

/// Sets what a JSON pointer names, making objects on the way.
pub(super) fn set_pointer(target: &mut Json, pointer: &str, value: Json) {
    let mut at = target;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        let Json::Object(map) = at else { return };
        at = map.entry(token).or_insert(Json::Null);
    }
    *at = value;
}

/// True when one pointer names a part of what the other names, or the same.
pub(super) fn overlaps(a: &str, b: &str) -> bool {
    let inside = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(a, b) || inside(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_without_parts_come_whole() {
        let pointers = ["/mode".to_owned(), "/none".to_owned()];
        assert_eq!(
            select_parts(json!({"mode": 644, "size": 1}), &pointers),
            json!({"/mode": 644, "/none": null})
        );
        assert_eq!(select_parts(json!(false), &pointers), json!(false));
        assert_eq!(select_parts(json!(null), &pointers), json!(null));
    }

    #[test]
    fn below_is_every_path_in_a_folder_but_not_itself() {
        let part = json!({"path": {"$below": "/a"}});
        assert!(contains_args(
            &json!({"path": "/a/b", "pattern": "x"}),
            &part
        ));
        assert!(!contains_args(&json!({"path": "/a"}), &part));
        assert!(!contains_args(&json!({"path": "/ab"}), &part));
    }

    #[test]
    fn pointers_overlap_by_whole_tokens() {
        assert!(overlaps("", "/mode"));
        assert!(overlaps("/a/b", "/a"));
        assert!(!overlaps("/mode", "/mod"));
    }
}
