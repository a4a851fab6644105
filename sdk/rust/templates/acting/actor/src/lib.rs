//! What the pack's operations have done at execution.

use serde_json::{Value, json};
use windlass_sdk::actor::Actor;
use windlass_sdk::prelude::*;
use windlass_sdk::target;

struct Actors;

windlass_sdk::export_actor!(Actors);

impl Actor for Actors {
    fn act(name: &str, payload: Value) -> Result<Value> {
        match name {
            "wait" => wait(&payload),
            other => Err(Error::invalid_value(format!("there is no actor `{other}`"))),
        }
    }
}

fn wait(payload: &Value) -> Result<Value> {
    let command = payload["command"].as_str().unwrap_or_default();
    let tries = payload["tries"].as_u64().unwrap_or(1);
    for number in 1..=tries {
        if number > 1 {
            target::run(shell!("sleep 1"))?;
        }
        if target::run(ShellText::new().raw(command))?.status == Some(0) {
            return Ok(json!({"tries": number}));
        }
    }
    let message = format!("after {tries} tries it still fails: {command}");
    Err(Error::operation(message))
}
