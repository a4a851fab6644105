//! Readers of settings' values from JSON. None is a value of the wrong kind.

use indexmap::IndexMap;

use crate::arguments::ShellExecutable;
use crate::json::Json;

/// Null is none; the outer none is a wrong value.
pub(super) fn optional<T>(value: &Json, read: impl Fn(&Json) -> Option<T>) -> Option<Option<T>> {
    if value.is_null() {
        Some(None)
    } else {
        read(value).map(Some)
    }
}

pub(super) fn percent(value: &Json) -> Option<u8> {
    value
        .as_u64()
        .and_then(|number| u8::try_from(number).ok())
        .filter(|number| *number <= 100)
}

pub(super) fn seconds(value: &Json) -> Option<f64> {
    value
        .as_f64()
        .filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}

pub(super) fn count(value: &Json) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

pub(super) fn text(value: &Json) -> Option<String> {
    value.as_str().map(str::to_owned)
}

pub(super) fn texts(value: &Json) -> Option<Vec<String>> {
    value.as_array()?.iter().map(text).collect()
}

pub(super) fn shell(value: &Json) -> Option<ShellExecutable> {
    match value {
        Json::Null | Json::Bool(false) => Some(ShellExecutable::None),
        Json::String(program) => Some(ShellExecutable::Program(program.clone())),
        _ => None,
    }
}

pub(super) fn environment(value: &Json) -> Option<IndexMap<String, String>> {
    let one = |(name, value): (&String, &Json)| match value {
        Json::String(text) => Some((name.clone(), text.clone())),
        Json::Number(number) => Some((name.clone(), number.to_string())),
        _ => None,
    };
    value.as_object()?.iter().map(one).collect()
}
