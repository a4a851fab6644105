//! Granted programs of the controller.

use crate::error::Result;

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub(crate) program: String,
    pub(crate) args: Vec<Vec<u8>>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) stdin: Option<Vec<u8>>,
    pub(crate) timeout_ms: u32,
}

/// What a program gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its status; none when a signal ended it.
    pub status: Option<i32>,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
}

impl Command {
    /// A program by the name with which it was granted.
    #[must_use]
    pub fn new(program: impl Into<String>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            stdin: None,
            timeout_ms: 0,
        }
    }

    /// Adds an argument. What comes from others belongs behind `--`, where no option is read.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<Vec<u8>>) -> Self {
        self.args.push(argument.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<Vec<u8>>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable; its name must be granted.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// What it reads. Default: nothing.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Time after which it is ended, in milliseconds. Default: the host's, a minute; at most ten.
    #[must_use]
    pub fn timeout_ms(mut self, time: u32) -> Self {
        self.timeout_ms = time;
        self
    }

    /// Runs it to its end. A status other than 0 is no error.
    ///
    /// # Errors
    /// It was not granted, or not with these arguments; it is not there, took too long or gave too much.
    pub fn run(self) -> Result<Output> {
        backend::run(self)
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod backend {
    use super::{Command, Output};

    pub(super) fn run(_: Command) -> crate::Result<Output> {
        crate::roles::no_host()
    }
}

#[cfg(target_arch = "wasm32")]
pub(crate) use backend::spec;

#[cfg(target_arch = "wasm32")]
mod backend {
    use super::{Command, Output};
    use crate::guest::bindings::windlass::plugin::types::{Atom, Content};
    use crate::guest::error_from;
    use crate::roles::bindings::listing::windlass::plugin::process::{self, Spec};

    pub(super) fn run(command: Command) -> crate::Result<Output> {
        let output = process::run(&spec(command)).map_err(error_from)?;
        Ok(Output {
            status: output.exit.status,
            stdout: output.stdout,
            stderr: output.stderr,
        })
    }

    pub(crate) fn spec(command: Command) -> Spec {
        let args = command.args.into_iter();
        let env = command.env.into_iter();
        Spec {
            program: command.program,
            args: args.map(|argument| vec![Atom::Bytes(argument)]).collect(),
            env: env
                .map(|(name, value)| (name, vec![Atom::Text(value)]))
                .collect(),
            stdin: command
                .stdin
                .map(|bytes| Content::Inline(vec![Atom::Bytes(bytes)])),
            timeout_ms: command.timeout_ms,
            more: String::from("{}"),
        }
    }
}
