//! The plan that an operation writes.

use serde_json::Value as Json;

use crate::shell::Shell;
use crate::step::{Action, Diff, Step, Upload};

/// What an operation does on one target: nothing, until steps are added.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Why there is nothing to do, and other remarks.
    pub notes: Vec<String>,
    /// Differences of edits by command.
    pub diffs: Vec<Diff>,
}

impl Plan {
    /// An empty plan.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a step. What is given back takes its predictions.
    pub fn step(&mut self, action: Action) -> &mut Step {
        let at = self.steps.len();
        self.steps.push(Step::new(action));
        &mut self.steps[at]
    }

    /// Adds a command.
    pub fn run(&mut self, command: impl Into<Shell>) -> &mut Step {
        self.step(Action::Shell(command.into()))
    }

    /// Adds an upload.
    pub fn upload(&mut self, upload: Upload) -> &mut Step {
        self.step(Action::Upload(upload))
    }

    /// Adds another operation with its arguments by parameter name; the host plans it when its turn comes.
    pub fn nested(&mut self, operation: impl Into<String>, args: Json) -> &mut Step {
        self.step(Action::Nested {
            operation: operation.into(),
            args,
        })
    }

    /// Adds a call of the pack's acting component, which then does at execution what cannot be said beforehand.
    pub fn call(&mut self, actor: impl Into<String>, payload: impl Into<Json>) -> &mut Step {
        self.step(Action::Call {
            actor: actor.into(),
            payload: payload.into(),
        })
    }

    /// Remarks on what is done, or why nothing is.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// Shows a difference that a command will make.
    pub fn diff(&mut self, diff: Diff) {
        self.diffs.push(diff);
    }

    /// True when there is nothing to do so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
