//! Deploy files in Starlark: parsed once, checked before anything connects, evaluated once for each host.
//!
//! [`StarlarkDeploy`] is a deploy file as the engine takes it; [`inventory_from_star`] reads a computed inventory.
//! The language is Python's syntax without input and output: what a file says depends on nothing but the host, its
//! data and its facts, and it is bounded in steps, memory and in the files it may load.

mod check;
mod convert;
mod current;
mod deploy;
mod environment;
mod inventory;
mod later;
mod messages;
mod modules;
mod program;
mod render;
mod source;
mod values;
mod walk;

pub use deploy::StarlarkDeploy;
pub use inventory::inventory_from_star;
pub use modules::check_module;
