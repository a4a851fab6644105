//! Every error in the user's words, with its exit code.

use thiserror::Error;
use windlass::deploys::DeployError;
use windlass::engine::error::EngineError;
use windlass::pack_files::PackFileError;
use windlass::project::ProjectError;

use crate::ui::Ui;

/// The exit code of wrong usage and of errors before anything ran.
pub(crate) const USAGE: i32 = 1;

/// How a command ended that did not go wrong itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Done, nothing to do, or declined.
    Done,
    /// Changes are pending, and the code shall say so.
    Changes,
    /// Hosts are no longer as they were planned for, and nothing else went wrong.
    Drift,
    /// Some hosts failed, or a remote command did.
    Failed,
    /// What was checked is not as it should be.
    Wrong,
}

impl Status {
    /// The exit code.
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Wrong => USAGE,
            Self::Changes => 2,
            Self::Drift => 3,
            Self::Failed => 4,
        }
    }
}

/// Why a command did not come to its end.
#[derive(Debug, Error)]
pub(crate) enum CliError {
    /// The command line, or a file it names, is wrong. The text has the fix.
    #[error("{0}")]
    Usage(String),
    /// The engine's answer.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine's answer where drift was all that failed hosts.
    #[error(transparent)]
    Drift(EngineError),
    /// A pack.
    #[error(transparent)]
    Pack(Box<PackFileError>),
    /// The packs of a project.
    #[error(transparent)]
    Project(Box<ProjectError>),
    /// A file or stream.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl From<DeployError> for CliError {
    fn from(error: DeployError) -> Self {
        match error {
            DeployError::Pack(error) => error.into(),
            DeployError::Engine(error) => error.into(),
            other => Self::Usage(other.to_string()),
        }
    }
}

impl From<PackFileError> for CliError {
    fn from(error: PackFileError) -> Self {
        Self::Pack(Box::new(error))
    }
}

impl CliError {
    /// For `map_err` on an error whose text has the fix.
    pub(crate) fn usage(error: impl std::fmt::Display) -> Self {
        Self::Usage(error.to_string())
    }

    /// For `map_err` on a file: `what` fits before a colon.
    pub(crate) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// For `map_err` on what a project's packs come to.
    pub(crate) fn project(error: ProjectError) -> Self {
        Self::Project(Box::new(error))
    }

    /// The exit code.
    pub(crate) fn code(&self) -> i32 {
        match self {
            Self::Usage(_) | Self::Pack(_) | Self::Project(_) | Self::Io { .. } => USAGE,
            Self::Drift(_) => 3,
            Self::Engine(error) if error.ends_on_failed_hosts() => 4,
            Self::Engine(EngineError::Remote { .. }) => 4,
            Self::Interrupted | Self::Engine(EngineError::Interrupted) => 130,
            Self::Engine(_) => USAGE,
        }
    }

    /// What to do about it, where the text does not say so itself.
    fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Engine(EngineError::Io { source, .. }) | Self::Io { source, .. }
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                Some("check the path; `windlass init` makes files to start from")
            }
            Self::Engine(EngineError::NoHostsRemaining { .. }) => {
                Some("what went wrong on each host stands above")
            }
            _ => None,
        }
    }

    /// Shows it on standard error.
    pub(crate) fn show(&self, ui: &Ui) {
        let label = ui.error.red("error:");
        match self {
            Self::Engine(EngineError::Call { message, place }) if !place.frames.is_empty() => {
                ui.error_line(&format!("{label} {}: {message}", place.short()));
                if let (Some(source), Some(frame)) = (&place.source, place.frames.last()) {
                    ui.error_line(&crate::render::source_line(frame.line, source));
                }
            }
            other => ui.error_line(&format!("{label} {other}")),
        }
        if let Some(hint) = self.hint() {
            ui.error_line(&format!("  {hint}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_the_documentation() {
        let io = || std::io::Error::other("x");
        for (error, code) in [
            (CliError::Usage(String::new()), 1),
            (CliError::io("x")(io()), 1),
            (EngineError::Deploy(String::new()).into(), 1),
            (EngineError::NoHostsRemaining { activated: 1 }.into(), 4),
            (
                EngineError::TooManyFailed {
                    budget: 1,
                    percent: 2,
                }
                .into(),
                4,
            ),
            (
                CliError::Drift(EngineError::NoHostsRemaining { activated: 1 }),
                3,
            ),
            (EngineError::Interrupted.into(), 130),
            (CliError::Interrupted, 130),
        ] {
            assert_eq!(error.code(), code, "{error}");
        }
        let all = [
            Status::Done,
            Status::Wrong,
            Status::Changes,
            Status::Drift,
            Status::Failed,
        ];
        assert_eq!(all.map(Status::code), [0, 1, 2, 3, 4]);
    }
}
