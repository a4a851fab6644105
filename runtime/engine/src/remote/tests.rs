//! Real processes below temporary folders, over a session that is a local `sh`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod commands;
mod ending;
mod putting;
mod session;
mod shells;
