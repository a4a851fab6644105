//! Calling cargo for guests.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::compiler::{TARGET, Usual};
use crate::metadata::Package;
use crate::names;

/// Flags for the programs of this machine, which would take the place of those for guests.
const OTHER_FLAGS: [&str; 2] = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"];

/// Bytes of memory that a guest begins with: a stack of 1 MiB, its data, and what most of its calls need besides.
/// Memory that grows costs the host several system calls for each instance.
const MEMORY: usize = 3 << 19;

/// `cargo`.
///
/// What `cargo run` told this program about its own package is not passed on: build scripts that watch these
/// variables would run again each time cargo is called from here after it was called by hand, and the reverse.
pub fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || text == "CARGO_BIN_NAME"
        {
            command.env_remove(&name);
        }
    }
    command
}

/// `cargo build` of some packages of a workspace, as guests. `manifest` is the workspace's, `target` the folder for
/// what cargo makes: apart from the host's, since target and profile are others.
pub fn build<'a>(
    manifest: &Path,
    target: &Path,
    packages: impl IntoIterator<Item = &'a Package>,
    compiler: &Usual,
) -> Command {
    let mut build = cargo(["build", "--release", "--target", TARGET]);
    let mut outside = false;
    for package in packages {
        build.args(["--package", &package.name]);
        outside |= package.outside;
    }
    build.arg("--manifest-path").arg(manifest);
    build.arg("--target-dir").arg(target);
    let around = manifest.parent().filter(|_| outside);
    build
        .arg("--config")
        .arg(flags(names::of(around, target, compiler)));
    for name in OTHER_FLAGS {
        build.env_remove(name);
    }
    if let Usual::Named(rustc) = compiler {
        build.env("RUSTC", rustc);
    }
    build
}

/// The compiler's flags for guests, as a setting of cargo: with those of the workspace's own configuration.
fn flags(names: Vec<(String, String)>) -> String {
    let mut flags = vec![format!("-Clink-arg=--initial-memory={MEMORY}")];
    let names = names.into_iter();
    flags.extend(names.map(|(from, to)| format!("--remap-path-prefix={from}={to}")));
    // What JSON writes as a list of text, TOML reads as one.
    format!("target.{TARGET}.rustflags={}", Value::from(flags))
}

/// Where a build leaves the core module of a library.
#[must_use]
pub fn module(target: &Path, library: &str) -> PathBuf {
    let file = format!("{}.wasm", library.replace('-', "_"));
    target.join(TARGET).join("release").join(file)
}
