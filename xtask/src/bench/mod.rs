//! `cargo xtask bench`: what our own work costs, with a release build.

mod fake;
mod start;
mod table;

pub(crate) use fake::{Args, run};
