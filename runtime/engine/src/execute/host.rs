//! One operation on one host: conditions, planning again, tries, and the record of what became of it.

use std::sync::Arc;
use std::time::Duration;

use crate::arguments::{Attempt, GlobalArguments};
use crate::command::CommandOutput;
use crate::condition::Outcome;
use crate::connector::Exit;
use crate::deploy::OperationCall;
use crate::error::EngineError;
use crate::events::{Event, Failure};
use crate::state::{Certainty, Host, HostOperation, OperationId, OperationReport, Plan, State};

use super::drift::is_drift;
use super::steps::{Runner, StepError};

/// How many lines of output a failure report shows.
const REPORT_LINES: usize = 20;

/// How a host's turn ended.
pub(super) enum Turn {
    /// The host goes on.
    Done,
    /// The host takes no further part.
    HostFailed(String),
}

/// A failure report without a command.
pub(crate) fn failure(
    state: &State,
    host: &Host,
    operation: &HostOperation,
    message: String,
) -> Failure {
    Failure {
        host: host.name().to_owned(),
        operation: operation.name.clone(),
        id: operation.id,
        place: operation.place.clone(),
        command: None,
        exit: None,
        message: state.secrets().mask(&message),
        output: Vec::new(),
        drift: false,
    }
}

/// Records that an operation was not run on a host.
pub(super) fn skip(state: &State, host: &Host, id: OperationId, why: &str) {
    let report = OperationReport {
        succeeded: true,
        skipped: true,
        ..OperationReport::default()
    };
    host.update_operation(id, |operation| operation.report = Some(Arc::new(report)));
    state.count_result(host, |results| results.skipped_ops += 1);
    let name = host
        .with_operation(id, |operation| operation.name.clone())
        .unwrap_or_default();
    state.emit(Event::OperationHostSkipped {
        host: host.name().to_owned(),
        id,
        name,
        why: why.to_owned(),
    });
}

/// Runs an operation on a host. `alone`: no other host has to be waited for between it and the next.
pub(super) async fn run_on_host(
    state: &State,
    host: &Arc<Host>,
    id: OperationId,
    alone: bool,
) -> Turn {
    let Some(operation) = host.operation(id) else {
        return Turn::Done;
    };
    let outcome = |id: OperationId| {
        let report = host.with_operation(id, |operation| operation.report.clone())??;
        let failed = report.failure.is_some();
        Some(Outcome {
            succeeded: report.succeeded && !report.skipped,
            changed: report.changed,
            failed,
        })
    };
    if let Some(unmet) = operation
        .global_arguments
        .condition
        .iter()
        .find(|condition| !condition.holds(&outcome))
    {
        skip(
            state,
            host,
            id,
            &format!(
                "its condition does not hold: {}",
                crate::plan::name_condition(state, unmet)
            ),
        );
        return Turn::Done;
    }
    state.emit(Event::OperationHostStart {
        host: host.name().to_owned(),
        id,
        name: operation.name.clone(),
    });
    let report = tries(state, host, &operation, alone).await;
    finish(state, host, &operation, report)
}

pub(super) fn finish(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    report: OperationReport,
) -> Turn {
    let max_retries = operation.global_arguments.retries.unwrap_or(0);
    let retry_count = report.retries;
    let ignored = report.ignored;
    state.count_result(host, |results| {
        results.ops += 1;
        if report.failure.is_none() {
            results.success_ops += 1;
            results.changed_ops += usize::from(report.changed);
        } else {
            results.error_ops += 1;
            results.ignored_error_ops += usize::from(report.ignored);
            results.partial_ops += usize::from(report.partial);
        }
    });
    let failure = report.failure.clone();
    let (changed, partial) = (report.changed, report.partial);
    let sensitive = GlobalArguments::is(operation.global_arguments.sensitive);
    let answers = match sensitive {
        true => Vec::new(),
        false => report.answers.clone(),
    };
    host.update_operation(operation.id, |operation| {
        operation.report = Some(Arc::new(report))
    });
    match failure {
        None => {
            let notes = host
                .with_operation(operation.id, |operation| {
                    operation.plan.as_ref().map(|plan| plan.notes())
                })
                .flatten()
                .unwrap_or_default();
            state.emit(Event::OperationHostSuccess {
                host: host.name().to_owned(),
                id: operation.id,
                name: operation.name.clone(),
                changed,
                retry_count,
                notes,
                answers,
            });
            Turn::Done
        }
        Some(failure) => {
            let why = format!("{}: {}", failure.operation, failure.message);
            state.emit(Event::OperationHostError {
                failure,
                ignored,
                partial,
                retry_count,
                max_retries,
            });
            if ignored {
                Turn::Done
            } else {
                Turn::HostFailed(why)
            }
        }
    }
}

/// Tries until it succeeds, `_retry_until` holds, or no try is left.
async fn tries(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    alone: bool,
) -> OperationReport {
    let arguments = &operation.global_arguments;
    let max_retries = arguments.retries.unwrap_or(0);
    let delay = Duration::from_secs_f64(arguments.retry_delay.unwrap_or(5.0));
    let mut retries = 0;
    loop {
        let mut report = attempt(state, host, operation, retries > 0, alone).await;
        report.retries = retries;
        if report.failure.as_ref().is_some_and(|failure| failure.drift) {
            return report;
        }
        let again = match (&report.failure, &arguments.retry_until) {
            (None, Some(until)) => {
                let attempt = Attempt {
                    stdout_lines: report.stdout_lines.clone(),
                    stderr_lines: report.stderr_lines.clone(),
                    commands: report.steps.clone(),
                    executed_commands: report.steps.clone(),
                    host: host.name().to_owned(),
                    operation: operation.name.clone(),
                };
                let until = until.clone();
                let asked = tokio::task::spawn_blocking(move || until.is_done(&attempt)).await;
                match asked.unwrap_or_else(|error| Err(error.to_string())) {
                    Ok(true) => None,
                    Ok(false) => Some(String::from("`_retry_until` does not hold")),
                    Err(message) => {
                        fail(
                            &mut report,
                            failure(state, host, operation, format!("`_retry_until`: {message}")),
                            arguments,
                        );
                        return report;
                    }
                }
            }
            (failed, _) => failed.as_ref().map(|failure| failure.message.clone()),
        };
        let Some(error) = again else { return report };
        if retries >= max_retries {
            if report.failure.is_none() {
                let message = format!("{error} after {} tries", retries + 1);
                fail(
                    &mut report,
                    failure(state, host, operation, message),
                    arguments,
                );
            }
            return report;
        }
        retries += 1;
        state.emit(Event::OperationHostRetry {
            host: host.name().to_owned(),
            id: operation.id,
            name: operation.name.clone(),
            retry_count: retries,
            max_retries,
            error,
        });
        tokio::time::sleep(delay).await;
    }
}

fn fail(report: &mut OperationReport, failure: Failure, arguments: &GlobalArguments) {
    report.succeeded = false;
    report.changed = false;
    report.partial = !report.steps.is_empty();
    report.ignored = GlobalArguments::is(arguments.ignore_errors);
    report.failure = Some(failure);
}

/// The plan to run: the prepared one where nothing ran on the host since, else a new one on fresh facts, which does what
/// was approved. `again`: a try of the operation came before, and what it did is not in the plan.
async fn fresh_plan(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    again: bool,
) -> Result<Arc<Plan>, StepError> {
    if let Some(plan) = &operation.plan
        && host.generation() == plan.generation
        && !plan.predicted
        && plan.certainty == Certainty::Certain
    {
        return Ok(plan.clone());
    }
    let fresh = crate::prepare::plan(state, host, operation, None).await;
    let fresh = fresh
        .plan
        .map_err(|error| StepError::message(error.to_string()))?;
    let fresh = Arc::new(fresh);
    if let Some(approved) = &operation.plan
        && !again
        && is_drift(state, host, operation, approved, &fresh)
    {
        return Err(StepError::drift());
    }
    host.update_operation(operation.id, |operation| {
        operation.plan = Some(fresh.clone())
    });
    Ok(fresh)
}

async fn attempt(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    again: bool,
    alone: bool,
) -> OperationReport {
    let mut runner = Runner::new(state, host, operation, alone);
    let result = match fresh_plan(state, host, operation, again).await {
        Ok(plan) => runner.run_plan(&plan).await,
        Err(error) => Err(error),
    };
    report(&mut runner, result)
}

/// What became of an operation whose steps ended like this.
pub(super) fn report(runner: &mut Runner<'_>, result: Result<(), StepError>) -> OperationReport {
    let (state, host, operation) = (runner.state, runner.host, runner.operation);
    let (steps, output) = runner.take_parts();
    let secrets = state.secrets();
    let mut report = OperationReport {
        succeeded: true,
        changed: !steps.is_empty(),
        answers: std::mem::take(&mut runner.answers),
        stdout: secrets.mask(&output.stdout()),
        stderr: secrets.mask(&output.stderr()),
        steps,
        ..OperationReport::default()
    };
    report.stdout_lines = report.stdout.lines().map(str::to_owned).collect();
    report.stderr_lines = report.stderr.lines().map(str::to_owned).collect();
    if let Err(error) = result {
        let failure = full_failure(state, host, operation, error);
        fail(&mut report, failure, &operation.global_arguments);
    }
    report
}

fn full_failure(
    state: &State,
    host: &Host,
    operation: &HostOperation,
    error: StepError,
) -> Failure {
    let mut failure = failure(state, host, operation, error.message);
    let sensitive = GlobalArguments::is(operation.global_arguments.sensitive);
    failure.command = error
        .command
        .map(|command| if sensitive { hidden() } else { command });
    failure.exit = error.exit;
    failure.drift = error.drift;
    if !sensitive {
        failure.output = last_lines(state, &error.output);
    }
    failure
}

fn hidden() -> String {
    String::from("(hidden: `_sensitive`)")
}

fn last_lines(state: &State, output: &CommandOutput) -> Vec<crate::command::OutputLine> {
    let mut lines = output.last_lines(REPORT_LINES);
    for line in &mut lines {
        line.text = state.secrets().mask(&line.text);
    }
    lines
}

/// Runs an operation at once, inside a function that runs at execution.
pub(crate) async fn run_nested(
    state: &State,
    host: &Arc<Host>,
    parent: OperationId,
    call: OperationCall,
) -> Result<OperationReport, EngineError> {
    let by = host
        .with_operation(parent, |held| held.by.clone())
        .flatten();
    let operation = crate::prepare::bind(state, host, call, Some(parent), by)?;
    host.insert_operation(operation.clone());
    let report = tries(state, host, &operation, false).await;
    host.update_operation(operation.id, |held| {
        held.report = Some(Arc::new(report.clone()))
    });
    Ok(report)
}

/// A sentence for an exit that is no success.
pub(super) fn exit_message(exit: &Exit) -> String {
    match (&exit.status, &exit.signal) {
        (Some(status), _) => format!("the command failed with exit code {status}"),
        (None, Some(signal)) => format!("the command was ended by signal {signal}"),
        (None, None) => String::from("the command ended without an exit code"),
    }
}
