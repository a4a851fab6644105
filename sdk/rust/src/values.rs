//! Argument types that operations share: modes, paths, one or many, whatever is left over.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::argument::{
    Argument, ParameterKind, items_of, schema_any_of, schema_list, schema_map, schema_with_format,
    wrong_type,
};
use crate::error::{Error, Result};
use crate::shell::{ShellText, Words};

/// Permission bits, written as their octal digits: `644`, `"0644"` and `0o644` in a deploy file are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode(u32);

impl Mode {
    /// From permission bits (0o644).
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & 0o7777)
    }

    /// The permission bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// As facts write it: a number whose decimal digits are the octal ones (644).
    #[must_use]
    pub const fn digits(self) -> u32 {
        let bits = self.0;
        (bits >> 9 & 7) * 1000 + (bits >> 6 & 7) * 100 + (bits >> 3 & 7) * 10 + (bits & 7)
    }

    /// From a number whose decimal digits are the octal ones.
    #[must_use]
    pub fn from_digits(digits: u64) -> Option<Self> {
        Self::from_text(&digits.to_string())
    }

    fn from_text(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("0o").unwrap_or(text);
        let short = digits.trim_start_matches('0');
        if digits.is_empty() || short.len() > 4 || !digits.chars().all(|c| c.is_digit(8)) {
            return None;
        }
        u32::from_str_radix(digits, 8).ok().map(Self)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:o}", self.0)
    }
}

impl Words for Mode {
    fn push_to(&self, text: &mut ShellText) {
        text.push_word(&self.to_string());
    }
}

impl Argument for Mode {
    fn schema() -> Json {
        let mut schema = schema_with_format("string", "mode");
        if let Some(kind) = schema.get_mut("type") {
            *kind = Json::Array(vec![Json::from("integer"), Json::from("string")]);
        }
        schema
    }

    fn decode(value: Json) -> Result<Self> {
        let text = match &value {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            other => return Err(wrong_type("a mode such as 644 or \"0644\"", other)),
        };
        let text = text.strip_suffix(".0").unwrap_or(&text);
        Self::from_text(text).ok_or_else(|| not_a_mode(text))
    }

    fn encode(&self) -> Json {
        Json::from(self.to_string())
    }
}

fn not_a_mode(text: &str) -> Error {
    // 493 is what a language makes of 0o755: say what was probably meant.
    let hint = match text.parse::<u32>() {
        Ok(bits) if bits <= 0o7777 => {
            format!("; if it is the number of 0o{bits:o}, write {bits:o} or \"{bits:o}\"")
        }
        _ => "; write the octal digits, as in 644 or \"0644\"".to_owned(),
    };
    Error::invalid_value(format!(
        "{text} is no mode: each digit is from 0 to 7{hint}"
    ))
}

/// A path on the target. In a command line `~/` at its start is left to the shell to expand, and a path that begins
/// with `-` cannot be taken for an option.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RemotePath(String);

impl RemotePath {
    /// A path of this text.
    #[must_use]
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder it is in; none for what has no `/` in it and for `/` itself.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let trimmed = self.0.trim_end_matches('/');
        let (folder, _) = trimmed.rsplit_once('/')?;
        let folder = folder.trim_end_matches('/');
        Some(Self(if folder.is_empty() {
            "/".to_owned()
        } else {
            folder.to_owned()
        }))
    }

    /// Its last part; empty when it ends in `/`.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// A path below it.
    #[must_use]
    pub fn join(&self, below: &str) -> Self {
        if below.starts_with('/') || self.0.is_empty() {
            return Self(below.to_owned());
        }
        Self(format!(
            "{}{}{below}",
            self.0,
            if self.0.ends_with('/') { "" } else { "/" }
        ))
    }

    /// The path with text after it: a suffix of a backup.
    #[must_use]
    pub fn with_suffix(&self, suffix: &str) -> Self {
        Self(format!("{}{suffix}", self.0))
    }
}

impl Deref for RemotePath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RemotePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for RemotePath {
    fn from(path: &str) -> Self {
        Self::new(path)
    }
}

impl From<String> for RemotePath {
    fn from(path: String) -> Self {
        Self(path)
    }
}

impl Words for RemotePath {
    fn push_to(&self, text: &mut ShellText) {
        if self.0 == "~" {
            text.push_raw("~");
        } else if let Some(below) = self.0.strip_prefix("~/") {
            text.push_raw("~/");
            if !below.is_empty() {
                text.push_word(below);
            }
        } else if self.0.starts_with('-') {
            text.push_word(&format!("./{}", self.0));
        } else {
            text.push_word(&self.0);
        }
    }
}

impl Argument for RemotePath {
    fn schema() -> Json {
        schema_with_format("string", "path")
    }

    fn decode(value: Json) -> Result<Self> {
        let path = String::decode(value)?;
        if path.is_empty() {
            return Err(Error::invalid_value("a path cannot be empty"));
        }
        if path.contains('\0') {
            return Err(Error::invalid_value("a path cannot hold a zero byte"));
        }
        Ok(Self(path))
    }

    fn encode(&self) -> Json {
        Json::from(self.as_str())
    }
}

/// A path on the controller, which the operation may then read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(pub String);

impl LocalPath {
    /// Its last part.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Argument for LocalPath {
    fn schema() -> Json {
        schema_with_format("string", "local-path")
    }

    fn decode(value: Json) -> Result<Self> {
        String::decode(value).map(Self)
    }

    fn encode(&self) -> Json {
        Json::from(self.0.as_str())
    }
}

/// One value, or a list of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OneOrMany<T>(pub Vec<T>);

impl<T> Deref for OneOrMany<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> IntoIterator for OneOrMany<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a OneOrMany<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T: Argument> Argument for OneOrMany<T> {
    const SECRET: bool = T::SECRET;

    fn schema() -> Json {
        schema_any_of(vec![T::schema(), schema_list(T::schema())])
    }

    fn decode(value: Json) -> Result<Self> {
        match items_of(value) {
            Ok(items) => Vec::decode(Json::Array(items)).map(Self),
            Err(one) => Ok(Self(vec![T::decode(one)?])),
        }
    }

    fn encode(&self) -> Json {
        self.0.iter().map(T::encode).collect()
    }
}

/// All positional arguments that are left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestList<T>(pub Vec<T>);

impl<T: Argument> Argument for RestList<T> {
    const SECRET: bool = T::SECRET;
    const KIND: ParameterKind = ParameterKind::RestList;

    fn schema() -> Json {
        schema_list(T::schema())
    }

    fn absent() -> Option<Self> {
        Some(Self(Vec::new()))
    }

    fn decode(value: Json) -> Result<Self> {
        Vec::decode(value).map(Self)
    }

    fn encode(&self) -> Json {
        self.0.encode()
    }
}

/// All named arguments that are left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RestMap<T>(pub BTreeMap<String, T>);

impl<T: Argument> Argument for RestMap<T> {
    const SECRET: bool = T::SECRET;
    const KIND: ParameterKind = ParameterKind::RestMap;

    fn schema() -> Json {
        schema_map(T::schema())
    }

    fn absent() -> Option<Self> {
        Some(Self(BTreeMap::new()))
    }

    fn decode(value: Json) -> Result<Self> {
        BTreeMap::decode(value).map(Self)
    }

    fn encode(&self) -> Json {
        self.0.encode()
    }
}

/// Data without its `$literal` tags: what the user wrote. Other tags (`$secret`, `$datetime`) stay.
#[must_use]
pub fn unwrap_literals(value: Json) -> Json {
    match value {
        Json::Array(items) => items.into_iter().map(unwrap_literals).collect(),
        Json::Object(mut map) => {
            if map.len() == 1
                && let Some(literal) = map.remove("$literal")
            {
                return literal;
            }
            Json::Object(
                map.into_iter()
                    .map(|(key, item)| (key, unwrap_literals(item)))
                    .collect::<Map<_, _>>(),
            )
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::error::ErrorKind;
    use serde_json::json;

    #[test]
    fn modes_are_their_octal_digits() {
        for same in [
            json!(755),
            json!("755"),
            json!("0755"),
            json!("0o755"),
            json!(755.0),
        ] {
            assert_eq!(Mode::decode(same).unwrap().bits(), 0o755);
        }
        assert_eq!(Mode::decode(json!(6744)).unwrap().digits(), 6744);
        assert_eq!(Mode::decode(json!(0)).unwrap().to_string(), "0");
    }

    #[test]
    fn a_number_of_other_digits_is_no_mode_and_says_what_was_meant() {
        let error = Mode::decode(json!(493)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidValue);
        assert!(error.message.contains("write 755"), "{}", error.message);
        assert!(Mode::decode(json!(77777)).is_err());
        assert!(Mode::decode(json!("u+x")).is_err());
        assert_eq!(
            Mode::decode(json!(["644"])).unwrap_err().kind,
            ErrorKind::InvalidType
        );
    }

    #[test]
    fn paths_know_their_parents() {
        let parent = |path: &str| {
            RemotePath::new(path)
                .parent()
                .map(|parent| parent.to_string())
        };
        assert_eq!(parent("/a/b"), Some("/a".to_owned()));
        assert_eq!(parent("/a"), Some("/".to_owned()));
        assert_eq!(parent("a"), None);
        assert_eq!(parent("/"), None);
    }

    #[test]
    fn paths_in_commands_expand_home_and_are_no_options() {
        let render = |path: &str| ShellText::new().word(RemotePath::new(path)).render();
        assert_eq!(render("~/a b"), "~/'a b'");
        assert_eq!(render("~"), "~");
        assert_eq!(render("-rf"), "./-rf");
        assert_eq!(render("/a"), "/a");
    }

    #[test]
    fn one_or_many_takes_both_and_sets() {
        assert_eq!(OneOrMany::<String>::decode(json!("a")).unwrap().0, ["a"]);
        assert_eq!(
            OneOrMany::<String>::decode(json!(["a", "b"])).unwrap().0,
            ["a", "b"]
        );
        assert_eq!(
            OneOrMany::<String>::decode(json!({"$set": ["a"]}))
                .unwrap()
                .0,
            ["a"]
        );
    }

    #[test]
    fn literals_are_unwrapped_once() {
        assert_eq!(
            unwrap_literals(json!({"a": {"$literal": {"$set": 1}}})),
            json!({"a": {"$set": 1}})
        );
    }
}
