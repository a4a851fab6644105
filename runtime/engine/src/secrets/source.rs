//! Where values come from.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::command;

/// The kinds of source that are always there, as they are written.
pub const SOURCES: [&str; 4] = [
    "env:NAME",
    "file:PATH",
    "command:PROGRAM ARGUMENTS",
    "prompt:QUESTION",
];

/// Asks a person for secrets.
pub trait Ask: Send + Sync {
    /// Asks for `what` (`sudo password`) and gives the answer. The thread that calls may be blocked meanwhile.
    ///
    /// # Errors
    /// Why there is no answer, with the fix.
    fn ask(&self, what: &str) -> Result<String, String>;

    /// Tells the person what is odd about a secret that was read.
    fn warn(&self, text: &str) {
        tracing::warn!("{text}");
    }
}

/// Gives the values of a kind of source of its own: of a pack, or of a program.
pub trait ProvideSecret: Send + Sync {
    /// The value of what stands behind the kind and the colon. The thread that calls may be blocked meanwhile.
    ///
    /// # Errors
    /// Why there is none, with the fix.
    fn get(&self, name: &str) -> Result<String, String>;
}

/// Kinds that nobody else may provide: those that are always there, and the store's own.
const OWN_KINDS: [&str; 6] = ["env", "file", "command", "prompt", "ask", "given"];

/// Whether a pack may provide a kind of source: lower-case letters, digits and dashes, beginning with a letter.
///
/// # Errors
/// Why not.
pub fn check_kind(kind: &str) -> Result<(), String> {
    if OWN_KINDS.contains(&kind) {
        return Err(format!("`{kind}:` is Windlass's own"));
    }
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match kind.starts_with(|c: char| c.is_ascii_lowercase()) && kind.chars().all(word) {
        true => Ok(()),
        false => Err(format!(
            "`{kind}:` is no kind of secret; those are lower-case letters, digits and dashes, as `vault:`"
        )),
    }
}

/// A value that was read, and what is odd about it.
pub(super) struct Found {
    pub(super) value: String,
    pub(super) warning: Option<String>,
}

/// Reads a value that is had at once. None: it is of another kind.
pub(super) fn read_at_once(kind: &str, name: &str) -> Option<Result<Found, String>> {
    match kind {
        "env" => Some(match std::env::var(name) {
            Ok(value) => Ok(Found {
                value,
                warning: None,
            }),
            Err(_) => Err(format!(
                "the environment variable {name} is not set, or is not UTF-8"
            )),
        }),
        "file" => Some(file(name)),
        _ => None,
    }
}

/// What a program prints.
pub(super) fn printed_by(line: &str) -> Result<String, String> {
    command::run(line)
}

fn file(path: &str) -> Result<Found, String> {
    let failed = |error: std::io::Error| format!("{path}: {error}");
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let about = Path::new(path).metadata().map_err(failed)?;
    let mode = about.permissions().mode() & 0o7777;
    let warning = (about.is_file() && mode & 0o044 != 0).then(|| {
        format!("others can read the secret file {path} (mode {mode:04o})\n  `chmod 600 {path}`")
    });
    Ok(Found {
        value: without_newline(text),
        warning,
    })
}

/// Text without the newline that editors and programs end it with.
pub(super) fn without_newline(text: String) -> String {
    text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
}
