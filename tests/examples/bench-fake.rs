//! One measurement of our own control plane, on hosts that answer at once. `cargo xtask bench` calls it.
//!
//! `bench-fake CASE HOSTS OPERATIONS` prepares and executes that many `files.file` operations on each of that many
//! hosts with the standard pack, and prints a line of JSON. In the case `alike` all hosts have the same operations; in
//! the case `named` every path holds the host's name.

#![allow(clippy::expect_used, clippy::print_stdout)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use windlass::engine::connect::connect_all;
use windlass::engine::deploy::{DeployFunction, DeploySource, HostContext, OperationCall};
use windlass::engine::error::EngineError;
use windlass::engine::execute::{Strategy, run_ops};
use windlass::engine::place::Place;
use windlass::engine::prepare::prepare;
use windlass::setup;

fn deploy(named: bool, operations: u32) -> Arc<dyn DeploySource> {
    DeployFunction::shared("bench", ".", move |host: &HostContext| {
        let folder = match named {
            true => format!("/srv/{}", host.name().trim_start_matches('@')),
            false => String::from("/srv"),
        };
        (1..=operations).try_for_each(|line| add(host, &folder, line))
    })
}

fn add(host: &HostContext, folder: &str, line: u32) -> Result<(), EngineError> {
    let named = serde_json::json!({"path": format!("{folder}/file-{line}"), "present": false});
    let named = named.as_object().cloned().unwrap_or_default();
    let place = Place::at("bench.star", line);
    host.add(OperationCall::new("files.file", named, place))?;
    Ok(())
}

/// What Linux counted for this process: seconds of processors, and the most memory it held, in MB.
fn used() -> (Option<f64>, Option<u64>) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name of the program, which may hold anything; the fields that count are hundredths of a second.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let spent: Vec<f64> = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse().ok())
        .collect();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let held = status.lines().find_map(|line| {
        let kilobytes = line.strip_prefix("VmHWM:")?.split_whitespace().next()?;
        kilobytes.parse::<u64>().ok()
    });
    let spent = (spent.len() == 2).then(|| spent.iter().sum::<f64>() / 100.0);
    (spent, held.map(|kilobytes| kilobytes / 1024))
}

#[tokio::main]
async fn main() {
    let mut given = std::env::args().skip(1);
    let case = given.next().expect("a case");
    let mut number = || -> Option<u32> { given.next()?.parse().ok() };
    let hosts = number().expect("a number of hosts");
    let operations = number().expect("a number of operations");
    let names: Vec<String> = (0..hosts)
        .map(|number| format!("@fake/host-{number:05}"))
        .collect();
    let options = setup::RunOptions {
        inventory: names.join(","),
        ..setup::RunOptions::default()
    };
    let plugins = setup::standard_plugins().await.expect("the standard pack");
    let connectors = setup::builtin_connectors();
    let state = setup::new_state(&options, plugins, connectors)
        .await
        .expect("a state");
    connect_all(&state).await.expect("connected hosts");
    let start = Instant::now();
    let deploy = deploy(case == "named", operations);
    prepare(&state, &[deploy]).await.expect("a plan");
    let prepared = start.elapsed();
    run_ops(&state, Strategy::Barrier).await.expect("a run");
    let all = start.elapsed();
    let results = state.hosts().iter();
    let done: usize = results
        .map(|host| state.results_for_host(host).success_ops)
        .sum();
    for (host, why) in state.failed_hosts() {
        eprintln!("{}: {why}", host.name());
    }
    let wanted = hosts as usize * operations as usize;
    assert_eq!(done, wanted, "operations that succeeded");
    let seconds = |time: Duration| (time.as_secs_f64() * 1000.0).round() / 1000.0;
    let (cpu, memory) = used();
    println!(
        "{}",
        serde_json::json!({
            "case": case, "hosts": hosts, "operations": operations, "prepare_s": seconds(prepared),
            "all_s": seconds(all), "cpu_s": cpu, "memory_mb": memory,
        })
    );
}
