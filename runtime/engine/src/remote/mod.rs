//! What the engine does on a host over a [`crate::connector::Session`]: commands as someone else, with secrets, time
//! limits and an end that leaves nothing running; files put in place at once and whole.
//!
//! It knows sessions and command composition, and nothing of operations, facts or stages.

mod error;
mod host;

pub use error::RemoteError;
pub use host::{CommandResult, PutReport, PutRequest, PutSource, Remote};
