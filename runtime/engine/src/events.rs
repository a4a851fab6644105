//! What happens in a run, as data: the source of progress, journal, callbacks and JSON output.

use std::sync::Arc;

use serde::Serialize;

use crate::command::OutputLine;
use crate::connector::{Exit, Stream};
use crate::json::Json;
use crate::place::Place;
use crate::state::{OperationId, Stage, State};

/// Why an operation failed on a host, with everything a report needs. Secrets are masked.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// The host.
    pub host: String,
    /// The operation's name.
    pub operation: String,
    /// Its identity.
    pub id: OperationId,
    /// Where it stands in the deploy.
    pub place: Place,
    /// The command that failed, if one did.
    pub command: Option<String>,
    /// How that command ended.
    pub exit: Option<Exit>,
    /// What happened, in a sentence.
    pub message: String,
    /// The last lines of output.
    pub output: Vec<OutputLine>,
    /// Whether it was stopped before anything of it ran, since it would have run something else than what was planned.
    pub drift: bool,
}

/// Something that happened. Texts in it are masked.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(
    missing_docs,
    reason = "the fields say what their names say; each case is documented"
)]
pub enum Event {
    /// The stage changed.
    Stage { stage: Stage },
    /// A host is about to be connected.
    HostBeforeConnect { host: String },
    /// A host is connected.
    HostConnect { host: String },
    /// A host could not be connected.
    HostConnectError { host: String, error: String },
    /// A host was disconnected.
    HostDisconnect { host: String },
    /// A host takes no further part.
    HostFailed { host: String, error: String },
    /// A warning, counted in its stage.
    Warning {
        stage: Stage,
        host: Option<String>,
        message: String,
        place: Option<Place>,
    },
    /// A remark: of a component, where it names one; about a host, where there is one.
    Log {
        #[serde(skip_serializing_if = "Option::is_none")]
        host: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        component: Option<String>,
        level: String,
        message: String,
    },
    /// A fact was loaded.
    Fact {
        host: String,
        fact: String,
        args: String,
    },
    /// A fact's command is about to run.
    FactInput { host: String, command: String },
    /// A line that a fact's command printed.
    FactOutput {
        host: String,
        stream: Stream,
        line: String,
    },
    /// An operation's plan for a host is known.
    OperationPlanned {
        host: String,
        id: OperationId,
        name: String,
        will_change: Option<bool>,
        notes: Vec<String>,
    },
    /// An operation begins, on whichever host comes first.
    OperationStart { id: OperationId, name: String },
    /// An operation begins on a host.
    OperationHostStart {
        host: String,
        id: OperationId,
        name: String,
    },
    /// A step is about to run.
    Input {
        host: String,
        id: Option<OperationId>,
        command: String,
    },
    /// A line that a step printed.
    Output {
        host: String,
        id: Option<OperationId>,
        stream: Stream,
        line: String,
    },
    /// Planning again at execution gave other steps than the plan had.
    PlanChanged {
        host: String,
        id: OperationId,
        planned: Vec<String>,
        actual: Vec<String>,
    },
    /// An operation succeeded on a host.
    OperationHostSuccess {
        host: String,
        id: OperationId,
        name: String,
        changed: bool,
        retry_count: u32,
        notes: Vec<String>,
        /// What actors and functions gave back; empty where it is hidden.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        answers: Vec<Json>,
    },
    /// An operation was skipped on a host.
    OperationHostSkipped {
        host: String,
        id: OperationId,
        name: String,
        why: String,
    },
    /// An operation failed on a host.
    OperationHostError {
        failure: Failure,
        ignored: bool,
        partial: bool,
        retry_count: u32,
        max_retries: u32,
    },
    /// An operation will be tried again on a host.
    OperationHostRetry {
        host: String,
        id: OperationId,
        name: String,
        retry_count: u32,
        max_retries: u32,
        error: String,
    },
    /// An operation has ended on all its hosts.
    OperationEnd { id: OperationId, name: String },
    /// The run has ended.
    RunEnd { error: Option<String> },
}

/// Is told of everything that happens. Called from many tasks; must not block for long.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn on_event(&self, state: &State, event: &Event);
}

/// The ten callbacks. Each does nothing unless implemented.
#[allow(unused_variables)]
pub trait StateCallback: Send + Sync {
    /// A host is about to be connected.
    fn host_before_connect(&self, state: &State, host: &str) {}
    /// A host is connected.
    fn host_connect(&self, state: &State, host: &str) {}
    /// A host could not be connected.
    fn host_connect_error(&self, state: &State, host: &str, error: &str) {}
    /// A host was disconnected.
    fn host_disconnect(&self, state: &State, host: &str) {}
    /// An operation begins.
    fn operation_start(&self, state: &State, id: OperationId) {}
    /// An operation begins on a host.
    fn operation_host_start(&self, state: &State, host: &str, id: OperationId) {}
    /// An operation succeeded on a host.
    fn operation_host_success(&self, state: &State, host: &str, id: OperationId, retry_count: u32) {
    }
    /// An operation failed on a host, for good.
    fn operation_host_error(
        &self,
        state: &State,
        host: &str,
        id: OperationId,
        retry_count: u32,
        max_retries: u32,
    ) {
    }
    /// An operation will be tried again on a host.
    fn operation_host_retry(
        &self,
        state: &State,
        host: &str,
        id: OperationId,
        retry_count: u32,
        max_retries: u32,
    ) {
    }
    /// An operation has ended on all its hosts.
    fn operation_end(&self, state: &State, id: OperationId) {}
}

/// Turns events into callbacks.
pub(crate) struct Callbacks(pub(crate) Arc<dyn StateCallback>);

impl Observer for Callbacks {
    fn on_event(&self, state: &State, event: &Event) {
        let to = &self.0;
        match event {
            Event::HostBeforeConnect { host } => to.host_before_connect(state, host),
            Event::HostConnect { host } => to.host_connect(state, host),
            Event::HostConnectError { host, error } => to.host_connect_error(state, host, error),
            Event::HostDisconnect { host } => to.host_disconnect(state, host),
            Event::OperationStart { id, .. } => to.operation_start(state, *id),
            Event::OperationHostStart { host, id, .. } => to.operation_host_start(state, host, *id),
            Event::OperationHostSuccess {
                host,
                id,
                retry_count,
                ..
            } => {
                to.operation_host_success(state, host, *id, *retry_count);
            }
            Event::OperationHostError {
                failure,
                retry_count,
                max_retries,
                ..
            } => {
                to.operation_host_error(
                    state,
                    &failure.host,
                    failure.id,
                    *retry_count,
                    *max_retries,
                );
            }
            Event::OperationHostRetry {
                host,
                id,
                retry_count,
                max_retries,
                ..
            } => {
                to.operation_host_retry(state, host, *id, *retry_count, *max_retries);
            }
            Event::OperationEnd { id, .. } => to.operation_end(state, *id),
            _ => {}
        }
    }
}
