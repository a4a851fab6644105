//! Says in words what steps are.

use crate::arguments::GlobalArguments;
use crate::command::{quote, render};
use crate::contract::{Action, Content};
use crate::json::{Json, canonical};
use crate::secrets::without_secrets;
use crate::state::{Certainty, HostOperation, Plan, State};

/// A step in words, as plans and reports show it.
#[must_use]
pub(crate) fn describe(action: &Action) -> String {
    match action {
        Action::Shell(shell) => render(&shell.text).unwrap_or_else(|error| error),
        Action::Upload(upload) => match &upload.source {
            Content::Local(path) => format!("upload {path} to {}", upload.dest),
            _ => format!("upload to {}", upload.dest),
        },
        Action::Download(download) => format!("download {} to {}", download.src, download.dest),
        Action::Rsync(rsync) => {
            let words = rsync.options.iter().map(|option| quote(option));
            let words: Vec<String> = words.chain([quote(&rsync.src)]).collect();
            format!("rsync {} to {}", words.join(" "), rsync.dest)
        }
        Action::Call(call) => match &call.payload {
            Json::Null => format!("call {}", call.actor),
            payload => format!(
                "call {} {}",
                call.actor,
                canonical(&without_secrets(payload))
            ),
        },
        Action::Reboot(reboot) => format!(
            "reboot: {}",
            render(&reboot.text).unwrap_or_else(|error| error)
        ),
        Action::Nested(nested) => format!("operation {}", nested.operation),
        Action::Function(function) => format!("function {}", function.name()),
        Action::Other(name, _) => format!("{name} (needs a newer windlass)"),
    }
}

/// The steps of a plan in words, nested ones in their place; masked, and hidden for `_sensitive` operations.
pub(crate) fn describe_steps(state: &State, operation: &HostOperation, plan: &Plan) -> Vec<String> {
    let mut nested = plan.nested.iter();
    let mut steps = Vec::new();
    for step in &plan.planned.steps {
        match &step.action {
            Action::Nested(inner) => match nested.next() {
                Some(plan) if matches!(plan.certainty, Certainty::AtExecution(_)) => {
                    steps.push(format!(
                        "operation {} (decided at execution)",
                        inner.operation
                    ));
                }
                Some(plan) => steps.extend(describe_steps(state, operation, plan)),
                None => steps.push(describe(&step.action)),
            },
            action if GlobalArguments::is(operation.global_arguments.sensitive) => {
                let _ = action;
                steps.push(String::from("(hidden: `_sensitive`)"));
            }
            action => steps.push(state.secrets().mask(&describe(action))),
        }
    }
    steps
}
