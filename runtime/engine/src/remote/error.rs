//! Why a host did not do what it was asked.

use thiserror::Error;

use crate::command::CommandOutput;

/// Why a host did not do what it was asked. A command that ends with a status is no error. Texts are masked.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum RemoteError {
    /// The command took longer than it may; what it had started was ended.
    #[error("`{command}` did not end within {seconds} s{remark}")]
    Timeout {
        /// The command.
        command: String,
        /// The limit.
        seconds: f64,
        /// What is known about its processes, as a sentence's end.
        remark: String,
        /// What it had printed.
        output: CommandOutput,
    },
    /// The run was interrupted; what the command had started was ended.
    #[error("`{command}` was interrupted{remark}")]
    Interrupted {
        /// The command.
        command: String,
        /// What is known about its processes, as a sentence's end.
        remark: String,
        /// What it had printed.
        output: CommandOutput,
    },
    /// The connection went away.
    #[error("the connection to {host} was lost: {message}")]
    Lost {
        /// The host.
        host: String,
        /// What is known.
        message: String,
        /// What the command had printed.
        output: CommandOutput,
    },
    /// A password was not accepted.
    #[error(
        "wrong {program} password for {user} on {host}\n  check what was typed, or the value of `_{program}_password`"
    )]
    WrongPassword {
        /// `sudo` or `su`.
        program: String,
        /// Whose password was asked for.
        user: String,
        /// The host.
        host: String,
    },
    /// Becoming someone else was refused.
    #[error("{host} refused {program}: {message}\n  {hint}")]
    NoPrivilege {
        /// `sudo`, `su`, `doas` or `dzdo`.
        program: String,
        /// The host.
        host: String,
        /// What the program said.
        message: String,
        /// What to do.
        hint: String,
    },
    /// A secret could not be read.
    #[error(transparent)]
    Secret(#[from] crate::secrets::SecretError),
    /// What was to be done could not be recorded first.
    #[error(transparent)]
    Audit(#[from] crate::audit::AuditError),
    /// A file could not be put or fetched.
    #[error("{path}: {message}")]
    File {
        /// Its path on the host.
        path: String,
        /// Why, and what to do.
        message: String,
    },
    /// A local file or stream could not be read or written.
    #[error("{what}: {message}")]
    Local {
        /// What was tried.
        what: String,
        /// The system's answer.
        message: String,
    },
    /// Something this version, or this connector, cannot do.
    #[error("{0}")]
    Unsupported(String),
}

impl RemoteError {
    /// What a command had printed before it was ended.
    #[must_use]
    pub fn output(&self) -> CommandOutput {
        match self {
            Self::Timeout { output, .. }
            | Self::Interrupted { output, .. }
            | Self::Lost { output, .. } => output.clone(),
            _ => CommandOutput::default(),
        }
    }
}
