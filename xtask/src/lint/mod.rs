//! `cargo xtask lint`: formatting, clippy, and the rules of this repository that no other tool knows.

mod commands;
mod files;
mod layers;

pub(crate) use commands::run;
