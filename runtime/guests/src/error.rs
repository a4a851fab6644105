//! Why a guest could not be built.

use thiserror::Error;

/// Why a guest could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GuestError {
    /// The variable names a compiler that cannot make guests.
    #[error("{variable} names {rustc}, which has no standard library for {target}")]
    NamedCompiler {
        /// The variable.
        variable: &'static str,
        /// What it names.
        rustc: String,
        /// The target.
        target: &'static str,
    },
    /// No compiler has the target.
    #[error(
        "no Rust standard library for {target}: install Rust from https://rustup.rs and run `rustup target add {target}`, or name a rustc that has it in {variable}"
    )]
    NoTarget {
        /// The target.
        target: &'static str,
        /// The variable.
        variable: &'static str,
    },
    /// A program could not be started or failed; what it printed went to standard error.
    #[error("`{line}`: {message}")]
    Program {
        /// As one would type it.
        line: String,
        /// What happened.
        message: String,
    },
}
