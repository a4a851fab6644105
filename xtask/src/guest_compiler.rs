//! The compiler for guests: a `rustc` that has the standard library for `wasm32-unknown-unknown`.
//!
//! That target has no WASI, so a component can import nothing but the contract: the smallest sandbox there is.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::failure::{Done, Failure};

/// What guests are built for.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Names another `rustc` for guests, on machines where the usual one can't get the target.
const VARIABLE: &str = "WINDLASS_GUEST_RUSTC";

/// The `rustc` to build guests with; `None` is cargo's own choice.
pub(crate) fn find() -> Done<Option<OsString>> {
    if let Some(rustc) = env::var_os(VARIABLE) {
        if has_standard_library(&rustc) {
            return Ok(Some(rustc));
        }
        return Err(Failure::new(format!(
            "{VARIABLE} names {}, which has no standard library for {TARGET}",
            rustc.display()
        )));
    }
    let usual = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if has_standard_library(&usual) {
        return Ok(None);
    }
    eprintln!("adding the Rust target {TARGET}, which guests are built for");
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .status();
    if added.is_ok_and(|status| status.success()) && has_standard_library(&usual) {
        return Ok(None);
    }
    Err(Failure::new(format!(
        "no Rust standard library for {TARGET}: run `rustup target add {TARGET}`, or name a rustc that has it in {VARIABLE}"
    )))
}

fn has_standard_library(rustc: &OsString) -> bool {
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .stderr(Stdio::null())
        .output();
    let Ok(output) = output else { return false };
    let folder = String::from_utf8_lossy(&output.stdout);
    let Ok(entries) = fs::read_dir(Path::new(folder.trim())) else {
        return false;
    };
    entries
        .filter_map(Result::ok)
        .any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-"))
}
