//! Named arguments of a call: its own and the global ones.

use std::sync::Arc;

use starlark::eval::Evaluator;
use starlark::values::Value;
use starlark::values::dict::AllocDict;
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::place::Place;
use windlass_engine::secrets::SecretStore;

use crate::convert::to_json;
use crate::later::Kept;
use crate::messages::{is_mode, mistake, not_octal};

use super::Condition;

/// The named arguments of a call, taken apart.
#[derive(Default)]
pub(crate) struct Globals<'v> {
    /// `name`.
    pub(crate) name: Option<String>,
    /// Those that begin with `_`.
    pub(crate) globals: GlobalArguments,
    /// All others.
    pub(crate) own: Vec<(String, Value<'v>)>,
}

impl<'v> Globals<'v> {
    /// Takes the named arguments of a call apart. `operation`: whether `name`, `_if` and `_retry_until` have a meaning.
    pub(crate) fn split(
        named: impl IntoIterator<Item = (String, Value<'v>)>,
        operation: bool,
        secrets: &SecretStore,
        place: &Place,
        eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Self> {
        let mut split = Self::default();
        for (key, value) in named {
            match key.as_str() {
                "name" if operation => split.name = read_name(value)?,
                "_if" if operation => {
                    split
                        .globals
                        .condition
                        .extend(Condition::all_of(value).map_err(mistake)?);
                }
                "_retry_until" if operation && value.is_none() => {}
                "_retry_until" if operation => {
                    if value.get_type() != "function" {
                        return Err(mistake(format!(
                            "`_retry_until` takes a function of a try, as in lambda attempt: \"ready\" in attempt[\"stdout_lines\"], not a value of type {}",
                            value.get_type()
                        )));
                    }
                    let none = eval.heap().alloc(AllocDict::EMPTY);
                    let name = String::from("_retry_until");
                    let kept = Kept::keep(value, &[], none, name, place.frames.clone(), eval)?;
                    split.globals.retry_until = Some(Arc::new(kept));
                }
                key if key.starts_with('_') => {
                    let json = to_json(value).map_err(|why| mistake(format!("`{key}`: {why}")))?;
                    split.globals.set(key, &json, secrets).map_err(mistake)?;
                }
                _ => split.own.push((key, value)),
            }
        }
        Ok(split)
    }

    /// The call's own arguments as JSON.
    pub(crate) fn own_json(&self) -> starlark::Result<JsonMap> {
        let mut map = JsonMap::new();
        for (key, value) in &self.own {
            let json = to_json(*value).map_err(|why| mistake(format!("`{key}`: {why}")))?;
            if is_mode(key)
                && let Some(number) = json.as_u64()
                && let Some(message) = not_octal(key, number)
            {
                return Err(mistake(message));
            }
            map.insert(key.clone(), json);
        }
        Ok(map)
    }
}

fn read_name(value: Value<'_>) -> starlark::Result<Option<String>> {
    match value.unpack_str() {
        Some(text) => Ok(Some(text.to_owned())),
        None if value.is_none() => Ok(None),
        None => Err(mistake(format!(
            "`name` takes text, not a value of type {}",
            value.get_type()
        ))),
    }
}

/// Positional arguments as JSON.
pub(crate) fn positional_json<'v>(
    values: impl IntoIterator<Item = Value<'v>>,
) -> starlark::Result<Vec<Json>> {
    (1..)
        .zip(values)
        .map(|(at, value)| to_json(value).map_err(|why| mistake(format!("argument {at}: {why}"))))
        .collect()
}
