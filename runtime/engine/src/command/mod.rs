//! Commands: shell text in parts, quoting, and the composition of privilege, shell, folder and environment.

mod compose;
mod output;
mod quote;

pub(crate) use compose::is_simple;
pub use compose::{
    Composed, MARKER, Password, compose, compose_marked, compose_without_privilege, has_privilege,
    privileges,
};
pub use output::{CommandOutput, OutputLine};
pub use quote::{quote, render};
