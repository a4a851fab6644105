//! Preparing: collecting operations from the deploy and planning them.
//!
//! All operations of a host plan at once against the observed facts, which collects the facts in few round trips. Then
//! they are gone through in order, and those whose facts an earlier operation is predicted to change plan again.

mod add;
mod collect;
mod hosts;
mod nested;
mod operation;

pub use add::{add_operation, program_place};
pub(crate) use add::{add_operation_by, bind, host_globals};
pub use collect::prepare;
pub use hosts::plan_all;
pub(crate) use hosts::{plan_over, predict};
pub(crate) use nested::{Inner, Outer, bind_nested};
pub(crate) use operation::{PlanOutcome, plan, plan_flat};

/// How deep operations may nest.
pub(crate) const NESTING: usize = 16;
