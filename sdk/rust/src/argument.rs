//! Typed arguments: how a Rust type is described to callers, read from an argument, and written into a request.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::describe::Parameter;
use crate::error::{Error, Result};

pub use windlass_sdk_macros::Parameters;

/// How an argument may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// By position or by name.
    Either,
    /// By name only.
    Keyword,
    /// Takes all positional arguments that are left.
    RestList,
    /// Takes all named arguments that are left.
    RestMap,
}

impl ParameterKind {
    /// The contract's name of the kind.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Either => "either",
            Self::Keyword => "keyword",
            Self::RestList => "rest-list",
            Self::RestMap => "rest-map",
        }
    }
}

/// A type that a parameter can have.
pub trait Argument: Sized {
    /// Whether it accepts a secret.
    const SECRET: bool = false;

    /// How it may be given, unless the parameter says otherwise.
    const KIND: ParameterKind = ParameterKind::Either;

    /// The JSON Schema of its values.
    fn schema() -> Json;

    /// Its value when the argument is left out; none when it must be given.
    fn absent() -> Option<Self> {
        None
    }

    /// Reads an argument.
    ///
    /// # Errors
    /// `invalid-type` or `invalid-value`, with what was expected.
    fn decode(value: Json) -> Result<Self>;

    /// Writes it, for requests and nested operations.
    fn encode(&self) -> Json;
}

/// Parameters that several operations and facts share: a struct with a field for each. Derive it, and mark where they
/// stand with `#[parameters]`.
pub trait Parameters: Sized {
    /// What the pack says of them, in order.
    fn describe() -> Vec<Parameter>;

    /// Takes them from the arguments of a call.
    ///
    /// # Errors
    /// Those of [`Arguments::take`].
    fn take(args: &mut Arguments) -> Result<Self>;

    /// Writes them by name, for requests and nested operations.
    fn encode(&self) -> Map<String, Json>;

    /// The arguments that give just these.
    fn args(&self) -> Json {
        Json::Object(self.encode())
    }
}

/// A schema of one type, in JSON Schema's names.
#[must_use]
pub fn schema_of(kind: &str) -> Json {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), Json::from(kind));
    Json::Object(schema)
}

/// A schema of one type and format.
#[must_use]
pub fn schema_with_format(kind: &str, format: &str) -> Json {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), Json::from(kind));
    schema.insert("format".to_owned(), Json::from(format));
    Json::Object(schema)
}

/// A schema that allows any of several.
#[must_use]
pub fn schema_any_of(schemas: Vec<Json>) -> Json {
    let mut schema = Map::new();
    schema.insert("anyOf".to_owned(), Json::Array(schemas));
    Json::Object(schema)
}

/// A schema of lists.
#[must_use]
pub fn schema_list(items: Json) -> Json {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), Json::from("array"));
    schema.insert("items".to_owned(), items);
    Json::Object(schema)
}

/// A schema of objects with values of one schema.
#[must_use]
pub fn schema_map(values: Json) -> Json {
    let mut schema = Map::new();
    schema.insert("type".to_owned(), Json::from("object"));
    schema.insert("additionalProperties".to_owned(), values);
    Json::Object(schema)
}

/// What a value is called in messages.
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

/// The error for a value of another type than expected.
#[must_use]
pub fn wrong_type(expected: &str, found: &Json) -> Error {
    Error::invalid_type(format!("expected {expected}, found {}", kind_of(found)))
}

/// The text in a value: text itself, or a path of the caller's language.
fn text_of(value: Json) -> std::result::Result<String, Json> {
    match value {
        Json::String(text) => Ok(text),
        Json::Object(mut tagged) if tagged.len() == 1 => match tagged.remove("$path") {
            Some(Json::String(text)) => Ok(text),
            Some(other) => Err(other),
            None => Err(Json::Object(tagged)),
        },
        other => Err(other),
    }
}

impl Argument for String {
    fn schema() -> Json {
        schema_of("string")
    }

    fn decode(value: Json) -> Result<Self> {
        text_of(value).map_err(|other| wrong_type("text", &other))
    }

    fn encode(&self) -> Json {
        Json::from(self.as_str())
    }
}

impl Argument for bool {
    fn schema() -> Json {
        schema_of("boolean")
    }

    fn decode(value: Json) -> Result<Self> {
        value
            .as_bool()
            .ok_or_else(|| wrong_type("true or false", &value))
    }

    fn encode(&self) -> Json {
        Json::from(*self)
    }
}

macro_rules! integer_arguments {
    ($($type:ty),*) => { $(
        impl Argument for $type {
            fn schema() -> Json {
                schema_of("integer")
            }

            fn decode(value: Json) -> Result<Self> {
                let Some(number) = value.as_i64().or_else(|| whole(&value)) else {
                    return Err(wrong_type("a whole number", &value));
                };
                Self::try_from(number).map_err(|_| {
                    Error::invalid_value(format!("{number} is not between {} and {}", Self::MIN, Self::MAX))
                })
            }

            fn encode(&self) -> Json {
                Json::from(*self)
            }
        }
    )* };
}

integer_arguments!(u16, i32, u32, i64, u64);

/// The whole number that a float stands for, if it does: callers' languages may write 3 as 3.0.
fn whole(value: &Json) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let number = value.as_f64()?;
    #[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl Argument for f64 {
    fn schema() -> Json {
        schema_of("number")
    }

    fn decode(value: Json) -> Result<Self> {
        value.as_f64().ok_or_else(|| wrong_type("a number", &value))
    }

    fn encode(&self) -> Json {
        Json::from(*self)
    }
}

/// Any value, `$literal` tags and all.
impl Argument for Json {
    fn schema() -> Json {
        Json::Object(Map::new())
    }

    fn decode(value: Json) -> Result<Self> {
        Ok(value)
    }

    fn encode(&self) -> Json {
        self.clone()
    }
}

impl<T: Argument> Argument for Option<T> {
    const SECRET: bool = T::SECRET;
    const KIND: ParameterKind = T::KIND;

    fn schema() -> Json {
        allow_null(T::schema())
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn decode(value: Json) -> Result<Self> {
        if value.is_null() {
            Ok(None)
        } else {
            T::decode(value).map(Some)
        }
    }

    fn encode(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::encode)
    }
}

/// Allows null beside what a schema allows, as shortly as it can be said.
fn allow_null(schema: Json) -> Json {
    let null = || Json::from("null");
    match schema {
        Json::Object(schema) if schema.is_empty() => Json::Object(schema),
        Json::Object(mut schema) if !schema.contains_key("enum") && schema.contains_key("type") => {
            if let Some(kind) = schema.get_mut("type") {
                match kind {
                    Json::Array(kinds) => kinds.push(null()),
                    one => *one = Json::Array(vec![one.take(), null()]),
                }
            }
            Json::Object(schema)
        }
        Json::Object(mut schema) if schema.len() == 1 && schema.contains_key("anyOf") => {
            if let Some(Json::Array(schemas)) = schema.get_mut("anyOf") {
                schemas.push(schema_of("null"));
            }
            Json::Object(schema)
        }
        other => schema_any_of(vec![other, schema_of("null")]),
    }
}

impl<T: Argument> Argument for Vec<T> {
    const SECRET: bool = T::SECRET;

    fn schema() -> Json {
        schema_list(T::schema())
    }

    fn decode(value: Json) -> Result<Self> {
        items_of(value)
            .map_err(|other| wrong_type("a list", &other))?
            .into_iter()
            .enumerate()
            .map(|(position, item)| {
                T::decode(item).map_err(|error| error.at(format!("[{position}]")))
            })
            .collect()
    }

    fn encode(&self) -> Json {
        self.iter().map(T::encode).collect()
    }
}

/// The items of a list or of a `$set`.
pub(crate) fn items_of(value: Json) -> std::result::Result<Vec<Json>, Json> {
    match value {
        Json::Array(items) => Ok(items),
        Json::Object(mut tagged) if tagged.len() == 1 => match tagged.remove("$set") {
            Some(Json::Array(items)) => Ok(items),
            Some(other) => Err(other),
            None => Err(Json::Object(tagged)),
        },
        other => Err(other),
    }
}

/// The members of an object, or of what was written in a `$literal` because keys of it begin with `$`.
fn members_of(value: Json) -> std::result::Result<Map<String, Json>, Json> {
    match value {
        Json::Object(mut tagged) if tagged.len() == 1 => match tagged.remove("$literal") {
            Some(Json::Object(literal)) => Ok(literal),
            Some(other) => Err(other),
            None => Ok(tagged),
        },
        Json::Object(map) => Ok(map),
        other => Err(other),
    }
}

impl<T: Argument> Argument for BTreeMap<String, T> {
    const SECRET: bool = T::SECRET;

    fn schema() -> Json {
        schema_map(T::schema())
    }

    fn decode(value: Json) -> Result<Self> {
        members_of(value)
            .map_err(|other| wrong_type("an object", &other))?
            .into_iter()
            .map(|(key, item)| match T::decode(item) {
                Ok(item) => Ok((key, item)),
                Err(error) => Err(error.at(key)),
            })
            .collect()
    }

    fn encode(&self) -> Json {
        Json::Object(
            self.iter()
                .map(|(key, item)| (key.clone(), item.encode()))
                .collect(),
        )
    }
}

/// The arguments of a call, taken one by one.
#[derive(Debug)]
pub struct Arguments {
    given: Map<String, Json>,
}

impl Arguments {
    /// The arguments of a JSON object.
    ///
    /// # Errors
    /// `invalid-type` when it is something else.
    pub fn new(args: Json) -> Result<Self> {
        match args {
            Json::Object(given) => Ok(Self { given }),
            Json::Null => Ok(Self { given: Map::new() }),
            other => Err(wrong_type("an object of arguments", &other)),
        }
    }

    /// Takes an argument; `default` stands in when it was left out.
    ///
    /// # Errors
    /// `invalid-type` or `invalid-value` at the parameter's name; `invalid-value` when it must be given.
    pub fn take<T: Argument>(&mut self, name: &str, default: Option<Json>) -> Result<T> {
        match self
            .given
            .remove(name)
            .filter(|value| !value.is_null())
            .or(default)
        {
            Some(value) => T::decode(value).map_err(|error| error.at(name)),
            None => T::absent()
                .ok_or_else(|| Error::invalid_value("missing: it has no default").at(name)),
        }
    }

    /// Takes the arguments of a group of parameters.
    ///
    /// # Errors
    /// Those of [`Arguments::take`].
    pub fn take_group<T: Parameters>(&mut self) -> Result<T> {
        T::take(self)
    }

    /// Checks that all were taken.
    ///
    /// # Errors
    /// `invalid-value` that names the first that is left.
    pub fn finish(self) -> Result<()> {
        match self.given.into_iter().find(|(_, value)| !value.is_null()) {
            Some((name, _)) => Err(Error::invalid_value("there is no such parameter").at(name)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorKind;
    use serde_json::json;

    #[test]
    fn what_is_left_out_takes_its_default() {
        let mut args = Arguments::new(json!({"a": 1, "none": null})).unwrap();
        assert_eq!(args.take::<u32>("a", None).unwrap(), 1);
        assert!(args.take::<bool>("b", Some(json!(true))).unwrap());
        assert_eq!(args.take::<Option<String>>("none", None).unwrap(), None);
        let error = args.take::<String>("c", None).unwrap_err();
        assert_eq!(
            (error.kind, error.at.as_deref()),
            (ErrorKind::InvalidValue, Some("c"))
        );
        args.finish().unwrap();
    }

    #[test]
    fn a_wrong_type_names_its_place() {
        let mut args = Arguments::new(json!({"names": ["a", 1]})).unwrap();
        let error = args.take::<Vec<String>>("names", None).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidType);
        assert_eq!(error.at.as_deref(), Some("[1]"));
    }

    #[test]
    fn unknown_arguments_are_refused() {
        let error = Arguments::new(json!({"x": 1}))
            .unwrap()
            .finish()
            .unwrap_err();
        assert_eq!(error.at.as_deref(), Some("x"));
    }

    #[test]
    fn optional_schemas_allow_null() {
        assert_eq!(
            <Option<String> as Argument>::schema(),
            json!({"type": ["string", "null"]})
        );
        assert_eq!(
            <Option<Vec<u32>> as Argument>::schema(),
            json!({"type": ["array", "null"], "items": {"type": "integer"}})
        );
        assert_eq!(<Option<Json> as Argument>::schema(), json!({}));
    }
}
