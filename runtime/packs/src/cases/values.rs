//! When two values are the same, tags included, and where they are not.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use windlass_engine::json::{Json, JsonMap, canonical};

/// How many differences are told.
const TOLD: usize = 8;

/// Where two values differ, in words; empty when they are the same. Object keys and the items of `$set` and `$map`
/// have no order, 1 is 1.0, `$datetime`s are instants (UTC where they name no offset), and a `$path` is its text.
pub(super) fn differences(expected: &Json, found: &Json) -> Vec<String> {
    let mut told = Vec::new();
    compare("", expected, found, &mut told);
    if told.len() > TOLD {
        let more = told.len() - TOLD;
        told.truncate(TOLD);
        told.push(format!("… and {more} more"));
    }
    told
}

/// True when two values are the same.
pub(super) fn same(expected: &Json, found: &Json) -> bool {
    let mut told = Vec::new();
    compare("", expected, found, &mut told);
    told.is_empty()
}

fn compare(at: &str, expected: &Json, found: &Json, told: &mut Vec<String>) {
    let (expected, found) = (untagged(expected), untagged(found));
    let equal = match (expected, found) {
        (Json::Number(a), Json::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => return lists(at, a, b, told),
        (Json::Object(a), Json::Object(b)) => match (tagged(a), tagged(b)) {
            (Some(("$datetime", a)), Some(("$datetime", b))) => {
                instant(a).is_some_and(|a| Some(a) == instant(b))
            }
            (Some((tag @ ("$set" | "$map"), Json::Array(a))), Some((other, Json::Array(b))))
                if tag == other =>
            {
                return unordered(at, tag, a, b, told);
            }
            _ => return objects(at, a, b, told),
        },
        (a, b) => a == b,
    };
    if !equal {
        differ(at, expected, found, told);
    }
}

fn differ(at: &str, expected: &Json, found: &Json, told: &mut Vec<String>) {
    let place = if at.is_empty() {
        String::new()
    } else {
        format!("{at}: ")
    };
    told.push(format!(
        "{place}expected {}, got {}",
        short(expected),
        short(found)
    ));
}

fn lists(at: &str, expected: &[Json], found: &[Json], told: &mut Vec<String>) {
    for (position, pair) in expected.iter().zip(found).enumerate() {
        compare(&format!("{at}/{position}"), pair.0, pair.1, told);
    }
    let both = expected.len().min(found.len());
    told.extend(
        expected
            .iter()
            .enumerate()
            .skip(both)
            .map(|(n, item)| format!("{at}/{n}: missing {}", short(item))),
    );
    told.extend(
        found
            .iter()
            .enumerate()
            .skip(both)
            .map(|(n, item)| format!("{at}/{n}: unexpected {}", short(item))),
    );
}

fn objects(at: &str, expected: &JsonMap, found: &JsonMap, told: &mut Vec<String>) {
    for (key, value) in expected {
        let place = format!("{at}/{key}");
        match found.get(key) {
            Some(found) => compare(&place, value, found, told),
            None => told.push(format!("{place}: missing {}", short(value))),
        }
    }
    let unexpected = found.iter().filter(|(key, _)| !expected.contains_key(*key));
    told.extend(unexpected.map(|(key, value)| format!("{at}/{key}: unexpected {}", short(value))));
}

fn unordered(at: &str, tag: &str, expected: &[Json], found: &[Json], told: &mut Vec<String>) {
    let mut left: Vec<&Json> = found.iter().collect();
    for item in expected {
        match left.iter().position(|other| same(item, other)) {
            Some(position) => drop(left.swap_remove(position)),
            None => told.push(format!("{at}/{tag}: missing {}", short(item))),
        }
    }
    told.extend(
        left.into_iter()
            .map(|item| format!("{at}/{tag}: unexpected {}", short(item))),
    );
}

/// The tag of an object with one key that begins with `$`, and what it tags.
fn tagged(map: &JsonMap) -> Option<(&str, &Json)> {
    let (key, value) = map.iter().next().filter(|_| map.len() == 1)?;
    key.starts_with('$').then_some((key.as_str(), value))
}

/// A value without tags that say nothing of equality.
fn untagged(value: &Json) -> &Json {
    match value.as_object().and_then(tagged) {
        Some(("$path" | "$literal", inner)) => inner,
        _ => value,
    }
}

fn instant(value: &Json) -> Option<Timestamp> {
    let text = value.as_str()?;
    text.parse().ok().or_else(|| {
        text.parse::<DateTime>()
            .ok()?
            .to_zoned(TimeZone::UTC)
            .ok()
            .map(|at| at.timestamp())
    })
}

/// A value on one line, cut where it is long.
fn short(value: &Json) -> String {
    const LENGTH: usize = 120;
    let text = canonical(value);
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// What facts are looked up by: canonical arguments without nulls, paths as text.
pub(super) fn key(fact: &str, args: &Json) -> String {
    let kept: JsonMap = args
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.clone(), untagged(value).clone()))
        .collect();
    format!("{fact} {}", canonical(&Json::Object(kept)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_has_no_order_is_compared_without() {
        assert!(same(
            &json!({"a": 1, "b": [2.0]}),
            &json!({"b": [2], "a": 1.0})
        ));
        assert!(same(
            &json!({"$set": [1, {"x": 2}]}),
            &json!({"$set": [{"x": 2}, 1]})
        ));
        assert!(!same(&json!({"$set": [1, 1]}), &json!({"$set": [1, 2]})));
        assert!(!same(&json!({"$set": [1]}), &json!([1])));
        assert!(same(
            &json!({"$map": [[1, "a"], [2, "b"]]}),
            &json!({"$map": [[2, "b"], [1, "a"]]})
        ));
        assert!(!same(&json!([1, 2]), &json!([2, 1])));
    }

    #[test]
    fn times_are_instants() {
        let at = |text: &str| json!({"$datetime": text});
        assert!(same(
            &at("2017-03-03T10:07:37-06:00"),
            &at("2017-03-03T16:07:37Z")
        ));
        assert!(same(
            &at("2017-03-03T16:07:37"),
            &at("2017-03-03T16:07:37+00:00")
        ));
        assert!(!same(
            &at("2017-03-03T16:07:37"),
            &at("2017-03-03T16:07:38")
        ));
        assert!(!same(&at("no time"), &at("no time")));
    }

    #[test]
    fn differences_say_where() {
        let told = differences(
            &json!({"a": {"b": 1}, "c": 2}),
            &json!({"a": {"b": "1"}, "d": 3}),
        );
        assert_eq!(
            told,
            [
                "/a/b: expected 1, got \"1\"",
                "/c: missing 2",
                "/d: unexpected 3"
            ]
        );
    }

    #[test]
    fn keys_drop_nulls_and_tags_of_paths() {
        assert_eq!(
            key("x.Y", &json!({"b": null, "a": {"$path": "/p"}})),
            r#"x.Y {"a":"/p"}"#
        );
    }
}
