//! Executing: operations in order, hosts in parallel, within the failure budget.

mod bridge;
mod chain;
mod content;
mod download;
mod drift;
mod host;
mod lines;
mod reboot;
mod run;
mod steps;
mod target;
mod together;
mod words;

pub use run::{Strategy, run_ops};

pub(crate) use host::{failure, run_nested};
pub(crate) use target::{CurrentHost, Record};
pub(crate) use words::describe_steps;
