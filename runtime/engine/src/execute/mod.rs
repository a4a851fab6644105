//! Executing: operations in order, hosts in parallel, within the failure budget.

mod bridge;
mod host;
mod lines;
mod reboot;
mod run;
mod steps;

pub use run::{Strategy, run_ops};

pub(crate) use host::{failure, run_nested};
pub(crate) use steps::describe_steps;
