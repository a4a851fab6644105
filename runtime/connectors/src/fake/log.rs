//! What fake hosts were asked.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

/// One command that a fake host got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FakeCall {
    /// The host's inventory name.
    pub host: String,
    /// The command line, as sent.
    pub command: String,
    /// All it read.
    pub stdin: Bytes,
    /// Whether it had a pseudo-terminal.
    pub pty: bool,
}

/// A handle to the record of all commands, in the order they came. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct FakeLog(Arc<Mutex<Vec<FakeCall>>>);

impl FakeLog {
    /// An empty record.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// All calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<FakeCall> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The commands of one host so far.
    #[must_use]
    pub fn commands(&self, host: &str) -> Vec<String> {
        let mut calls = self.calls();
        calls.retain(|call| call.host == host);
        calls.into_iter().map(|call| call.command).collect()
    }

    pub(crate) fn push(&self, call: FakeCall) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(call);
    }
}
