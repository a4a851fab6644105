//! Compilers of other languages than Rust, for packs that tests build.

use std::env;
use std::path::{Path, PathBuf};

use crate::Missing;

/// Where `cargo xtask deps --yes` puts compilers; a reader has them in the pack's folder or on the path.
fn compilers() -> Vec<PathBuf> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target"),
        PathBuf::from,
    );
    ["tools/.venv/bin", "tools/node_modules/.bin"]
        .iter()
        .map(|folder| target.join(folder))
        .collect()
}

/// The path of programs, with them.
#[must_use]
pub fn path() -> String {
    let system = env::var_os("PATH").unwrap_or_default();
    let all = env::split_paths(&system).chain(compilers());
    env::join_paths(all).unwrap().to_string_lossy().into_owned()
}

/// Whether one of the programs that compile a language is here.
///
/// # Errors
/// What is missing.
pub fn compiler(programs: &[&str]) -> Result<(), Missing> {
    let path = path();
    let there =
        |program: &&str| env::split_paths(&path).any(|folder| folder.join(program).is_file());
    match programs.iter().any(there) {
        true => Ok(()),
        false => Err(Missing::new(
            programs.join(" or "),
            "cargo xtask deps --yes",
        )),
    }
}
