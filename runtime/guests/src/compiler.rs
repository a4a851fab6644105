//! The compiler for guests: a `rustc` that has the standard library for `wasm32-unknown-unknown`.
//!
//! That target has no WASI, so a component can import nothing but the contract: the smallest sandbox there is.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::error::GuestError;

/// What guests are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Names another `rustc` for guests, on machines where the usual one can't get the target.
const VARIABLE: &str = "WINDLASS_GUEST_RUSTC";

/// The compiler to build guests with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Usual {
    /// Cargo's own choice.
    Cargo,
    /// This one.
    Named(OsString),
}

impl Usual {
    /// What the compiler prints when it is asked so; none where it does not say.
    pub(crate) fn says(&self, question: &[&str]) -> Option<String> {
        let program = match self {
            Self::Cargo => usual(),
            Self::Named(rustc) => rustc.clone(),
        };
        says(&program, question)
    }
}

/// The compiler that cargo chooses.
fn usual() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn says(rustc: &OsStr, question: &[&str]) -> Option<String> {
    let output = Command::new(rustc)
        .args(question)
        .stderr(Stdio::null())
        .output();
    Some(String::from_utf8_lossy(&output.ok()?.stdout).into_owned())
}

/// The compiler to build guests with. Where the usual one lacks the target, rustup is told to add it, and `note` gets
/// a sentence that says so.
///
/// # Errors
/// [`GuestError::NamedCompiler`] or [`GuestError::NoTarget`].
pub fn find(note: impl FnOnce(&str)) -> Result<Usual, GuestError> {
    if let Some(rustc) = env::var_os(VARIABLE).filter(|name| !name.is_empty()) {
        if has_standard_library(&rustc) {
            return Ok(Usual::Named(rustc));
        }
        return Err(GuestError::NamedCompiler {
            variable: VARIABLE,
            rustc: rustc.to_string_lossy().into_owned(),
            target: TARGET,
        });
    }
    let usual = usual();
    if has_standard_library(&usual) {
        return Ok(Usual::Cargo);
    }
    note(&format!(
        "adding the Rust target {TARGET}, which guests are built for"
    ));
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .stdout(Stdio::null())
        .status();
    if added.is_ok_and(|status| status.success()) && has_standard_library(&usual) {
        return Ok(Usual::Cargo);
    }
    Err(GuestError::NoTarget {
        target: TARGET,
        variable: VARIABLE,
    })
}

fn has_standard_library(rustc: &OsStr) -> bool {
    let Some(folder) = says(rustc, &["--print", "target-libdir", "--target", TARGET]) else {
        return false;
    };
    let Ok(entries) = fs::read_dir(Path::new(folder.trim())) else {
        return false;
    };
    entries
        .filter_map(Result::ok)
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}
