//! The host that an actor, or a function of a deploy, acts on. While a deploy adds operations all of it is refused.
//!
//! What is done here is no part of a plan. It is recorded as the steps of plans are, and allowed or refused as they are: a
//! command as `server.shell`, a file that is put or fetched as `files.put` and `files.get`.

use serde_json::{Value as Json, json};

use crate::error::{Error, Result};
use crate::shell::Shell;
use crate::step::Upload;

/// How a command ended, and what it printed; values of known secrets are masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its status; none when a signal ended it.
    pub status: Option<i32>,
    /// The signal's name without `SIG`, when one ended it.
    pub signal: Option<String>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Output {
    /// Standard output as text, without the newline at its end.
    #[must_use]
    pub fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.stdout);
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }

    /// The output of a command that succeeded.
    ///
    /// # Errors
    /// A status other than 0 or a signal, with the last line of standard error.
    pub fn success(self) -> Result<Self> {
        if self.status == Some(0) {
            return Ok(self);
        }
        let how = match (&self.status, &self.signal) {
            (Some(status), _) => format!("ended with status {status}"),
            (None, Some(signal)) => format!("was ended by {signal}"),
            (None, None) => "did not end by itself".to_owned(),
        };
        let said = String::from_utf8_lossy(&self.stderr);
        Err(Error::operation(
            match said.trim_end().lines().next_back() {
                Some(said) => format!("the command {how}: {said}"),
                None => format!("the command {how}"),
            },
        ))
    }
}

/// What an operation gave that ran at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// It had something to do.
    pub changed: bool,
    /// What its commands printed.
    pub stdout: String,
    /// What they said besides.
    pub stderr: String,
    /// What its actors gave.
    pub answers: Vec<Json>,
}

/// Runs a command. A status other than 0 is no error: see [`Output::success`].
///
/// # Errors
/// It may not be run, or did not come to an end.
pub fn run(command: impl Into<Shell>) -> Result<Output> {
    run_with(command, json!({}))
}

/// [`run`] with global arguments (`{"_chdir": "/srv"}`). Those that raise privilege need the capability `privilege`.
///
/// # Errors
/// The same.
pub fn run_with(command: impl Into<Shell>, globals: Json) -> Result<Output> {
    backend::run(command.into(), &globals)
}

/// Puts a file, whole and with its owner and mode.
///
/// # Errors
/// It may not be put, or could not be.
pub fn put(upload: Upload) -> Result<()> {
    put_with(upload, json!({}))
}

/// [`put`] with global arguments.
///
/// # Errors
/// The same.
pub fn put_with(upload: Upload, globals: Json) -> Result<()> {
    backend::put(upload, &globals)
}

/// Fetches a file to a path of the controller: an actor to one that stands in the operation's arguments, a function of a
/// deploy into the deploy's folder; each of them into folders that its pack was granted with `write`.
///
/// # Errors
/// It may not be fetched to there, or could not be.
pub fn get(src: impl Into<String>, dest: impl Into<String>) -> Result<()> {
    get_with(src, dest, json!({}))
}

/// [`get`] with global arguments.
///
/// # Errors
/// The same.
pub fn get_with(src: impl Into<String>, dest: impl Into<String>, globals: Json) -> Result<()> {
    backend::get(src.into(), dest.into(), &globals)
}

/// Plans another operation on what now stands, and runs it at once. `args`: by parameter name.
///
/// # Errors
/// A wrong call, one that may not be made, or an operation that failed.
pub fn operation(name: impl Into<String>, args: Json) -> Result<Outcome> {
    operation_with(name, args, json!({}))
}

/// [`operation`] with global arguments.
///
/// # Errors
/// The same.
pub fn operation_with(name: impl Into<String>, args: Json, globals: Json) -> Result<Outcome> {
    let given = backend::operation(name.into(), &args, &globals)?;
    let text = |key: &str| given[key].as_str().unwrap_or_default().to_owned();
    Ok(Outcome {
        changed: given["changed"].as_bool().unwrap_or_default(),
        stdout: text("stdout"),
        stderr: text("stderr"),
        answers: given["answers"].as_array().cloned().unwrap_or_default(),
    })
}

/// A part of what an earlier operation gave on this host, by JSON pointer: `/stdout`, `/changed`, `/answers/0`. `id`: what
/// [`Added::id`](crate::deploy::Added::id) is, or `result.id` of a deploy file.
#[must_use]
pub fn result_of(id: &str, pointer: &str) -> Option<Json> {
    backend::result_of(id, pointer)
}

#[cfg(not(target_arch = "wasm32"))]
mod backend {
    use super::{Json, Output, Result, Shell, Upload};
    use crate::roles::no_host;

    pub(super) fn run(_: Shell, _: &Json) -> Result<Output> {
        no_host()
    }

    pub(super) fn put(_: Upload, _: &Json) -> Result<()> {
        no_host()
    }

    pub(super) fn get(_: String, _: String, _: &Json) -> Result<()> {
        no_host()
    }

    pub(super) fn operation(_: String, _: &Json, _: &Json) -> Result<Json> {
        no_host()
    }

    pub(super) fn result_of(_: &str, _: &str) -> Option<Json> {
        None
    }
}

#[cfg(target_arch = "wasm32")]
mod backend {
    use super::{Json, Output, Result, Shell, Upload};
    use crate::guest::{download_to, error_from, json_from, nested_to, shell_to, upload_to};
    use crate::roles::bindings::acting::windlass::plugin::target;

    pub(super) fn run(command: Shell, globals: &Json) -> Result<Output> {
        let command = shell_to(command);
        let output = target::run(&command, &globals.to_string()).map_err(error_from)?;
        Ok(Output {
            status: output.exit.status,
            signal: output.exit.signal,
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }

    pub(super) fn put(upload: Upload, globals: &Json) -> Result<()> {
        target::put(&upload_to(upload), &globals.to_string()).map_err(error_from)
    }

    pub(super) fn get(src: String, dest: String, globals: &Json) -> Result<()> {
        let download = download_to(src, dest, false);
        target::get(&download, &globals.to_string()).map_err(error_from)
    }

    pub(super) fn operation(name: String, args: &Json, globals: &Json) -> Result<Json> {
        let given = target::operation(&nested_to(name, args), &globals.to_string());
        given.map(|text| json_from(&text)).map_err(error_from)
    }

    pub(super) fn result_of(id: &str, pointer: &str) -> Option<Json> {
        target::result_of(id, pointer).map(|text| json_from(&text))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_status_other_than_0_is_an_error_where_success_is_asked_for() {
        let output = |status, signal: Option<&str>| Output {
            status,
            signal: signal.map(str::to_owned),
            stdout: b"x\n".to_vec(),
            stderr: b"first\nlast\n".to_vec(),
        };
        assert_eq!(output(Some(0), None).success().unwrap().text(), "x");
        let error = output(Some(3), None).success().unwrap_err();
        assert_eq!(error.message, "the command ended with status 3: last");
        let error = output(None, Some("KILL")).success().unwrap_err();
        assert!(error.message.contains("was ended by KILL"), "{error}");
        let silent = Output {
            stderr: b"\n".to_vec(),
            ..output(Some(1), None)
        };
        let error = silent.success().unwrap_err();
        assert_eq!(error.message, "the command ended with status 1");
    }
}
