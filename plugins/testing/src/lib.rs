//! Runs case files against a namespace, natively: what operations plan and what facts ask and read, as data.
//!
//! A case file has a JSON object a line; `windlass pack test` reads the same format and runs it against components.
//! Here a failing case can be debugged like any Rust code.

#![cfg(not(target_arch = "wasm32"))]

mod case;
mod command;
mod compare;
mod run;

pub use case::{Case, read_cases};
pub use run::{Failure, run_case, run_cases};
