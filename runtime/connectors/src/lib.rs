//! The built-in ways to hosts: [`Local`], [`Ssh`], and scripted hosts ([`Fake`]); a [`Registry`] finds them
//! by name.
//!
//! A connector moves one command line and bytes. Privilege, timeouts, uploads and facts are the engine's.

mod data;
mod fake;
mod local;
mod pty;
mod registry;
mod ssh;

pub use fake::{Fake, FakeCall, FakeLog};
pub use local::Local;
pub use registry::Registry;
pub use ssh::{AskHostKey, Ssh, UnknownKey};
