//! Attacks, a family a file, each with the message that stops it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod rights;
mod signed_packs;
