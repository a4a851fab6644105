//! Values of deploy files as JSON, and back.

use starlark::values::dict::{AllocDict, DictRef};
use starlark::values::list::{AllocList, ListRef};
use starlark::values::structs::StructRef;
use starlark::values::tuple::TupleRef;
use starlark::values::{Heap, Value, ValueLike};
use windlass_engine::json::{Json, JsonMap, json};

use crate::values::{Condition, Data, FactName, OperationResult, Secret};

/// The key of a secret's object in JSON.
const SECRET: &str = "$secret";

/// The key of an object in JSON whose content is data, whatever it looks like.
const LITERAL: &str = "$literal";

/// How deep values may be nested.
const DEPTH: usize = 64;

/// A value as JSON; secrets are `{"$secret": identity}`.
///
/// # Errors
/// What the value is and why it cannot be an argument.
pub(crate) fn to_json(value: Value<'_>) -> Result<Json, String> {
    at_depth(value, 0, false)
}

/// True for a key that is this text.
fn is_text(key: Value<'_>, text: &str) -> bool {
    key.unpack_str() == Some(text)
}

fn at_depth(value: Value<'_>, depth: usize, in_literal: bool) -> Result<Json, String> {
    if depth > DEPTH {
        return Err(String::from("it is nested too deeply"));
    }
    if let Some(secret) = value.downcast_ref::<Secret>() {
        return Ok(json!({ "$secret": secret.identity() }));
    }
    if value.downcast_ref::<OperationResult>().is_some() {
        return Err(String::from(
            "the result of an operation is known at execution only\n  \
             to depend on it write _if = result.did_change; to use its output, use a function given to call()",
        ));
    }
    if value.downcast_ref::<Condition>().is_some() {
        return Err(String::from(
            "a condition is known at execution only\n  it can be given as `_if`",
        ));
    }
    if let Some(fact) = value.downcast_ref::<FactName>() {
        return Err(format!(
            "this is the fact itself, not its value\n  write host.get_fact(facts.{})",
            fact.name()
        ));
    }
    if value.downcast_ref::<Data>().is_some() {
        let data = crate::current::Current::host("`host.data`")
            .map_err(|error| error.without_diagnostic().to_string())?;
        return Ok(Json::Object(data.0.data()));
    }
    let list = ListRef::from_value(value)
        .map(|list| list.content().to_vec())
        .or_else(|| TupleRef::from_value(value).map(|tuple| tuple.content().to_vec()));
    if let Some(items) = list {
        let items: Result<Vec<Json>, String> = items
            .into_iter()
            .map(|item| at_depth(item, depth + 1, in_literal))
            .collect();
        return Ok(Json::Array(items?));
    }
    if let Some(dict) = DictRef::from_value(value) {
        let mut map = JsonMap::new();
        let is_literal = dict.len() == 1 && dict.iter().all(|(key, _)| is_text(key, LITERAL));
        for (key, item) in dict.iter() {
            if is_text(key, SECRET) && !in_literal {
                return Err(String::from(
                    "an object with the key `$secret` is no secret, wherever it comes from\n  \
                     write secret(\"env:NAME\"); for data that has this key write {\"$literal\": data}",
                ));
            }
            let key = key
                .unpack_str()
                .ok_or_else(|| format!("keys are text here, and {} is not", key.to_repr()))?;
            map.insert(
                key.to_owned(),
                at_depth(item, depth + 1, in_literal || is_literal)?,
            );
        }
        return Ok(Json::Object(map));
    }
    if let Some(structure) = StructRef::from_value(value) {
        let mut map = JsonMap::new();
        for (key, item) in structure.iter() {
            map.insert(
                key.as_str().to_owned(),
                at_depth(item, depth + 1, in_literal)?,
            );
        }
        return Ok(Json::Object(map));
    }
    if value.get_type() == "function" {
        return Err(String::from(
            "a function cannot be an argument\n  to run it at execution, write call(function)",
        ));
    }
    value
        .to_json_value()
        .map_err(|_| format!("a value of type {} cannot be an argument", value.get_type()))
}

/// JSON as a value. An object that looks like a secret is an object.
pub(crate) fn from_json<'v>(json: Json, heap: Heap<'v>) -> Value<'v> {
    heap.alloc(json)
}

/// JSON of the user's own as a value: of the inventory, the settings, or what a deploy gave. Secrets in it are secrets.
pub(crate) fn from_own_json<'v>(json: Json, heap: Heap<'v>) -> Value<'v> {
    match json {
        Json::Object(map) => match map.get(SECRET).and_then(Json::as_str) {
            Some(identity) if map.len() == 1 => heap.alloc(Secret::new(identity.to_owned())),
            _ => heap.alloc(AllocDict(
                map.into_iter()
                    .map(|(key, item)| (key, from_own_json(item, heap))),
            )),
        },
        Json::Array(items) => heap.alloc(AllocList(
            items.into_iter().map(|item| from_own_json(item, heap)),
        )),
        other => heap.alloc(other),
    }
}
