//! `windlass exec`.

use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::task::JoinSet;
use windlass::deploys::Deploys;
use windlass::engine::connector::{Exit, Stream};
use windlass::engine::error::EngineError;
use windlass::engine::secrets::SecretStore;
use windlass::engine::state::{Host, State};

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::run::{Run, Wants};
use crate::ui::Ui;

/// Run a command on hosts; its output comes as it is printed, each line with its host in front
#[derive(Debug, Args)]
pub(crate) struct ExecArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
    /// The command, after `--`; words are joined with spaces, for the shell of the host
    #[arg(required = true, last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

pub(crate) async fn run(context: &Context, args: &ExecArgs) -> Result<Status, CliError> {
    let command = args.command.join(" ");
    let wants = Wants {
        command: "exec",
        record: None,
        stream: false,
        ..Wants::default()
    };
    let run = Run::begin(context, &args.inventory, &Deploys::none("."), wants).await?;
    let result = async {
        run.connect().await?;
        let work = all(&run.state, &context.ui, &command);
        run.interrupts.or_end(&run.state, work).await
    };
    let result = result.await;
    let succeeded = run.end(result).await?;
    let status = if succeeded {
        Status::Done
    } else {
        Status::Failed
    };
    Ok(run.failed_or(status))
}

/// Runs it on all hosts at once. True when it succeeded everywhere.
async fn all(state: &State, ui: &Arc<Ui>, command: &str) -> Result<bool, EngineError> {
    let mut running = JoinSet::new();
    let hosts = state.active_hosts();
    let window = Arc::new(tokio::sync::Semaphore::new(
        state.config().parallelism(hosts.len()),
    ));
    for host in hosts {
        let (state, ui, window) = (state.clone(), ui.clone(), window.clone());
        let command = command.to_owned();
        running.spawn(async move {
            let _permit = window.acquire_owned().await;
            one(&state, &ui, &host, &command).await
        });
    }
    let mut succeeded = true;
    while let Some(done) = running.join_next().await {
        succeeded &= done.unwrap_or(false);
    }
    Ok(succeeded)
}

async fn one(state: &State, ui: &Arc<Ui>, host: &Arc<Host>, command: &str) -> bool {
    let mut lines = Lines::new(ui.clone(), host.name(), state.secrets().clone());
    let result = state
        .run_command(host, command, &mut |stream, bytes| {
            lines.feed(stream, bytes)
        })
        .await;
    lines.finish();
    let name = host.name();
    match result {
        Ok(result) => {
            if ui.json {
                ui.json_line(&json!({"event": "exit", "host": name, "exit": result.exit}));
            }
            let succeeded = result.exit.status == Some(0);
            if !succeeded {
                let label = ui.error.red("failed:");
                ui.error_line(&format!("{label} {name}: {}", ended(&result.exit)));
            }
            succeeded
        }
        Err(error) => {
            if ui.json {
                let error = error.to_string();
                ui.json_line(&json!({"event": "error", "host": name, "error": error}));
            }
            ui.error_line(&format!("{} {error}", ui.error.red("failed:")));
            false
        }
    }
}

fn ended(exit: &Exit) -> String {
    match (&exit.status, &exit.signal) {
        (Some(status), _) => format!("the command exited with {status}"),
        (None, Some(signal)) => format!("the command was ended by SIG{signal}"),
        (None, None) => String::from("the command ended without a status"),
    }
}

/// Output in whole lines, each with its host.
struct Lines {
    ui: Arc<Ui>,
    host: String,
    secrets: SecretStore,
    open: [Vec<u8>; 2],
}

impl Lines {
    fn new(ui: Arc<Ui>, host: &str, secrets: SecretStore) -> Self {
        Self {
            ui,
            host: host.to_owned(),
            secrets,
            open: [Vec::new(), Vec::new()],
        }
    }

    fn slot(&mut self, stream: Stream) -> &mut Vec<u8> {
        let [stdout, stderr] = &mut self.open;
        match stream {
            Stream::Stdout => stdout,
            Stream::Stderr => stderr,
        }
    }

    fn feed(&mut self, stream: Stream, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.slot(stream).extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.write(stream);
            }
        }
    }

    /// A last line without its end is a line too.
    fn finish(&mut self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if !self.slot(stream).is_empty() {
                self.write(stream);
            }
        }
    }

    fn write(&mut self, stream: Stream) {
        let line = std::mem::take(self.slot(stream));
        let line = line.strip_suffix(b"\n").unwrap_or(&line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = self.secrets.mask(&String::from_utf8_lossy(line));
        if self.ui.json {
            let event =
                json!({"event": "output", "host": self.host, "stream": stream, "line": text});
            self.ui.json_line(&event);
            return;
        }
        match stream {
            Stream::Stdout => self.ui.line(&format!("[{}] {text}", self.host)),
            Stream::Stderr => self.ui.error_line(&format!("[{}] {text}", self.host)),
        }
    }
}
