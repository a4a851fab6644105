//! `cargo xtask bench`: our own control plane, on hosts that answer at once.
//!
//! 200 hosts with 100 `files.file` operations each, prepared and executed with the standard pack; first where all hosts
//! have the same operations, then where every path holds the host's name. Prints one line a case, as JSON.

#![allow(clippy::expect_used, clippy::print_stdout)]

use std::sync::Arc;
use std::time::Instant;

use windlass::engine::connect::connect_all;
use windlass::engine::deploy::{DeployFunction, DeploySource, HostContext, OperationCall};
use windlass::engine::error::EngineError;
use windlass::engine::execute::{Strategy, run_ops};
use windlass::engine::place::Place;
use windlass::engine::prepare::prepare;
use windlass::setup;

const OPERATIONS: u32 = 100;

fn add(host: &HostContext, folder: &str) -> Result<(), EngineError> {
    for line in 1..=OPERATIONS {
        let named = serde_json::json!({"path": format!("{folder}/file-{line}"), "present": false});
        let named = named.as_object().cloned().unwrap_or_default();
        host.add(OperationCall::new(
            "files.file",
            named,
            Place::at("bench.star", line),
        ))?;
    }
    Ok(())
}

fn same() -> Arc<dyn DeploySource> {
    DeployFunction::shared("same", ".", |host: &HostContext| add(host, "/srv"))
}

fn own() -> Arc<dyn DeploySource> {
    DeployFunction::shared("own", ".", |host: &HostContext| {
        add(
            host,
            &format!("/srv/{}", host.name().trim_start_matches('@')),
        )
    })
}

#[tokio::main]
async fn main() {
    let hosts: usize = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .unwrap_or(200);
    for (name, deploy) in [
        ("same operations", same()),
        ("paths with the host's name", own()),
    ] {
        let names: Vec<String> = (0..hosts)
            .map(|number| format!("@fake/host-{number:04}"))
            .collect();
        let options = setup::RunOptions {
            inventory: names.join(","),
            ..setup::RunOptions::default()
        };
        let plugins = setup::standard_plugins().await.expect("the standard pack");
        let connectors = Arc::new(setup::builtin_connectors());
        let state = setup::new_state(&options, plugins, connectors)
            .await
            .expect("a state");
        connect_all(&state).await.expect("connected hosts");
        let start = Instant::now();
        prepare(&state, &[deploy]).await.expect("a plan");
        let prepared = start.elapsed();
        run_ops(&state, Strategy::Barrier).await.expect("a run");
        let all = start.elapsed();
        let done: usize = state
            .hosts()
            .iter()
            .map(|host| state.results_for_host(host).success_ops)
            .sum();
        for (host, why) in state.failed_hosts() {
            eprintln!("{}: {why}", host.name());
        }
        assert_eq!(
            done,
            hosts * OPERATIONS as usize,
            "operations that succeeded"
        );
        let seconds = |time: std::time::Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
        println!(
            "{}",
            serde_json::json!({"case": name, "hosts": hosts, "operations": OPERATIONS, "prepare_s": seconds(prepared), "all_s": seconds(all)})
        );
    }
}
