//! Values of arguments and lookups as templates see them.

use minijinja::Value;
use windlass_sdk::handle_of;
use windlass_sdk::reexport::serde_json::{Map, Value as Json};

use super::secret::Secret;

/// A value without its tags: secrets as such, dates and paths as text, sets as lists.
pub(crate) fn value_of(json: Json) -> Value {
    if let Some(secret) = handle_of(&json) {
        return Value::from_object(Secret::new(secret));
    }
    match json {
        Json::Null => Value::from(()),
        Json::Bool(flag) => Value::from(flag),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), _, _) => Value::from(whole),
            (_, Some(whole), _) => Value::from(whole),
            (_, _, number) => Value::from(number.unwrap_or_default()),
        },
        Json::String(text) => Value::from(text),
        Json::Array(items) => items.into_iter().map(value_of).collect(),
        Json::Object(map) if map.len() == 1 => {
            let mut map = map;
            for tag in ["$datetime", "$path", "$set"] {
                if let Some(inner) = map.remove(tag) {
                    return value_of(inner);
                }
            }
            match map.remove("$literal") {
                Some(Json::Object(literal)) => literal
                    .into_iter()
                    .map(|(key, item)| (key, value_of(item)))
                    .collect(),
                Some(literal) => value_of(literal),
                None => map_of(map),
            }
        }
        Json::Object(map) => map_of(map),
    }
}

fn map_of(map: Map<String, Json>) -> Value {
    Value::from_pairs(map.into_iter().map(|(key, item)| (key, value_of(item))))
}
