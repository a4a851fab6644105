//! Attacks, a family a file, each with the message that stops it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acting;
mod granted;
mod locked;
mod rights;
mod secrets;
mod signed_packs;
mod sources;
mod table;
