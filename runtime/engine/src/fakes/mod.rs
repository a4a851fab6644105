//! Stand-ins for plugins, connectors and hosts, for tests of the engine and of the crates above it.
//!
//! [`FakePlugins`] has operations and facts made of closures; [`FakeHosts`] is a connector whose hosts are files in
//! memory that understand a few commands, and that can fail, hang and be slow.

mod files;
mod hosts;
mod plugins;

pub use files::NoLocalFiles;
pub use hosts::{FakeHosts, HostScript};
pub use plugins::{FakePlugins, keyed_files};
