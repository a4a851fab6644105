//! An operation is added: its call is checked, bound to what it calls, and named.

use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::deploy::{OperationCall, OperationRef};
use crate::error::EngineError;
use crate::json::{Json, JsonMap, canonical};
use crate::place::Place;
use crate::plugins::{Bound, PluginError};
use crate::policy::Caller;
use crate::state::{Host, HostOperation, OperationId, OperationMeta, Stage, State};

/// The global arguments that a host's data and the config give.
pub(crate) fn host_globals(state: &State, host: &Host) -> Result<GlobalArguments, String> {
    let mut globals = GlobalArguments::default();
    for name in GlobalArguments::NAMES {
        if let Some(value) = host.data_value(name) {
            globals
                .set(name, &value, state.secrets())
                .map_err(|error| format!("data of {}: {error}", host.name()))?;
        }
    }
    Ok(globals.over(&state.config().global_arguments()))
}

/// Asks for sudo's password where one will be asked for: here nothing else waits for the person's answer.
fn ask_early(state: &State, globals: &GlobalArguments) -> Result<(), String> {
    let sudo = globals.sudo.unwrap_or(globals.sudo_user.is_some());
    match globals.password_for_sudo().filter(|_| sudo) {
        Some(password) if globals.sudo_password.is_none() => state
            .secrets()
            .load(&password.0)
            .map_err(|error| error.to_string()),
        _ => Ok(()),
    }
}

/// Adds an operation for a host, as deploy code does; it is planned by [`plan_all`].
///
/// # Errors
/// [`EngineError::Call`] for an unknown operation or wrong arguments; [`EngineError::Stage`] once execution has begun.
pub fn add_operation(
    state: &State,
    host: &Arc<Host>,
    call: OperationCall,
) -> Result<OperationId, EngineError> {
    add_operation_by(state, host, call, None)
}

/// [`add_operation`] for a deploy that may be a component.
pub(crate) fn add_operation_by(
    state: &State,
    host: &Arc<Host>,
    call: OperationCall,
    by: Option<Arc<Caller>>,
) -> Result<OperationId, EngineError> {
    let stage = state.stage();
    if stage > Stage::Prepare {
        return Err(EngineError::Stage {
            what: format!("adding the operation `{}`", call.operation.name()),
            stage,
            hint: String::from("operations are added while preparing, before execution begins"),
        });
    }
    let operation = bind(state, host, call, None, by)?;
    let id = operation.id;
    host.insert_operation(operation);
    Ok(id)
}

/// Checks a call and makes a host's operation of it.
pub(crate) fn bind(
    state: &State,
    host: &Arc<Host>,
    mut call: OperationCall,
    parent: Option<OperationId>,
    by: Option<Arc<Caller>>,
) -> Result<HostOperation, EngineError> {
    // The line may hold a password in plain text, and it is shown wherever the operation is.
    call.place.source = call.place.source.map(|line| state.secrets().mask(&line));
    let wrong = |message: String| EngineError::Call {
        message,
        place: call.place.clone(),
    };
    let bound = match &call.operation {
        OperationRef::Plugin(name) => state
            .plugins()
            .bind_operation(
                name,
                call.positional.clone(),
                call.named.clone(),
                state.secrets(),
            )
            .map_err(|error| {
                wrong(match error {
                    PluginError::Argument { .. } => format!("{name}: {error}"),
                    other => other.to_string(),
                })
            })?,
        _ => Bound {
            args: Json::Object(JsonMap::new()),
            secrets: Vec::new(),
        },
    };
    let (scopes, scope_globals) = host.scopes();
    let below = host_globals(state, host).map_err(&wrong)?;
    if let Some(by) = &by {
        let own = call.globals.clone().over(&scope_globals);
        state
            .allow_added(host, by, &own, &below)
            .map_err(|denial| wrong(denial.to_string()))?;
    }
    let below = scope_globals.over(&below);
    let globals = call.globals.clone().over(&below);
    let chain = state.chain_of(host, &call.operation, &call.place, parent, by.as_deref());
    state
        .allow_operation(host, &chain, &globals)
        .and_then(|()| state.allow_module(host, &call.place, &below, &globals))
        .map_err(|denial| wrong(denial.to_string()))?;
    ask_early(state, &globals).map_err(&wrong)?;
    let args = display_arguments(&call, &globals, state);
    let own = call
        .name
        .clone()
        .unwrap_or_else(|| default_name(&call.operation, &args));
    let name = state.secrets().mask(
        &scopes
            .into_iter()
            .chain([own])
            .collect::<Vec<_>>()
            .join(" | "),
    );
    let occurrence = host.occurrence(&call.place, parent);
    let id = OperationId::of(&call.place, occurrence, parent);
    let op_order = call
        .place
        .frames
        .iter()
        .map(|frame| frame.line)
        .chain([occurrence])
        .collect();
    let make = || OperationMeta {
        names: std::collections::BTreeSet::new(),
        operation: call.operation.name().to_owned(),
        args,
        op_order,
        global_arguments: globals.clone(),
        place: call.place.clone(),
    };
    let differs = state.with_op_meta(id, make, |meta| {
        // A deploy's own language tells its places apart; a component says what it likes.
        if by.is_some() && meta.operation != call.operation.name() {
            return Err(meta.operation.clone());
        }
        meta.names.insert(name.clone());
        let held = &meta.global_arguments;
        Ok(["_parallel", "_run_once", "_serial"]
            .into_iter()
            .find(|name| held.get(name) != globals.get(name)))
    });
    let differs = differs.map_err(|other| {
        wrong(format!(
            "`{}` stands in the place of `{other}`, which another host has there\n  places are what tells operations apart over hosts: give each a line or a key of its own",
            call.operation.name()
        ))
    })?;
    if let Some(argument) = differs {
        return Err(wrong(format!(
            "`{argument}` of `{name}` differs between hosts; it must be the same on all\n  fix: give it as a constant, not from host data"
        )));
    }
    Ok(HostOperation {
        id,
        operation: call.operation,
        name,
        bound,
        global_arguments: globals,
        place: call.place,
        parent,
        by,
        plan: None,
        report: None,
        data: Json::Null,
    })
}

fn default_name(operation: &OperationRef, args: &[String]) -> String {
    if args.is_empty() {
        operation.name().to_owned()
    } else {
        format!("{} ({})", operation.name(), args.join(", "))
    }
}

fn display_arguments(
    call: &OperationCall,
    globals: &GlobalArguments,
    state: &State,
) -> Vec<String> {
    if GlobalArguments::is(globals.sensitive) {
        return Vec::new();
    }
    let show = |value: &Json| match value {
        Json::String(text) => text.clone(),
        Json::Object(map) if map.contains_key("$secret") => crate::secrets::MASK.to_owned(),
        other => canonical(other),
    };
    let positional = call.positional.iter().map(show);
    let named = call
        .named
        .iter()
        .map(|(name, value)| format!("{name}={}", show(value)));
    positional
        .chain(named)
        .map(|text| state.secrets().mask(&text))
        .collect()
}

/// A place for operations that programs add: one line, counted by occurrence.
#[must_use]
pub fn program_place(location: &std::panic::Location<'_>) -> Place {
    Place::at(location.file(), location.line())
}
