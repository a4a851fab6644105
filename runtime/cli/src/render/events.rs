//! What happens, as it happens: lines on the two streams, bars on a terminal, or a line of JSON an event.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indicatif::ProgressBar;
use windlass::engine::connector::Stream;
use windlass::engine::events::{Event, Observer};
use windlass::engine::json::Json;
use windlass::engine::plugins::Remark;
use windlass::engine::state::{Stage, State};

use super::failure;
use super::remarks::Remarks;
use crate::ui::Ui;

/// What is shown besides results.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Shown {
    /// How many `-v`.
    pub(crate) verbose: u8,
    /// Facts as they are read.
    pub(crate) facts: bool,
    /// With `--json`: each event as a line on standard output.
    pub(crate) stream: bool,
}

#[derive(Default)]
struct Progress {
    bar: Option<ProgressBar>,
    /// Hosts whose failure was told already.
    told: HashSet<String>,
}

/// Shows a run.
pub(crate) struct Terminal {
    ui: Arc<Ui>,
    shown: Shown,
    remarks: Arc<Remarks>,
    progress: Mutex<Progress>,
}

impl Terminal {
    pub(crate) fn new(ui: Arc<Ui>, shown: Shown, remarks: Arc<Remarks>) -> Self {
        Self {
            ui,
            shown,
            remarks,
            progress: Mutex::default(),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new bar in the place of the one before.
    fn stage(&self, state: &State, stage: Stage) {
        let bar = match stage {
            Stage::Connect => {
                let hosts = state.hosts().iter();
                let count = hosts.filter(|host| state.is_host_in_limit(host)).count();
                Some(self.ui.bar(count, "Connecting"))
            }
            Stage::Execute => {
                let hosts = state.active_hosts();
                let count = hosts.iter().map(|host| host.operation_order().len()).sum();
                Some(self.ui.bar(count, "Applying"))
            }
            _ => None,
        };
        if let Some(old) = std::mem::replace(&mut self.progress().bar, bar) {
            old.finish_and_clear();
        }
    }

    fn step(&self) {
        if let Some(bar) = &self.progress().bar {
            bar.inc(1);
        }
    }

    fn now(&self, what: &str) {
        if let Some(bar) = &self.progress().bar {
            bar.set_message(what.to_owned());
        }
    }

    /// A remark on standard error.
    fn aside(&self, host: &str, text: &str) {
        self.ui
            .error_line(&self.ui.error.dim(&format!("[{host}] {text}")));
    }

    fn host_event(&self, state: &State, event: &Event) {
        match event {
            Event::Stage { stage } => self.stage(state, *stage),
            Event::HostConnect { host } => {
                self.step();
                if self.shown.verbose > 0 {
                    self.aside(host, "connected");
                }
            }
            Event::HostConnectError { host, error } => {
                self.step();
                self.progress().told.insert(host.clone());
                let label = self.ui.error.red("failed:");
                self.ui
                    .error_line(&format!("{label} connecting {host}: {error}"));
            }
            Event::HostFailed { host, error } if self.progress().told.insert(host.clone()) => {
                let label = self.ui.error.red("failed:");
                self.ui.error_line(&format!("{label} {host}: {error}"));
            }
            Event::Warning {
                host,
                message,
                place,
                ..
            } => {
                let label = self.ui.error.yellow("warning:");
                // A message with an excerpt of the deploy names the place itself.
                let place = place
                    .as_ref()
                    .filter(|place| !place.frames.is_empty() && !message.contains("\n --> "))
                    .map(|place| format!("{}: ", place.short()))
                    .unwrap_or_default();
                let on = host
                    .as_ref()
                    .map(|host| format!(" (on {host})"))
                    .unwrap_or_default();
                self.ui.error_line(&format!("{label} {place}{message}{on}"));
            }
            Event::Log {
                host,
                component,
                level,
                message,
            } => self.remarks.show(&Remark {
                component: component.clone().unwrap_or_default(),
                host: host.clone(),
                level: level.clone(),
                message: message.clone(),
            }),
            Event::Fact { host, fact, args } if self.shown.verbose > 0 || self.shown.facts => {
                self.aside(host, &format!("fact {fact} {args}"));
            }
            Event::FactInput { host, command } if self.shown.verbose > 1 => {
                self.aside(host, &format!("fact > {command}"));
            }
            Event::FactOutput { host, line, .. } if self.shown.verbose > 2 => {
                self.aside(host, &format!("fact | {line}"));
            }
            _ => {}
        }
    }

    fn operation_event(&self, event: &Event) {
        let style = self.ui.out;
        let line = |host: &str, text: String| self.ui.line(&format!("[{host}] {text}"));
        match event {
            Event::OperationStart { name, .. } => self.now(name),
            Event::OperationHostSuccess {
                host,
                name,
                changed,
                notes,
                ..
            } => {
                self.step();
                if *changed {
                    line(host, format!("{} {name}", style.yellow("changed:")));
                } else if self.shown.verbose > 0 {
                    let why = match notes.as_slice() {
                        [] => String::new(),
                        notes => format!(" ({})", notes.join("; ")),
                    };
                    line(
                        host,
                        format!("{} {name}{why}", style.green("nothing to do:")),
                    );
                }
            }
            Event::OperationHostSkipped {
                host, name, why, ..
            } => {
                self.step();
                if self.shown.verbose > 0 {
                    line(host, format!("{} {name} ({why})", style.cyan("skipped:")));
                }
            }
            Event::OperationHostRetry {
                host,
                name,
                retry_count,
                max_retries,
                error,
                ..
            } => line(
                host,
                format!("trying again ({retry_count} of {max_retries}): {name}: {error}"),
            ),
            Event::OperationHostError {
                failure: report,
                ignored,
                ..
            } => {
                self.step();
                if !ignored {
                    self.progress().told.insert(report.host.clone());
                }
                self.ui
                    .error_line(&failure(report, *ignored, self.ui.error));
            }
            Event::PlanChanged {
                host,
                planned,
                actual,
                ..
            } => {
                let steps = |steps: &[String]| match steps {
                    [] => String::from("\n    (nothing)"),
                    steps => steps.iter().map(|step| format!("\n    {step}")).collect(),
                };
                self.ui.error_line(&format!(
                    "[{host}] the host is no longer as it was planned for\n  planned:{}\n  now:{}",
                    steps(planned),
                    steps(actual)
                ));
            }
            Event::Input { host, command, .. } if self.shown.verbose > 1 => {
                line(host, format!("> {command}"));
            }
            Event::Output {
                host,
                line: text,
                stream,
                ..
            } if self.shown.verbose > 2 => {
                let mark = match stream {
                    Stream::Stdout => "|",
                    Stream::Stderr => "!",
                };
                line(host, format!("{mark} {text}"));
            }
            _ => {}
        }
    }
}

impl Observer for Terminal {
    fn on_event(&self, state: &State, event: &Event) {
        if self.ui.json && self.shown.stream {
            let value = serde_json::to_value(event).unwrap_or(Json::Null);
            self.ui.json_line(&state.secrets().mask_json(&value));
        }
        match event {
            Event::OperationStart { .. }
            | Event::OperationHostSuccess { .. }
            | Event::OperationHostSkipped { .. }
            | Event::OperationHostRetry { .. }
            | Event::OperationHostError { .. }
            | Event::PlanChanged { .. }
            | Event::Input { .. }
            | Event::Output { .. } => self.operation_event(event),
            _ => self.host_event(state, event),
        }
    }
}
