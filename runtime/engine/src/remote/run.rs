//! Commands as operations and facts plan them.

use bytes::Bytes;

use super::RemoteError;
use super::data::random_name;
use super::exec::{Command, Routine};
use super::host::Remote;
use super::refusal::refusal;
use super::secret::{PrivateFiles, hidden_environment, is_name};
use crate::arguments::GlobalArguments;
use crate::command::{CommandOutput, render};
use crate::connector::{Exit, OutputSink as _, Stdin, Stream};
use crate::contract::{Atom, Shell};

/// How much of a command's output is kept, in bytes. All of it reaches the sink.
const KEPT: usize = 64 << 20;

/// How a command ended, and what it printed.
#[derive(Clone, Debug, Default)]
pub struct CommandResult {
    /// How it ended.
    pub exit: Exit,
    /// What it printed, as it came: secrets are not masked here.
    pub output: CommandOutput,
    /// True when it printed more than 64 MiB, and the rest is missing.
    pub truncated: bool,
}

impl Remote {
    /// Runs a command as the arguments say, and waits for its end.
    ///
    /// `secrets` are the identities that secret parts name by position. Secret values reach the command on standard
    /// input, in its environment or in private files, and stand on no command line. Output goes to `sink` as it
    /// comes, unmasked. A command whose time is over, and one whose future is dropped, is ended with all it started.
    ///
    /// # Errors
    /// Why it did not end by itself, or could not begin. A command that fails is a result, whatever its status.
    pub async fn run(
        &self,
        command: &Shell,
        arguments: &GlobalArguments,
        secrets: &[String],
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<CommandResult, RemoteError> {
        let mut prepared = self.prepared(command, arguments, secrets).await?;
        let mut kept = Kept::default();
        let ended = {
            let mut both = |stream: Stream, bytes: &[u8]| {
                kept.write(stream, bytes);
                sink(stream, bytes);
            };
            self.core.exec(prepared.command(), &mut both).await
        };
        prepared.clean_up().await;
        self.result(ended, kept, &prepared)
    }

    /// A command with everything that it needs made ready.
    pub(super) async fn prepared(
        &self,
        command: &Shell,
        arguments: &GlobalArguments,
        secrets: &[String],
    ) -> Result<Prepared, RemoteError> {
        let text = render(&command.text).map_err(RemoteError::Unsupported)?;
        let shown = shortened(&self.core.secrets.mask(&text));
        let mut arguments = arguments.clone();
        let mut hidden: Vec<(String, Bytes)> = Vec::new();
        for (name, value) in &command.env {
            check_name(name)?;
            let bytes = self.core.join(value, secrets)?;
            let open = !value.iter().any(|atom| matches!(atom, Atom::Secret(_)));
            match String::from_utf8(bytes.to_vec()) {
                Ok(value) if open => {
                    arguments
                        .env
                        .get_or_insert_default()
                        .insert(name.clone(), value);
                }
                _ => hidden.push((name.clone(), bytes)),
            }
        }
        let mut files = None;
        // Scripted hosts know the command by its text, which must be the same each time.
        if !self.has_shell() {
            hidden.clear();
        } else if !command.files.is_empty() {
            for (name, _) in &command.files {
                check_name(name)?;
            }
            let written =
                PrivateFiles::write(&self.core, &command.files, secrets, &arguments).await?;
            for (name, _) in &command.files {
                arguments
                    .env
                    .get_or_insert_default()
                    .insert(name.clone(), written.path(name));
            }
            files = Some(written);
        }
        let (read, head) = hidden_environment(&hidden, &random_name()?)?;
        let stdin = match (&command.stdin, &arguments.stdin) {
            (Some(content), _) => self.core.content(content, secrets).await?,
            (None, Some(text)) => Stdin::Bytes(Bytes::from(text.clone().into_bytes())),
            (None, None) => Stdin::Empty,
        };
        Ok(Prepared {
            text: format!("{read}{text}"),
            routine: None,
            shown,
            pty: GlobalArguments::is(arguments.get_pty),
            arguments,
            head,
            stdin,
            plain: false,
            files,
        })
    }

    /// What became of a command.
    pub(super) fn result(
        &self,
        ended: Result<Exit, RemoteError>,
        kept: Kept,
        prepared: &Prepared,
    ) -> Result<CommandResult, RemoteError> {
        let exit = ended.map_err(|error| with_output(error, &kept.output))?;
        let (pty, arguments) = (prepared.pty, &prepared.arguments);
        if let Some(error) = refusal(self.host(), &exit, &kept.output, pty, arguments) {
            return Err(error);
        }
        Ok(CommandResult {
            exit,
            output: kept.output,
            truncated: kept.truncated,
        })
    }
}

/// A command with what it reads and runs under.
pub(super) struct Prepared {
    pub(super) text: String,
    pub(super) routine: Option<&'static Routine>,
    pub(super) shown: String,
    pub(super) arguments: GlobalArguments,
    pub(super) head: Vec<u8>,
    pub(super) stdin: Stdin,
    pub(super) pty: bool,
    pub(super) plain: bool,
    pub(super) files: Option<PrivateFiles>,
}

impl Prepared {
    /// The command, once: a stream can be read only once.
    pub(super) fn command(&mut self) -> Command<'_> {
        Command {
            text: self.text.clone(),
            routine: self.routine,
            shown: self.shown.clone(),
            arguments: &self.arguments,
            head: self.head.clone(),
            stdin: match &self.stdin {
                Stdin::Bytes(bytes) => Stdin::Bytes(bytes.clone()),
                _ => std::mem::replace(&mut self.stdin, Stdin::Empty),
            },
            pty: self.pty,
            interruptible: true,
            looks: false,
            plain: self.plain,
        }
    }

    /// True for what cannot be given twice, and needs a channel of its own.
    pub(super) fn is_stream(&self) -> bool {
        matches!(self.stdin, Stdin::Reader(_))
    }

    /// Removes what was written for it.
    pub(super) async fn clean_up(&mut self) {
        if let Some(files) = self.files.take() {
            files.remove().await;
        }
    }
}

/// A command as messages name it: its first line, and not all of a long one.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 200;
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default();
    let short: String = line.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        format!("{short} …")
    } else {
        short
    }
}

fn check_name(name: &str) -> Result<(), RemoteError> {
    if is_name(name) {
        return Ok(());
    }
    Err(RemoteError::Unsupported(format!(
        "`{name}` cannot be the name of an environment variable"
    )))
}

fn with_output(mut error: RemoteError, printed: &CommandOutput) -> RemoteError {
    if let RemoteError::Timeout { output, .. }
    | RemoteError::Interrupted { output, .. }
    | RemoteError::Lost { output, .. } = &mut error
    {
        output.clone_from(printed);
    }
    error
}

/// Keeps output up to a limit.
#[derive(Default)]
pub(super) struct Kept {
    output: CommandOutput,
    held: usize,
    truncated: bool,
}

impl Kept {
    pub(super) fn into_output(self) -> CommandOutput {
        self.output
    }

    pub(super) fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let room = KEPT.saturating_sub(self.held);
        let part = bytes.get(..room).unwrap_or(bytes);
        self.truncated |= part.len() < bytes.len();
        self.held += part.len();
        if !part.is_empty() {
            self.output.write(stream, part);
        }
    }
}
