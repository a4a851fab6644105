//! Values of deploy files as JSON, and back.

use starlark::values::dict::DictRef;
use starlark::values::list::ListRef;
use starlark::values::structs::StructRef;
use starlark::values::tuple::TupleRef;
use starlark::values::{Heap, Value, ValueLike};
use windlass_engine::json::{Json, JsonMap, json};

use crate::values::{Condition, Data, FactName, OperationResult, Secret};

/// How deep values may be nested.
const DEPTH: usize = 64;

/// A value as JSON; secrets are `{"$secret": identity}`.
///
/// # Errors
/// What the value is and why it cannot be an argument.
pub(crate) fn to_json(value: Value<'_>) -> Result<Json, String> {
    at_depth(value, 0)
}

fn at_depth(value: Value<'_>, depth: usize) -> Result<Json, String> {
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
            .map(|item| at_depth(item, depth + 1))
            .collect();
        return Ok(Json::Array(items?));
    }
    if let Some(dict) = DictRef::from_value(value) {
        let mut map = JsonMap::new();
        for (key, item) in dict.iter() {
            let key = key
                .unpack_str()
                .ok_or_else(|| format!("keys are text here, and {} is not", key.to_repr()))?;
            map.insert(key.to_owned(), at_depth(item, depth + 1)?);
        }
        return Ok(Json::Object(map));
    }
    if let Some(structure) = StructRef::from_value(value) {
        let mut map = JsonMap::new();
        for (key, item) in structure.iter() {
            map.insert(key.as_str().to_owned(), at_depth(item, depth + 1)?);
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

/// JSON as a value.
pub(crate) fn from_json<'v>(json: Json, heap: Heap<'v>) -> Value<'v> {
    heap.alloc(json)
}
