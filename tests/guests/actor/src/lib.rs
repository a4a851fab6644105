//! Actors. Some of what they try no actor may do.

use std::hint::black_box;

use serde_json::{Value, json};
use windlass_sdk::actor::Actor;
use windlass_sdk::prelude::*;
use windlass_sdk::target;

struct All;

windlass_sdk::export_actor!(All);

impl Actor for All {
    fn act(name: &str, payload: Value) -> Result<Value> {
        let text = |key: &str| payload[key].as_str().unwrap_or_default().to_owned();
        let globals = payload.get("globals").cloned().unwrap_or(json!({}));
        match name {
            // A command's end and output.
            "run" => {
                let ran = target::run_with(raw(&text("command")), globals)?;
                Ok(json!({"status": ran.status, "stdout": ran.text()}))
            }
            // It says what it was given, a secret's value too if it had one.
            "remark" => {
                let ran = target::run(raw(&text("command")))?.text();
                log::debug(&format!("it printed {ran}"));
                log::warning(&format!("it printed {ran}"));
                Ok(Value::Null)
            }
            // A file with a secret in it: what the operation was given as its first.
            "put" => {
                let mut source = vec![Atom::Text(text("content"))];
                if payload["secret"] == json!(true) {
                    source.push(Atom::Secret {
                        secret: 0,
                        encodings: Vec::new(),
                    });
                }
                let source = match payload["local"].as_str() {
                    Some(path) => Content::Local(path.to_owned()),
                    None => Content::Inline(source),
                };
                target::put_with(Upload::new(source, text("dest")), globals)?;
                Ok(Value::Null)
            }
            "get" => {
                target::get_with(text("src"), text("dest"), globals)?;
                Ok(Value::Null)
            }
            "operation" => {
                let args = payload["args"].clone();
                let given = target::operation_with(text("operation"), args, globals)?;
                Ok(
                    json!({"changed": given.changed, "stdout": given.stdout, "answers": given.answers}),
                )
            }
            "result" => {
                let found = target::result_of(&text("id"), &text("pointer"));
                Ok(json!({ "found": found }))
            }
            // A fact before and after a command: what runs drops what was known.
            "look" => {
                let file = || FactRequest::named("files.File", json!({"path": text("path")})).ask();
                let before = file()?;
                target::run(raw(&text("command")))?.success()?;
                Ok(json!({"before": before.is_null(), "after": file()?.is_null()}))
            }
            "again" => {
                let args = json!({"actor": "again"});
                let given = target::operation("caller.act", args)?;
                Ok(json!(given.changed))
            }
            "several" => {
                for number in 0..3 {
                    target::run(raw(&format!("echo {number}")))?.success()?;
                }
                Ok(json!("done"))
            }
            "steal" => {
                let globals = json!({"_sudo_password": {"$secret": "file:/etc/shadow"}});
                target::run_with(raw("id"), globals).map(|_| Value::Null)
            }
            "flood" => Ok(json!("x".repeat(80 << 20))),
            "chatter" => loop {
                log::info("noise");
            },
            "ask" => loop {
                let _ = target::result_of("0", "");
            },
            "spin" => spin(),
            "trap" => core::arch::wasm32::unreachable(),
            other => Err(Error::invalid_value(format!("there is no actor `{other}`"))),
        }
    }
}

fn raw(text: &str) -> ShellText {
    ShellText::new().raw(text)
}

fn spin() -> ! {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
}
