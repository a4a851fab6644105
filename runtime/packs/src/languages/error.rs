//! Why a component could not be compiled.

use thiserror::Error;

/// Why a component could not be compiled.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LanguageError {
    /// The language's tool is not there.
    #[error(
        "{language} is compiled with {tool}, which is not found: {install}; or name it in {variable}"
    )]
    MissingTool {
        /// The language.
        language: &'static str,
        /// Its tool, with the version that this was made for.
        tool: &'static str,
        /// What brings it.
        install: &'static str,
        /// The variable that names another.
        variable: &'static str,
    },
    /// The tool ran and failed.
    #[error("{tool} failed:\n{output}")]
    Failed {
        /// Which.
        tool: String,
        /// What it wrote.
        output: String,
    },
    /// The entry cannot be one.
    #[error("the entry `{entry}` {reason}")]
    Entry {
        /// Which.
        entry: String,
        /// Why not.
        reason: String,
    },
    /// What was compiled makes no component.
    #[error("{0}")]
    Component(String),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: String,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl LanguageError {
    /// A failure at a path.
    pub(super) fn at(path: impl std::fmt::Display) -> impl FnOnce(std::io::Error) -> LanguageError {
        move |source| LanguageError::Io {
            path: path.to_string(),
            source,
        }
    }
}
