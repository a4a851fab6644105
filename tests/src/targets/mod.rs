//! Real SSH targets, started by the tests themselves: see [`SshHosts`].

mod base;
mod host;
mod hosts;

pub use host::SshHost;
pub use hosts::{SshHosts, SshOptions};
