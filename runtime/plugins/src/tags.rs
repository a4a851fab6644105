//! Tagged values in arguments: `$path`, `$set`, `$literal` and `$secret`.

use windlass_engine::json::{Json, JsonMap, json};
use windlass_engine::secrets::{SecretError, SecretStore};

/// The tag and content of an object with one key that begins with `$`.
fn tag(value: &Json) -> Option<(&str, &Json)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, content) = map.iter().next()?;
    name.starts_with('$').then_some((name.as_str(), content))
}

/// A value with paths of the caller's language as their text. What stands in a `$literal` stays as it is.
pub(crate) fn without_paths(value: Json) -> Json {
    match tag(&value) {
        Some(("$path", Json::String(path))) => return Json::String(path.clone()),
        Some(("$literal", _)) => return value,
        _ => {}
    }
    match value {
        Json::Array(items) => items.into_iter().map(without_paths).collect(),
        Json::Object(map) => Json::Object(
            map.into_iter()
                .map(|(key, value)| (key, without_paths(value)))
                .collect(),
        ),
        other => other,
    }
}

/// The identity of a secret, where the value is one.
fn secret(value: &Json) -> Option<&str> {
    match tag(value) {
        Some(("$secret", identity)) => identity.as_str(),
        _ => None,
    }
}

/// True when a secret stands anywhere in a value.
pub(crate) fn has_secret(value: &Json) -> bool {
    match tag(value) {
        Some(("$secret", _)) => return true,
        Some(("$literal", _)) => return false,
        _ => {}
    }
    match value {
        Json::Array(items) => items.iter().any(has_secret),
        Json::Object(map) => map.values().any(has_secret),
        _ => false,
    }
}

/// A value as schemas see it: secrets with their value, sets as lists, literals as they were written.
pub(crate) fn revealed(value: &Json, secrets: &SecretStore) -> Result<Json, SecretError> {
    match tag(value) {
        Some(("$secret", Json::String(identity))) => {
            // The value goes no further than the check: messages name kinds, never values.
            return secrets.reveal_to_target(identity).map(Json::String);
        }
        Some(("$secret", other)) => return Err(SecretError::NoText(other.to_string())),
        Some(("$set", Json::Array(items))) => {
            return items.iter().map(|item| revealed(item, secrets)).collect();
        }
        Some(("$literal", content)) => return Ok(content.clone()),
        _ => {}
    }
    Ok(match value {
        Json::Array(items) => Json::Array(
            items
                .iter()
                .map(|item| revealed(item, secrets))
                .collect::<Result<_, _>>()?,
        ),
        Json::Object(map) => Json::Object(
            map.iter()
                .map(|(key, value)| Ok((key.clone(), revealed(value, secrets)?)))
                .collect::<Result<JsonMap, _>>()?,
        ),
        other => other.clone(),
    })
}

/// Replaces the identities of secrets by their places in `identities`, in canonical order; one that stands there
/// twice is one secret.
pub(crate) fn number_secrets(value: &mut Json, identities: &mut Vec<String>) {
    if let Some(identity) = secret(value) {
        let known = identities.iter().position(|known| known == identity);
        let number = known.unwrap_or_else(|| {
            identities.push(identity.to_owned());
            identities.len() - 1
        });
        *value = json!({ "$secret": number });
        return;
    }
    if let Some(("$literal", _)) = tag(value) {
        return;
    }
    match value {
        Json::Array(items) => {
            for item in items {
                number_secrets(item, identities);
            }
        }
        Json::Object(map) => {
            let mut keys: Vec<String> = map.keys().cloned().collect();
            keys.sort_unstable();
            for key in keys {
                if let Some(item) = map.get_mut(&key) {
                    number_secrets(item, identities);
                }
            }
        }
        _ => {}
    }
}
