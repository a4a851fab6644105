//! What components that act at execution see of the host they act on.
//!
//! [`Target`] is the host's side of the contract's interface of this name. The engine makes one for each `call` step and
//! for each function of a deploy that runs at execution; whoever runs the component passes its calls on.

use std::sync::Arc;

use async_trait::async_trait;

use crate::connector::Exit;
use crate::contract::{Download, Nested, Shell, Upload};
use crate::json::Json;
use crate::plugins::{GuestError, PlanningView};

/// How a command ended, and what it printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// How it ended.
    pub exit: Exit,
    /// Its standard output, known secrets masked.
    pub stdout: Vec<u8>,
    /// Its standard error, likewise.
    pub stderr: Vec<u8>,
}

/// The current host at execution. What is done through it is recorded as the steps of plans are, and allowed or refused as
/// if the operation had planned it; `globals` are global arguments by public name that differ from the operation's.
#[async_trait]
pub trait Target: Send + Sync {
    /// What may be looked at: facts as they are now, the host's data, granted files.
    fn view(&self) -> Arc<dyn PlanningView>;

    /// Runs a command. A status other than 0 is no error.
    ///
    /// # Errors
    /// It may not be run, or did not come to an end by itself.
    async fn run(&self, command: Shell, globals: Json) -> Result<Ran, GuestError>;

    /// Puts a file.
    ///
    /// # Errors
    /// It may not be put, or could not be.
    async fn put(&self, upload: Upload, globals: Json) -> Result<(), GuestError>;

    /// Fetches a file.
    ///
    /// # Errors
    /// It may not be fetched to there, or could not be.
    async fn get(&self, download: Download, globals: Json) -> Result<(), GuestError>;

    /// Plans another operation and runs it at once: `{"changed", "stdout", "stderr", "answers"}`.
    ///
    /// # Errors
    /// A wrong call, one that may not be made, an operation that failed.
    async fn operation(&self, nested: Nested, globals: Json) -> Result<Json, GuestError>;

    /// A part, by JSON pointer, of what an operation of this run gave on this host: a report as JSON. None before its
    /// turn, for what names nothing, and for an operation that is `_sensitive`.
    fn result_of(&self, operation: &str, pointer: &str) -> Option<Json>;
}
