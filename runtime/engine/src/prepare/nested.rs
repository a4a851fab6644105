//! A nested call is checked, and allowed as if the deploy had made it.

use crate::arguments::GlobalArguments;
use crate::contract::Nested;
use crate::json::Json;
use crate::plugins::{Bound, PluginError};
use crate::policy::Chain;
use crate::state::{Host, State};

use super::NESTING;

/// The operation around a nested call.
pub(crate) struct Outer<'a> {
    pub(crate) globals: &'a GlobalArguments,
    pub(crate) bound: &'a Bound,
    /// Who called it, itself last.
    pub(crate) chain: &'a Chain,
    pub(crate) depth: usize,
}

/// A nested call that fits and is allowed.
pub(crate) struct Inner {
    pub(crate) globals: GlobalArguments,
    pub(crate) bound: Bound,
    pub(crate) chain: Chain,
}

/// Checks a nested call and merges its global arguments.
pub(crate) fn bind_nested(
    state: &State,
    host: &Host,
    nested: &Nested,
    overrides: &Json,
    outer: &Outer<'_>,
) -> Result<Inner, PluginError> {
    let wrong = |message: String| PluginError::Argument {
        argument: None,
        message,
    };
    if outer.depth + 1 >= NESTING {
        return Err(wrong(format!(
            "operations nest more than {NESTING} deep at {}",
            nested.operation
        )));
    }
    let own = GlobalArguments::from_json(overrides, state.secrets()).map_err(wrong)?;
    let globals = GlobalArguments {
        condition: Vec::new(),
        ..own.over(outer.globals)
    };
    let chain = state.chain(outer.chain, &nested.operation);
    state.allow_overrides(host, outer.chain, overrides, outer.globals)?;
    state.allow_operation(host, &chain, &globals)?;
    let args = crate::secrets::owned(nested.args.clone(), &outer.bound.secrets)?;
    let named = args.as_object().cloned().unwrap_or_default();
    let bound =
        state
            .plugins()
            .bind_operation(&nested.operation, Vec::new(), named, state.secrets())?;
    Ok(Inner {
        globals,
        bound,
        chain,
    })
}
