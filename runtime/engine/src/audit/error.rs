//! Why there is no audit, or no more of it.

use thiserror::Error;

/// Why there is no audit, or no more of it.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuditError {
    /// A file of the audit could not be read or written.
    #[error(
        "the audit cannot be kept: {what} {path}: {message}\n  nothing is done that is not recorded; make the file writable for who runs windlass, or name another with the setting audit_file"
    )]
    File {
        /// What was tried.
        what: String,
        /// The file.
        path: String,
        /// The system's answer.
        message: String,
    },
    /// The file's last record is none that could be followed.
    #[error(
        "the audit {path} cannot be continued: {message}\n  `windlass audit verify {path}` shows where it is damaged; keep it as evidence, and move it away to begin another"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// The signing key is none.
    #[error(
        "the audit's key {path} cannot be used: {message}\n  a key is made when the file is not there; keep the old one's public half for records that it signed"
    )]
    Key {
        /// The file.
        path: String,
        /// What is wrong with it.
        message: String,
    },
    /// A place for heads that this version does not know.
    #[error(
        "`{given}` is no place for the audit's heads{hint}\n  places: file:PATH, syslog, syslog:SOCKET, command:PROGRAM ARGUMENTS"
    )]
    UnknownSink {
        /// What was given.
        given: String,
        /// The nearest one, as a sentence's end.
        hint: String,
    },
    /// A head did not reach its second place.
    #[error(
        "the audit's head cannot be sent to {sink}: {message}\n  without it a cut end of the audit could not be found; repair the place, or change the setting audit_heads"
    )]
    Sink {
        /// Where it should have gone.
        sink: String,
        /// Why it did not.
        message: String,
    },
}
