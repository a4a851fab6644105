//! Secrets as components know them: by number.
//!
//! In a component's arguments a secret is `{"$secret": n}`, and in what it answers the same number means the same
//! secret. A source (`{"$secret": "file:/etc/shadow"}`) in an answer would be a request of its own, which no component
//! has: it is refused wherever it stands.

use std::collections::BTreeSet;

use crate::json::{Json, json};
use crate::plugins::{ErrorKind, GuestError};

/// The key of a secret's object.
const KEY: &str = "$secret";

/// The key of an object whose content is data, whatever it looks like.
const LITERAL: &str = "$literal";

/// True for an object whose content is data.
pub(super) fn is_literal(map: &crate::json::JsonMap) -> bool {
    map.len() == 1 && map.contains_key(LITERAL)
}

/// What a component answered, with the identities of the secrets that its call was given for their numbers.
///
/// # Errors
/// Kind `secret` for a number that is none of the call's, and for anything else in a number's place.
pub(crate) fn owned(value: Json, secrets: &[String]) -> Result<Json, GuestError> {
    match value {
        Json::Object(map) if is_literal(&map) => Ok(Json::Object(map)),
        Json::Object(map) => match map.get(KEY) {
            Some(number) => number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .and_then(|number| secrets.get(number))
                .filter(|_| map.len() == 1)
                .map(|identity| json!({ KEY: identity }))
                .ok_or_else(|| foreign(number)),
            None => map
                .into_iter()
                .map(|(key, value)| Ok((key, owned(value, secrets)?)))
                .collect::<Result<_, _>>()
                .map(Json::Object),
        },
        Json::Array(items) => items
            .into_iter()
            .map(|item| owned(item, secrets))
            .collect::<Result<_, _>>()
            .map(Json::Array),
        other => Ok(other),
    }
}

fn foreign(number: &Json) -> GuestError {
    GuestError::new(
        ErrorKind::Secret,
        format!(
            "the component names the secret {number}, which is none of those that its call was given\n  a component \
             passes on secrets by number, and reads none by itself"
        ),
    )
}

/// The sources of secrets that a value names, each once.
#[must_use]
pub fn secrets_in(value: &Json) -> BTreeSet<String> {
    fn add(value: &Json, found: &mut BTreeSet<String>) {
        match value {
            Json::Object(map) if is_literal(map) => {}
            Json::Object(map) => {
                found.extend(map.get(KEY).and_then(Json::as_str).map(str::to_owned));
                map.values().for_each(|value| add(value, found));
            }
            Json::Array(items) => items.iter().for_each(|item| add(item, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    add(value, &mut found);
    found
}

/// Refuses a value of a component that names other secrets than those it was shown.
///
/// # Errors
/// Kind `secret`.
pub fn passed_on(value: &Json, shown: &BTreeSet<String>) -> Result<(), GuestError> {
    match value {
        Json::Object(map) if is_literal(map) => Ok(()),
        Json::Object(map) => match map.get(KEY) {
            Some(secret) => secret
                .as_str()
                .filter(|source| map.len() == 1 && shown.contains(*source))
                .map(drop)
                .ok_or_else(|| {
                    GuestError::new(
                        ErrorKind::Secret,
                        format!(
                            "the component names the secret {secret}, which stands nowhere in the host's data\n  a \
                             component passes on secrets that it finds there, and reads none by itself: put it into \
                             the inventory"
                        ),
                    )
                }),
            None => map.values().try_for_each(|value| passed_on(value, shown)),
        },
        Json::Array(items) => items.iter().try_for_each(|item| passed_on(item, shown)),
        _ => Ok(()),
    }
}

/// Refuses a component's answer that names a secret where it has none to name.
///
/// # Errors
/// Kind `secret`.
pub(crate) fn no_secret_in(value: &Json) -> Result<(), GuestError> {
    match named(value) {
        Some(secret) => Err(foreign(secret)),
        None => Ok(()),
    }
}

/// A value from a host as data: what looks like a secret in it is none.
pub(crate) fn quoted(value: Json) -> Json {
    if named(&value).is_none() {
        return value;
    }
    match value {
        Json::Object(map) if is_literal(&map) => Json::Object(map),
        Json::Object(map) if map.contains_key(KEY) => json!({ LITERAL: map }),
        Json::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key, quoted(value)))
            .collect(),
        Json::Array(items) => items.into_iter().map(quoted).collect(),
        other => other,
    }
}

/// A value to be shown: a mask stands where a secret does.
pub(crate) fn without_secrets(value: &Json) -> Json {
    match value {
        Json::Object(map) if is_literal(map) => value.clone(),
        Json::Object(map) if map.contains_key(KEY) => Json::from(super::MASK),
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), without_secrets(value)))
            .collect(),
        Json::Array(items) => items.iter().map(without_secrets).collect(),
        other => other.clone(),
    }
}

/// What a value says in a secret's place, wherever in it.
fn named(value: &Json) -> Option<&Json> {
    match value {
        Json::Object(map) if is_literal(map) => None,
        Json::Object(map) => map.get(KEY).or_else(|| map.values().find_map(named)),
        Json::Array(items) => items.iter().find_map(named),
        _ => None,
    }
}
