//! An operation that has something done at execution.

use serde_json::json;
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "motd",
    operations: [wait],
    facts: [],
}

/// Wait until a command succeeds, a second between tries.
#[operation(
    example = r#"motd.wait(command = "test -e /run/ready", tries = 5)"#,
    idempotent = false
)]
pub fn wait(
    plan: &mut Plan,
    /// The command line.
    command: String,
    /// How often it is tried.
    #[default(10)]
    tries: u32,
) -> Result<()> {
    plan.call("wait", json!({"command": command, "tries": tries}));
    Ok(())
}
