//! `windlass-precompile IN OUT`: compiles each component of a folder ahead of time.
//!
//! For `IN/NAME.wasm` it writes `OUT/NAME.cwasm` (code for every processor of this target) and `OUT/NAME.json` (what
//! the component describes), which the build of the `windlass` program embeds.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use windlass_plugins::compile_ahead;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: windlass-precompile IN_FOLDER OUT_FOLDER");
        return ExitCode::FAILURE;
    };
    match compile_folder(from, to).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn compile_folder(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("wasm")) {
            paths.push(path);
        }
    }
    paths.sort();
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let ahead = compile_ahead(&path.display().to_string(), fs::read(&path)?).await?;
        fs::write(to.join(format!("{stem}.cwasm")), &ahead.code)?;
        fs::write(to.join(format!("{stem}.json")), &ahead.index)?;
        eprintln!(
            "{}: {} KB of code",
            ahead.namespace,
            ahead.code.len().div_ceil(1024)
        );
    }
    Ok(())
}
