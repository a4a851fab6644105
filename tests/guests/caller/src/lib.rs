//! Operations that have actors do things.

use serde_json::{Value, json};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "caller",
    operations: [act, through],
    facts: [],
}

/// Have an actor do something.
#[operation(example = r#"caller.act(actor = "run", payload = {"command": "true"})"#)]
pub fn act(
    plan: &mut Plan,
    /// Its name.
    actor: String,
    /// What it is given.
    payload: Option<Value>,
    /// A file of the controller, which the actor may send or write.
    file: Option<LocalPath>,
    /// A secret, which the payload names by the number 0.
    password: Option<SecretOr<String>>,
) -> Result<()> {
    let _ = (file, password);
    plan.call(actor, payload.unwrap_or(json!({})));
    Ok(())
}

/// Have an actor do something, through another operation.
#[operation(example = r#"caller.through(actor = "run")"#)]
pub fn through(
    plan: &mut Plan,
    /// Its name.
    actor: String,
) -> Result<()> {
    plan.nested("caller.act", json!({"actor": actor}));
    Ok(())
}
