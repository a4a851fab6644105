//! What a pack says of its operations and facts: the source of validation, help and completion.

use serde::{Deserialize, Serialize};

use crate::json::Json;

/// How an argument may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterKind {
    /// By position or by name.
    Either,
    /// By name only.
    Keyword,
    /// Takes all positional arguments that are left; the value is a list.
    RestList,
    /// Takes all named arguments that are left; the value is an object.
    RestMap,
}

/// One parameter of an operation or fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How it may be given.
    pub kind: ParameterKind,
    /// The JSON Schema of its values.
    pub schema: Json,
    /// Its default; a parameter without one is required. Null is a default.
    #[serde(
        default,
        deserialize_with = "present",
        skip_serializing_if = "Option::is_none"
    )]
    pub default: Option<Json>,
    /// What it means, in Markdown.
    pub doc: String,
    /// True when it accepts a secret.
    pub secret: bool,
    /// What later versions add.
    pub more: Json,
}

/// Keeps a default of null apart from none at all.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(from).map(Some)
}

/// One operation of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OperationInfo {
    /// `namespace.operation`.
    pub name: String,
    /// What it does, in Markdown; the first paragraph is the summary.
    pub doc: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// True when planning again after running it gives nothing to do.
    pub idempotent: bool,
    /// True for operations that only other operations use.
    pub hidden: bool,
    /// The operation this is another name of.
    pub alias_of: Option<String>,
    /// What later versions add; `examples` is a list of source texts.
    pub more: Json,
}

/// How long a fact's value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stability {
    /// It never changes during a run: the distribution, the architecture.
    Immutable,
    /// Operations change it.
    State,
    /// It changes by itself: the date, the load.
    Volatile,
}

/// One fact of a pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactInfo {
    /// `namespace.Fact`.
    pub name: String,
    /// What it tells, in Markdown.
    pub doc: String,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// The value when the required command is missing.
    pub default: Json,
    /// How long its value holds.
    pub stability: Stability,
    /// A program that must exist on the host, else the fact has its default.
    pub requires: Option<String>,
    /// How many requests one command serves; 0 and 1 mean one.
    pub batch: u32,
    /// Global arguments that the fact sets for its command, by public name.
    pub globals: Json,
    /// What later versions add; `user_dependent: true` when its value depends on who asks.
    pub more: Json,
}

impl FactInfo {
    /// True when the value depends on the user that the command runs as.
    #[must_use]
    pub fn user_dependent(&self) -> bool {
        self.more
            .get("user_dependent")
            .and_then(Json::as_bool)
            .unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_default_of_null_survives_being_stored() {
        for default in [None, Some(Json::Null), Some(Json::from(1))] {
            let parameter = Parameter {
                name: String::from("a"),
                kind: ParameterKind::Either,
                schema: Json::Null,
                default,
                doc: String::new(),
                secret: false,
                more: Json::Null,
            };
            let text = serde_json::to_string(&parameter).unwrap();
            assert_eq!(serde_json::from_str::<Parameter>(&text).unwrap(), parameter);
        }
    }
}
