//! Finding a language's tool, and running it.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use camino::Utf8Path;

use super::error::LanguageError;

/// A tool, and what to do where it is missing.
pub(super) struct Tool {
    /// The language that it compiles.
    pub(super) language: &'static str,
    /// Its name, with the version that this was made for.
    pub(super) name: &'static str,
    /// What brings it.
    pub(super) install: &'static str,
    /// The variable that names another.
    pub(super) variable: &'static str,
    /// Where the pack's folder may have it.
    pub(super) local: &'static [&'static str],
    /// Its names on `PATH`, the best first.
    pub(super) programs: &'static [&'static str],
}

impl Tool {
    /// The variable's program, else the pack's own, else that on `PATH`.
    pub(super) fn find(&self, folder: &Utf8Path) -> Result<PathBuf, LanguageError> {
        let named = env::var_os(self.variable).filter(|value| !value.is_empty());
        let local = self
            .local
            .iter()
            .map(|path| folder.join(path).into_std_path_buf());
        named
            .map(PathBuf::from)
            .or_else(|| {
                local
                    .into_iter()
                    .find(|path| path.is_file())
                    .and_then(absolute)
            })
            .or_else(|| self.programs.iter().find_map(|name| on_path(name)))
            .ok_or(LanguageError::MissingTool {
                language: self.language,
                tool: self.name,
                install: self.install,
                variable: self.variable,
            })
    }
}

fn absolute(path: PathBuf) -> Option<PathBuf> {
    std::path::absolute(path).ok()
}

fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

/// Runs a tool to its end. What it writes is shown only where it fails.
pub(super) fn run(command: &mut Command) -> Result<(), LanguageError> {
    let program = command.get_program().to_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(LanguageError::at(program.to_string_lossy()))?;
    if output.status.success() {
        return Ok(());
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    Err(LanguageError::Failed {
        tool: file_name(&program),
        output: text.trim().to_owned(),
    })
}

fn file_name(program: &OsStr) -> String {
    let path = Path::new(program);
    path.file_name()
        .unwrap_or(program)
        .to_string_lossy()
        .into_owned()
}

/// A folder that goes when it is dropped.
pub(super) fn scratch() -> Result<tempfile::TempDir, LanguageError> {
    tempfile::Builder::new()
        .prefix("windlass-build-")
        .tempdir()
        .map_err(LanguageError::at("a temporary folder"))
}

/// False for a folder of this name that holds installed packages or what is built, and for a hidden one.
pub(crate) fn is_source_folder(name: &str) -> bool {
    !["node_modules", "__pycache__", "target"].contains(&name) && !name.starts_with('.')
}

/// Copies the modules of a folder, and those below it, but no installed packages.
pub(super) fn copy(from: &Utf8Path, to: &Path, kinds: &[&str]) -> Result<(), LanguageError> {
    fs::create_dir_all(to).map_err(LanguageError::at(to.display()))?;
    for entry in from.read_dir_utf8().map_err(LanguageError::at(from))? {
        let entry = entry.map_err(LanguageError::at(from))?;
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() && is_source_folder(name) {
            copy(path, &to.join(name), kinds)?;
        } else if path.is_file() && path.extension().is_some_and(|kind| kinds.contains(&kind)) {
            fs::copy(path, to.join(name)).map_err(LanguageError::at(path))?;
        }
    }
    Ok(())
}
