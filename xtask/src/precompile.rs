//! Compiling the standard pack ahead of time, so that no user waits for it at start.
//!
//! `windlass-precompile`, a program of the component host, does it: the code has to come from the very engine, with
//! the very settings, that runs it. Building that program takes a while, so a stamp remembers what it was run on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::failure::{Done, Failure};
use crate::guests::STANDARD;
use crate::workspace::{build_program, root, run, write_if_changed};

/// Compiles every component in the standard pack's folder, unless that was done for the same components, the same
/// host sources and the same versions of its dependencies.
pub(crate) fn run_if_needed() -> Done {
    let folder = STANDARD.components();
    let stamp = folder.join("precompiled.stamp");
    let wanted = digest(&folder)?;
    if complete(&folder)? && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let mut precompile = Command::new(build_program("windlass-precompile")?);
    precompile.arg(&folder).arg(&folder);
    run(&mut precompile)?;
    write_if_changed(&stamp, wanted.as_bytes()).map(|_| ())
}

/// Whether each component has its code.
fn complete(components: &Path) -> Done<bool> {
    let mut files = Vec::new();
    collect(components, "wasm", &mut files)?;
    Ok(files
        .iter()
        .all(|file| file.with_extension("cwasm").exists()))
}

fn digest(components: &Path) -> Done<String> {
    let mut files = vec![
        root().join("Cargo.lock"),
        root().join("runtime/plugins/Cargo.toml"),
    ];
    collect(&root().join("runtime/plugins/src"), "rs", &mut files)?;
    collect(&root().join("wit"), "wit", &mut files)?;
    collect(components, "wasm", &mut files)?;
    // Order in a folder is the filesystem's choice.
    files.sort();
    let mut hash = Sha256::new();
    for file in &files {
        let bytes = fs::read(file).map_err(|error| Failure::at(file, &error))?;
        hash.update(file.to_string_lossy().as_bytes());
        hash.update(Sha256::digest(bytes));
    }
    Ok(hex::encode(hash.finalize()))
}

fn collect(folder: &Path, extension: &str, files: &mut Vec<PathBuf>) -> Done {
    let entries = fs::read_dir(folder).map_err(|error| Failure::at(folder, &error))?;
    for entry in entries.filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, extension, files)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    Ok(())
}
