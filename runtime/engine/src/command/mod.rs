//! Commands: shell text in parts, quoting, and the composition of privilege, shell, folder and environment.

mod compose;
mod output;
mod quote;

pub use compose::{compose, compose_without_privilege};
pub use output::{CommandOutput, OutputLine};
pub use quote::{quote, render};
