//! The host with real guests: those of `tests/guests`, which `cargo xtask plugins` builds.
#![allow(clippy::unwrap_used, clippy::panic)]

mod answers;
mod code;
mod limits;
mod loading;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use windlass_engine::contract::Planned;
use windlass_engine::json::json;
use windlass_engine::plugins::{PlanningView, PluginError, Plugins};

use crate::testing::Answers;
use crate::{Host, Limits};

fn saying(said: &str, user: &str) -> Answers {
    Answers::default()
        .fact("echo.Word", json!(said))
        .globals(&[("_sudo_user", json!(user))])
}

async fn say(host: &Host, text: &str, view: Arc<dyn PlanningView>) -> Arc<Planned> {
    host.plan("echo.say", &json!({"text": text}), view)
        .await
        .unwrap()
}

fn small() -> Limits {
    Limits {
        running: Duration::from_millis(100),
        memory: 32 << 20,
        host_calls: 1000,
        transfer: 1 << 20,
        log_lines: 100,
        ..Limits::default()
    }
}

async fn end_of(host: &Host, operation: &str) -> (String, String) {
    let args = json!({});
    match host.plan(operation, &args, Answers::default().view()).await {
        Err(PluginError::Trap { pack, report }) => (pack, report),
        other => panic!("{operation}: {other:?}"),
    }
}
