//! What the engine does on a host over a [`crate::connector::Session`]: commands as someone else, with secrets, time
//! limits and an end that leaves nothing running; files put in place at once and whole.
//!
//! It knows sessions and command composition, and nothing of operations, facts or stages.

mod chain;
mod data;
mod end;
mod error;
mod exec;
mod files;
mod host;
mod look;
mod marks;
mod refusal;
mod run;
mod secret;
mod shell;
mod witness;

pub use chain::{ChainEnd, ChainEvent, Link, Task};
pub use data::PutSource;
pub use error::RemoteError;
pub use files::{PutReport, PutRequest};
pub use host::Remote;
pub use look::{Look, Looked, Looking};
pub use run::CommandResult;
pub use shell::INLINE;
pub(crate) use shell::shell_of;

#[cfg(test)]
mod tests;
