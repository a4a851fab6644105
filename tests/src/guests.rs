//! The components that tests load besides the standard pack.

use std::path::{Path, PathBuf};

/// A component made of a crate of `tests/guests`.
///
/// # Panics
/// When it is not built: `cargo xtask test` builds it first, and so does `cargo xtask plugins`.
#[must_use]
pub fn guest(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    let path = target.join("test-guests").join(format!("{name}.wasm"));
    assert!(
        path.exists(),
        "{} is not built: run `cargo xtask plugins`",
        path.display()
    );
    path
}
