//! The parameters of an operation or fact in two versions.

use windlass_engine::contract::{Parameter, ParameterKind};
use windlass_engine::json::Json;

use super::compare::Changes;
use crate::docs::{kinds, starlark, words};

/// What differs between the parameters of two versions.
pub(super) fn compare(old: &[Parameter], new: &[Parameter], changes: &mut Changes<'_>) {
    for before in old {
        match new.iter().find(|after| after.name == before.name) {
            None => changes.breaks(format!("the parameter `{}` is gone", before.name)),
            Some(after) => parameter(before, after, changes),
        }
    }
    for after in new {
        if old.iter().any(|before| before.name == after.name) {
            continue;
        }
        if required(after) {
            changes.breaks(format!(
                "the parameter `{}` is new, and required",
                after.name
            ));
        } else {
            changes.says(format!("the parameter `{}` is new", after.name));
        }
    }
    positions(old, new, changes);
}

fn parameter(old: &Parameter, new: &Parameter, changes: &mut Changes<'_>) {
    let name = &old.name;
    match (required(old), required(new)) {
        (false, true) => changes.breaks(format!("`{name}` is required now")),
        (true, false) => changes.says(format!("`{name}` is required no more")),
        _ if old.default != new.default => {
            let shown = |value: &Option<Json>| value.as_ref().map_or_else(String::new, starlark);
            changes.breaks(format!(
                "the default of `{name}` is {}, was {}",
                shown(&new.default),
                shown(&old.default)
            ));
        }
        _ => {}
    }
    if old.kind != new.kind {
        let message = format!("`{name}` is given {}, was {}", way(new.kind), way(old.kind));
        if old.kind == ParameterKind::Keyword && new.kind == ParameterKind::Either {
            changes.says(message);
        } else {
            changes.breaks(message);
        }
    }
    if old.schema != new.schema {
        values(old, new, changes);
    }
    match (old.secret, new.secret) {
        (true, false) => changes.breaks(format!("`{name}` takes no secret any more")),
        (false, true) => changes.says(format!("`{name}` takes a secret now")),
        _ => {}
    }
}

/// A schema that differs. Where only kinds were added, whatever was taken still is.
fn values(old: &Parameter, new: &Parameter, changes: &mut Changes<'_>) {
    let name = &old.name;
    let (before, after) = (kinds(&old.schema), kinds(&new.schema));
    let any = after.is_empty();
    if any
        || (before != after && !before.is_empty() && before.iter().all(|kind| after.contains(kind)))
    {
        changes.says(format!(
            "`{name}` takes {}, was {}",
            words(&new.schema),
            words(&old.schema)
        ));
    } else if before == after {
        changes.breaks(format!("`{name}` takes other values: its schema differs"));
    } else {
        changes.breaks(format!(
            "`{name}` takes {}, was {}",
            words(&new.schema),
            words(&old.schema)
        ));
    }
}

/// Arguments by position go to other parameters where the order of those there were is another.
fn positions(old: &[Parameter], new: &[Parameter], changes: &mut Changes<'_>) {
    fn order(all: &[Parameter]) -> Vec<&str> {
        let either = all.iter().filter(|one| one.kind == ParameterKind::Either);
        either.map(|one| one.name.as_str()).collect()
    }
    let (before, after) = (order(old), order(new));
    let kept = |names: &[&str], others: &[&str]| -> Vec<String> {
        let kept = names.iter().filter(|name| others.contains(name));
        kept.map(ToString::to_string).collect()
    };
    let moved = kept(&before, &after) != kept(&after, &before);
    // A new one between those there were, or before them, takes their place.
    let pushed = after
        .iter()
        .skip_while(|name| before.contains(name))
        .any(|name| before.contains(name));
    if moved || pushed {
        changes.breaks(format!(
            "arguments by position go to {}, was {}",
            after.join(", "),
            before.join(", ")
        ));
    }
}

fn required(parameter: &Parameter) -> bool {
    let rest = matches!(
        parameter.kind,
        ParameterKind::RestList | ParameterKind::RestMap
    );
    parameter.default.is_none() && !rest
}

fn way(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Either => "by position or by name",
        ParameterKind::Keyword => "by name only",
        ParameterKind::RestList => "by what is left of the positions",
        ParameterKind::RestMap => "by what is left of the names",
    }
}
