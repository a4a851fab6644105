//! A deploy file as the engine takes it.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use windlass_engine::deploy::{DeploySource, HostContext};
use windlass_engine::error::EngineError;
use windlass_engine::plugins::Plugins;

use crate::check::check;
use crate::current::{Current, Later, Purpose};
use crate::program::Program;
use crate::source::SourceFile;

/// A deploy file in Starlark, with all that it loads and includes. Its folder is where its paths start.
pub struct StarlarkDeploy {
    program: Arc<Program>,
}

impl StarlarkDeploy {
    /// Reads and parses a deploy file. Places name it, and what it loads, as the path does if that is relative.
    ///
    /// # Errors
    /// [`EngineError::Io`] when it cannot be read; [`EngineError::Deploy`] with the place of a syntax error.
    pub fn open(path: impl AsRef<Utf8Path>) -> Result<Self, EngineError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path).map_err(|source| EngineError::Io {
            what: format!("reading the deploy file {path}"),
            source,
        })?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_str().is_empty() => folder.to_owned(),
            _ => Utf8PathBuf::from("."),
        };
        let name = path.file_name().unwrap_or(path.as_str());
        Self::of(folder.clone(), prefix(&folder), name, text)
    }

    /// A deploy of a text, as if it stood in a file of this name in this folder.
    ///
    /// # Errors
    /// [`EngineError::Deploy`] with the place of a syntax error.
    pub fn parse(
        folder: impl Into<Utf8PathBuf>,
        name: &str,
        text: impl Into<String>,
    ) -> Result<Self, EngineError> {
        Self::of(folder.into(), String::new(), name, text.into())
    }

    fn of(
        folder: Utf8PathBuf,
        prefix: String,
        name: &str,
        text: String,
    ) -> Result<Self, EngineError> {
        let shown = format!("{prefix}{name}");
        let main = SourceFile::parse(&shown, text).map_err(EngineError::Deploy)?;
        Ok(Self {
            program: Arc::new(Program::new(folder, prefix, main)),
        })
    }
}

/// What names files of a folder: the folder as the user gave it, so that deploys of several folders are told apart.
/// An absolute one would make the identity of operations depend on the machine.
fn prefix(folder: &Utf8Path) -> String {
    let parts: Vec<&str> = folder
        .components()
        .map(|part| part.as_str())
        .filter(|part| *part != ".")
        .collect();
    if folder.is_absolute() || parts.is_empty() {
        String::new()
    } else {
        format!("{}/", parts.join("/"))
    }
}

impl DeploySource for StarlarkDeploy {
    fn name(&self) -> String {
        self.program.main.name.clone()
    }

    fn folder(&self) -> Utf8PathBuf {
        self.program.folder().to_owned()
    }

    fn check(&self, plugins: &dyn Plugins) -> Result<(), EngineError> {
        let environment = self
            .program
            .environment(plugins)
            .map_err(EngineError::Deploy)?;
        check(&self.program, &environment, plugins).map_err(EngineError::Deploy)
    }

    fn run(&self, host: &HostContext) -> Result<(), EngineError> {
        let program = &self.program;
        program
            .environment(host.plugins().as_ref())
            .map_err(EngineError::Deploy)?;
        let current = Current {
            purpose: Purpose::Preparing(host.clone()),
            program: program.clone(),
            outer: Vec::new(),
            later: Arc::new(Later::default()),
        };
        let _entered = current.clone().enter();
        program
            .evaluate(&program.main, current)
            .map_err(|error| EngineError::Deploy(program.render(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_as_the_user_did() {
        assert_eq!(prefix(Utf8Path::new(".")), "");
        assert_eq!(prefix(Utf8Path::new("./web/")), "web/");
        assert_eq!(prefix(Utf8Path::new("../web/a")), "../web/a/");
        assert_eq!(prefix(Utf8Path::new("/srv/web")), "");
    }
}
