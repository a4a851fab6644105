//! Jobs of Upstart.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use windlass_plugin_common::service::{Wanted, control};
use windlass_plugin_common::system::pointer;
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "upstart",
    operations: [service],
    facts: [UpstartStatus],
}

/// Whether jobs run, by name.
#[fact(requires = "initctl", default = {})]
pub fn UpstartStatus() -> Source<BTreeMap<String, bool>> {
    Source::shell(shell!("initctl list"), |output| {
        let status = |line: &String| {
            let (name, state) = line.split_once(' ')?;
            // An instance stands in brackets between name and state.
            let goal = state.split_whitespace().find(|word| word.contains('/'))?;
            Some((name.to_owned(), goal.starts_with("start/")))
        };
        Ok(output.lines().iter().filter_map(status).collect())
    })
}

/// Start, stop, restart, reload, enable or disable a job of Upstart.
#[operation(
    example = r#"upstart.service(service = "nginx", enabled = True, _sudo = True)"#,
    uses = ["files.file", "files.put"]
)]
pub fn service(
    plan: &mut Plan,
    /// Its name.
    service: String,
    /// Whether it should run.
    #[default(true)]
    running: bool,
    /// Whether it is restarted, if it runs.
    #[default(false)]
    restarted: bool,
    /// Whether it is reloaded, if it runs.
    #[default(false)]
    reloaded: bool,
    /// Another thing to tell it.
    command: Option<String>,
    /// Whether it should start by itself.
    enabled: Option<bool>,
) -> Result<()> {
    let at = pointer(&service);
    let runs = get_parts(&UpstartStatus {}, &[&at])?.part(&at) == &Json::Bool(true);
    control(
        plan,
        &service,
        runs,
        Wanted {
            running: Some(running),
            restarted,
            reloaded,
            command: command.as_deref(),
        },
        |word| shell!("initctl {word} {service}"),
        |runs| vec![Prediction::value(&UpstartStatus {}, runs).at(at.as_str())],
    );
    // A job starts by itself unless an override says that it is started by hand.
    let path = format!("/etc/init/{service}.override");
    match enabled {
        Some(true) => {
            plan.nested("files.file", json!({"path": path, "present": false}));
        }
        Some(false) => {
            plan.nested(
                "files.put",
                json!({"src": {"$content": "manual\n"}, "dest": path}),
            );
        }
        None => {}
    }
    Ok(())
}
