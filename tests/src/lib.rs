//! What the end-to-end tests share.
//!
//! * [`SshHosts`]: real SSH servers, each with its own root filesystem, that a test starts and that end with it.
//! * [`Windlass`]: the command line in an environment of its own, and what it printed as a snapshot.
//! * [`AtTerminal`]: the command line at a terminal, with what it shows and what is typed.
//! * [`guest`]: components that misbehave, for `--pack`.
//! * [`compilers`]: what builds packs in other languages than Rust.
//! * [`OciRegistry`]: a real registry for packs, on loopback.
//! * [`actors`]: the pack whose operations have actors do things.
//! * [`Vault`]: a vault on loopback, and the pack that reads secrets from it.
//! * [`or_skip!`]: how a test says that a part of the machine is missing, so that the skip is counted.
//!
//! Tests that change users, packages or services do so on a target only: the machine itself is never touched.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failed step is a failed test"
)]

pub mod actors;
mod command_line;
pub mod compilers;
mod guests;
mod packs;
mod policy;
mod redact;
mod registry;
mod skip;
mod targets;
mod terminal;
mod vault;

pub use command_line::{Outcome, Windlass};
pub use guests::guest;
pub use redact::Redactor;
pub use registry::{OciRegistry, REGISTRY_LOGIN};
pub use skip::{Missing, skip};
pub use targets::{SshHost, SshHosts, SshOptions};
pub use terminal::AtTerminal;
pub use vault::Vault;
