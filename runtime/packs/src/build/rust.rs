//! Rust: a crate that cargo builds for a target without WASI.

use std::env;
use std::path::PathBuf;
use std::process::Stdio;

use camino::Utf8Path;

use super::error::BuildError;
use crate::manifest::{Build, Component};

/// Builds the crate whose `Cargo.toml` is the entry; gives its core module.
pub(super) fn compile(
    folder: &Utf8Path,
    component: &Component,
    how: &Build,
    note: &mut dyn FnMut(&str),
) -> Result<Vec<u8>, BuildError> {
    let refuse = |why| BuildError::Crate {
        path: component.path.clone(),
        entry: how.entry.clone(),
        why,
    };
    let failed = |source| BuildError::Guest {
        path: component.path.clone(),
        source,
    };
    let manifest = folder.join(&how.entry);
    if manifest.file_name() != Some("Cargo.toml") {
        return Err(refuse("that is no Cargo.toml"));
    }
    if !manifest.is_file() {
        return Err(refuse("that is not there"));
    }
    let compiler = windlass_guests::find(note).map_err(failed)?;
    // Cargo's answer has whole paths without links.
    let manifest = manifest
        .canonicalize_utf8()
        .map_err(BuildError::file(&manifest))?;
    let packages = windlass_guests::packages(manifest.as_std_path()).map_err(failed)?;
    let own = packages
        .into_iter()
        .find(|package| {
            Some(package.folder.as_path()) == manifest.parent().map(Utf8Path::as_std_path)
        })
        .ok_or_else(|| refuse("it has no [package]"))?;
    let Some(library) = &own.cdylib else {
        return Err(refuse("its crate makes no cdylib"));
    };
    let target = target(folder)?;
    let mut build = windlass_guests::build(manifest.as_std_path(), &target, [&own], &compiler);
    let status = build.stdin(Stdio::null()).status();
    match status {
        Ok(status) if status.success() => {}
        Ok(_) => {
            return Err(BuildError::Cargo {
                path: component.path.clone(),
            });
        }
        Err(source) => return Err(BuildError::file("cargo")(source)),
    }
    let module = windlass_guests::module(&target, library);
    let shown = module.to_string_lossy().into_owned();
    std::fs::read(&module).map_err(BuildError::file(shown))
}

/// Where cargo works: what its own variable names, else `target` in the pack's folder.
fn target(folder: &Utf8Path) -> Result<PathBuf, BuildError> {
    let named = env::var_os("CARGO_TARGET_DIR").filter(|path| !path.is_empty());
    let path = named.map_or_else(|| folder.join("target").into_std_path_buf(), PathBuf::from);
    std::path::absolute(&path).map_err(BuildError::file(folder))
}
