//! Building guests in Rust: the compiler that has their target, and how cargo is called for it.
//!
//! The standard pack and everybody else's are built in the same way; this crate is where it is written.

mod cargo;
mod compiler;
mod error;
mod metadata;
mod names;

pub use cargo::{build, cargo, module};
pub use compiler::{TARGET, Usual, find};
pub use error::GuestError;
pub use metadata::{Package, packages};
