//! Jobs of Upstart.

use std::collections::BTreeMap;

use serde_json::json;
use windlass_plugin_common::service::Service;
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
pub fn service(plan: &mut Plan, #[parameters] wanted: Service) -> Result<()> {
    let service = &wanted.service;
    wanted.control(plan, &UpstartStatus {}, |word| {
        shell!("initctl {word} {service}")
    })?;
    // A job starts by itself unless an override says that it is started by hand.
    let path = format!("/etc/init/{service}.override");
    match wanted.enabled {
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
