//! Reads data keys of a host, with errors that say the key, what is wrong, and what is right.

use std::time::Duration;

use windlass_engine::connector::{ConnectorError, DataKey};
use windlass_engine::json::{Json, JsonMap, kind_of};

/// An error about a key's value.
pub(crate) fn wrong(key: &str, message: impl Into<String>) -> ConnectorError {
    ConnectorError::Data {
        key: key.to_owned(),
        message: message.into(),
    }
}

/// Describes a key that is no secret.
pub(crate) fn key(name: &str, schema: Json, default: Option<Json>, doc: &str) -> DataKey {
    DataKey {
        name: name.to_owned(),
        schema,
        default,
        doc: doc.to_owned(),
        secret: false,
    }
}

/// A host's data, seen by type. A key that is missing or null is none.
pub(crate) struct Data<'a>(pub(crate) &'a JsonMap);

impl<'a> Data<'a> {
    pub(crate) fn get(&self, key: &str) -> Option<&'a Json> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, ConnectorError> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::String(text)) if text.is_empty() => Err(wrong(
                key,
                "is empty\n  give it a value, or leave it out for the default",
            )),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(other) => Err(wrong(
                key,
                format!("must be text, not {} ({other})", kind_of(other)),
            )),
        }
    }

    /// True and false, also as the texts `yes`, `no`, `true` and `false`.
    pub(crate) fn flag(&self, key: &str) -> Result<Option<bool>, ConnectorError> {
        match self.get(key) {
            None => Ok(None),
            Some(Json::Bool(value)) => Ok(Some(*value)),
            Some(Json::String(text)) if text == "yes" || text == "true" => Ok(Some(true)),
            Some(Json::String(text)) if text == "no" || text == "false" => Ok(Some(false)),
            Some(other) => Err(wrong(key, format!("must be true or false, not {other}"))),
        }
    }

    /// A whole number within bounds, also as text.
    pub(crate) fn whole(
        &self,
        key: &str,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, ConnectorError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        let number = match value {
            Json::String(text) => text.parse().ok(),
            other => other.as_u64(),
        };
        match number.filter(|number| bounds.contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(wrong(
                key,
                format!(
                    "must be a whole number from {} to {}, not {value}",
                    bounds.start(),
                    bounds.end()
                ),
            )),
        }
    }

    /// A number of seconds, 0 or more.
    pub(crate) fn seconds(&self, key: &str) -> Result<Option<Duration>, ConnectorError> {
        let Some(value) = self.get(key) else {
            return Ok(None);
        };
        value
            .as_f64()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .map(Some)
            .ok_or_else(|| {
                wrong(
                    key,
                    format!("must be a number of seconds, 0 or more, not {value}"),
                )
            })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use windlass_engine::json::json;

    fn map(value: Json) -> JsonMap {
        match value {
            Json::Object(map) => map,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn values_are_read_by_type() {
        let map = map(json!({"a": "x", "n": "22", "m": 7, "f": "yes", "s": 0.5, "z": null}));
        let data = Data(&map);
        assert_eq!(data.text("a").unwrap(), Some("x"));
        assert_eq!(data.text("z").unwrap(), None);
        assert_eq!(data.whole("n", 1..=65535).unwrap(), Some(22));
        assert_eq!(data.whole("m", 1..=65535).unwrap(), Some(7));
        assert_eq!(data.flag("f").unwrap(), Some(true));
        assert_eq!(data.seconds("s").unwrap(), Some(Duration::from_millis(500)));
    }

    #[test]
    fn wrong_values_name_the_key_and_the_right_form() {
        let map = map(json!({"port": 70000, "name": 3, "wait": -1, "flag": "maybe", "empty": ""}));
        let data = Data(&map);
        let messages = [
            data.whole("port", 1..=65535).unwrap_err().to_string(),
            data.text("name").unwrap_err().to_string(),
            data.seconds("wait").unwrap_err().to_string(),
            data.flag("flag").unwrap_err().to_string(),
            data.text("empty").unwrap_err().to_string(),
        ];
        assert_eq!(
            messages,
            [
                "port: must be a whole number from 1 to 65535, not 70000",
                "name: must be text, not a number (3)",
                "wait: must be a number of seconds, 0 or more, not -1",
                "flag: must be true or false, not \"maybe\"",
                "empty: is empty\n  give it a value, or leave it out for the default",
            ]
        );
    }
}
