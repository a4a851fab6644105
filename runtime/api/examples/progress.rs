//! A percentage while operations run, and every error in one list, by callbacks.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use windlass::engine::state::State as RunState;
use windlass::{
    Config, Error, Inventory, Operation, OperationId, State, StateCallback, add_op, connect_all,
    json, run_ops,
};

/// Counts what has ended.
#[derive(Default)]
pub struct Progress {
    total: AtomicUsize,
    completed: AtomicUsize,
    shown: Mutex<Vec<String>>,
}

impl Progress {
    fn step(&self) {
        let completed = self.completed.fetch_add(1, Ordering::SeqCst) + 1;
        let total = self.total.load(Ordering::SeqCst).max(1);
        self.shown
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(format!("{}%", completed * 100 / total));
    }
}

impl StateCallback for Progress {
    fn operation_host_success(&self, _: &RunState, _: &str, _: OperationId, _: u32) {
        self.step();
    }

    fn operation_host_error(&self, _: &RunState, _: &str, _: OperationId, _: u32, _: u32) {
        self.step();
    }
}

/// Collects what failed.
#[derive(Default)]
pub struct ErrorCollector {
    errors: Mutex<Vec<(String, String)>>,
}

impl StateCallback for ErrorCollector {
    fn operation_host_error(&self, state: &RunState, host: &str, id: OperationId, _: u32, _: u32) {
        let error = (host.to_owned(), state.op_title(id));
        self.errors
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(error);
    }
}

/// Runs three operations on a host on which the second fails, which is ignored.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder()
        .host(
            "@fake/web1",
            [("fake_responses", json!({"regex:second": {"status": 2}}))],
        )
        .build();
    let state = State::new(inventory, Config::default()).await?;
    let progress = Arc::new(Progress::default());
    let errors = Arc::new(ErrorCollector::default());
    state.add_callback_handler(progress.clone());
    state.add_callback_handler(errors.clone());
    connect_all(&state).await?;
    for word in ["first", "second", "third", "fourth"] {
        let shell = Operation::new("server.shell")
            .name(word)
            .arg("commands", json!([format!("echo {word}")]))
            .global("_ignore_errors", true);
        add_op(&state, shell).await?;
    }
    let hosts = state.hosts();
    let total = hosts.iter().map(|host| state.get_meta_for_host(host).ops);
    progress.total.store(total.sum(), Ordering::SeqCst);
    run_ops(&state).await?;

    let shown = progress
        .shown
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let _ = writeln!(out, "{}", shown.join(" "));
    let errors = errors.errors.lock().unwrap_or_else(PoisonError::into_inner);
    let _ = writeln!(out, "errors: {}", errors.len());
    for (host, operation) in errors.iter() {
        let _ = writeln!(out, "  {host}: {operation}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
