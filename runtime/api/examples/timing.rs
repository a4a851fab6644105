//! How long each operation took on each host, by callbacks.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use windlass::engine::state::State as RunState;
use windlass::{
    Config, Error, Inventory, Operation, OperationId, State, StateCallback, add_op, connect_all,
    json, run_ops,
};

/// By operation and host: when it began, and once it has ended how long it took and whether it failed.
type Timings = BTreeMap<(OperationId, String), (Instant, Option<(Duration, bool)>)>;

/// Keeps times.
#[derive(Default)]
pub struct Timing {
    timings: Mutex<Timings>,
}

impl Timing {
    fn end(&self, host: &str, id: OperationId, failed: bool) {
        let mut timings = self.timings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((began, ended)) = timings.get_mut(&(id, host.to_owned())) {
            *ended = Some((began.elapsed(), failed));
        }
    }
}

impl StateCallback for Timing {
    fn operation_host_start(&self, _: &RunState, host: &str, id: OperationId) {
        self.timings
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert((id, host.to_owned()), (Instant::now(), None));
    }

    fn operation_host_success(&self, _: &RunState, host: &str, id: OperationId, _: u32) {
        self.end(host, id, false);
    }

    fn operation_host_error(&self, _: &RunState, host: &str, id: OperationId, _: u32, _: u32) {
        self.end(host, id, true);
    }
}

/// Runs two operations on two hosts, of which one fails at the second.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder()
        .host("@fake/a", [("x", json!(1))])
        .host(
            "@fake/b",
            [("fake_responses", json!({"regex:two": {"status": 1}}))],
        )
        .build();
    let state = State::new(inventory, Config::default()).await?;
    let timing = Arc::new(Timing::default());
    state.add_callback_handler(timing.clone());
    connect_all(&state).await?;
    for word in ["one", "two"] {
        let commands = json!([format!("echo {word}")]);
        let shell = Operation::new("server.shell").name(word);
        add_op(&state, shell.arg("commands", commands)).await?;
    }
    run_ops(&state).await?;

    let timings = timing
        .timings
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    for id in state.get_op_order()? {
        for ((_, host), (_, ended)) in timings.iter().filter(|((of, _), _)| *of == id) {
            let how = match ended {
                Some((took, failed)) if !took.is_zero() && *failed => "failed, timed",
                Some(_) => "done, timed",
                None => "still running",
            };
            let _ = writeln!(out, "{} on {host}: {how}", state.op_title(id));
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
