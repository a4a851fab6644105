//! One command on a host: composed, announced, fed, watched, and ended when it may not go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::RemoteError;
use super::data::{OnDrop, Shared, behind, lock, random_name};
use super::host::Core;
use super::marks::{Mark, Marks, Process};
use super::refusal::not_accepted;
use super::shell::Job;
use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::command::{CommandOutput, Composed, compose, compose_marked, quote};
use crate::connector::{ConnectorError, ExecRequest, Exit, OutputSink, Stdin, Stream};

/// A command for [`Core::exec`].
pub(super) struct Command<'a> {
    /// The text, before composition.
    pub(super) text: String,
    /// What the text ends with: a script of ours.
    pub(super) routine: Option<&'static Routine>,
    /// What messages call it.
    pub(super) shown: String,
    pub(super) arguments: &'a GlobalArguments,
    /// Lines that the composed command reads before its data.
    pub(super) head: Vec<u8>,
    pub(super) stdin: Stdin,
    pub(super) pty: bool,
    /// False for what cleans up behind others: it is not interrupted, and waits for no shell.
    pub(super) interruptible: bool,
    /// True for what only looks and changes nothing.
    pub(super) looks: bool,
    /// True for text that needs no `sh` of its own within an open shell.
    pub(super) plain: bool,
}

/// A script of ours, which an open shell is told once. It reads its input by calling `wl_in`.
pub(super) struct Routine {
    /// The function that it becomes there.
    pub(super) name: &'static str,
    pub(super) body: &'static str,
    /// What stands in front of it there.
    pub(super) inside: &'static str,
    /// What stands in front of it elsewhere, where its input comes on standard input.
    pub(super) outside: &'static str,
}

/// How long cleaning up may take, a login included.
pub(super) const CLEAN_UP: Duration = Duration::from_secs(20);

/// Why a command was not awaited.
pub(super) enum Cut {
    Timeout(f64),
    Interrupted,
}

impl Cut {
    /// The error, for a command that was ended; what it had printed is added by who kept it.
    pub(super) fn error(self, command: &str, remark: String) -> RemoteError {
        let (command, output) = (command.to_owned(), CommandOutput::default());
        match self {
            Self::Timeout(seconds) => RemoteError::Timeout {
                command,
                seconds,
                remark,
                output,
            },
            Self::Interrupted => RemoteError::Interrupted {
                command,
                remark,
                output,
            },
        }
    }
}

/// What is known of a running command.
#[derive(Default)]
pub(super) struct Known {
    process: Option<Process>,
    refused: Option<(String, String)>,
    accepted: usize,
    /// What programs said while they authenticated.
    pub(super) said: String,
    gate: Option<oneshot::Sender<()>>,
}

impl Known {
    pub(super) fn note(&mut self, mark: Mark) {
        match mark {
            Mark::Started(process) => {
                self.process = Some(process);
                if let Some(gate) = self.gate.take() {
                    let _ = gate.send(());
                }
            }
            Mark::Accepted(_) => self.accepted += 1,
            Mark::Refused { program, user } => self.refused = Some((program, user)),
        }
    }
}

impl Core {
    /// Runs a command; its output goes to the sink as it comes, without what the wrapping prints. What the command has
    /// to do with an audit is done around it: see [`Core::exec`].
    pub(super) async fn exec_unseen(
        self: &Arc<Self>,
        command: Command<'_>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<Exit, RemoteError> {
        if !self.session.has_shell() {
            return self.exec_scripted(command, sink).await;
        }
        let mut cancelled = self.cancelled.subscribe();
        if command.interruptible && *cancelled.borrow() {
            let remark = String::from(" before it began");
            return Err(Cut::Interrupted.error(&command.shown, remark));
        }
        match Job::of(&command) {
            Some(job) => {
                if let Some(ended) = self.exec_in_shell(job, sink).await {
                    return ended;
                }
            }
            None => self.shells.changed_beside(&command),
        }
        let nonce = random_name()?;
        let text = match command.routine {
            Some(routine) => format!("{}\n{}\n{}", command.text, routine.outside, routine.body),
            None => command.text,
        };
        let composed = compose_marked(&text, command.arguments, &nonce);
        let mut head = self.password_lines(&composed)?;
        let silent = command.pty && !head.is_empty();
        head.extend_from_slice(&command.head);
        let (gate, opened) = oneshot::channel();
        let known: Shared<Known> = Shared::default();
        lock(&known).gate = silent.then_some(gate);
        let request = ExecRequest {
            command: announced(&composed, &nonce, silent),
            stdin: behind(head, command.stdin, silent.then_some(opened)),
            pty: command.pty,
        };
        let marked = if command.pty {
            Stream::Stdout
        } else {
            Stream::Stderr
        };
        let marks = Marks::new(&nonce, composed.passwords.len());
        // A task of its own: when nobody waits any more, the command has to be there until it is ended.
        let (pieces, mut output) = mpsc::unbounded_channel();
        let session = self.session.clone();
        let mut filter = Filter {
            marks,
            marked,
            known: known.clone(),
            to: pieces,
        };
        let mut running = tokio::spawn(async move {
            let exit = session.exec(request, &mut filter).await;
            filter.finish();
            exit
        });
        let abandoned = {
            let (core, known, arguments) = (self.clone(), known.clone(), command.arguments.clone());
            let running = running.abort_handle();
            OnDrop::spawn(move || async move {
                core.end(begun(&known).await, &arguments).await;
                running.abort();
            })
        };
        let limit = command.arguments.timeout;
        let deadline = async {
            match limit {
                Some(seconds) => {
                    tokio::time::sleep(
                        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX),
                    )
                    .await
                }
                None => std::future::pending().await,
            }
        };
        let interruption = async {
            if !command.interruptible || cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let ended = tokio::select! {
            biased;
            () = drain(&mut output, sink) => Ok(()),
            () = interruption => Err(Cut::Interrupted),
            () = deadline => Err(Cut::Timeout(limit.unwrap_or_default())),
        };
        let cut = match ended {
            Ok(()) => {
                let exit = (&mut running).await;
                abandoned.disarm();
                let lost = |error: tokio::task::JoinError| ConnectorError::Lost(error.to_string());
                let exit = exit
                    .map_err(lost)
                    .and_then(|exit| exit)
                    .map_err(|error| self.lost(error))?;
                return self.judge(exit, &composed, &lock(&known));
            }
            Err(cut) => cut,
        };
        let remark = self.end(begun(&known).await, command.arguments).await;
        // What was printed up to the end is still on its way.
        let _ = tokio::time::timeout(Duration::from_secs(1), drain(&mut output, sink)).await;
        running.abort();
        abandoned.disarm();
        Err(cut.error(&command.shown, remark))
    }

    /// The passwords that a line reads first, each on a line.
    pub(super) fn password_lines(&self, composed: &Composed) -> Result<Vec<u8>, RemoteError> {
        let mut lines = Vec::new();
        for password in &composed.passwords {
            let value = self.secrets.reveal_to_target(&password.secret().0)?;
            if value.contains(['\n', '\0']) {
                let message = format!(
                    "the {} password has a line break, which no prompt takes",
                    password.program()
                );
                return Err(RemoteError::Unsupported(message));
            }
            lines.extend_from_slice(value.as_bytes());
            lines.push(b'\n');
        }
        Ok(lines)
    }

    /// Scripted hosts look answers up by the command line: it stands alone.
    async fn exec_scripted(
        &self,
        command: Command<'_>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<Exit, RemoteError> {
        let arguments = GlobalArguments {
            sudo_password: None,
            use_sudo_password: None,
            su_password: None,
            ..command.arguments.clone()
        };
        let line = compose(&command.text, &arguments).command;
        let request = ExecRequest {
            command: line,
            stdin: command.stdin,
            pty: command.pty,
        };
        let mut plain = Plain(sink);
        let running = self.session.exec(request, &mut plain);
        let mut cancelled = self.cancelled.subscribe();
        let limit = command.arguments.timeout;
        let deadline = limit
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or(Duration::MAX);
        tokio::select! {
            biased;
            exit = tokio::time::timeout(deadline, running) => match exit {
                Ok(exit) => exit.map_err(|error| self.lost(error)),
                Err(_) => Err(Cut::Timeout(limit.unwrap_or_default())
                    .error(&command.shown, String::new())),
            },
            _ = cancelled.wait_for(|cancelled| *cancelled) => {
                Err(Cut::Interrupted.error(&command.shown, String::new()))
            }
        }
    }

    fn lost(&self, error: ConnectorError) -> RemoteError {
        match error {
            ConnectorError::Unsupported(message) => RemoteError::Unsupported(message),
            ConnectorError::Lost(message) => RemoteError::Lost {
                host: self.host.clone(),
                message,
                output: Default::default(),
            },
            error => RemoteError::Lost {
                host: self.host.clone(),
                message: error.to_string(),
                output: Default::default(),
            },
        }
    }

    /// An exit, unless a password was not accepted.
    pub(super) fn judge(
        &self,
        exit: Exit,
        composed: &Composed,
        known: &Known,
    ) -> Result<Exit, RemoteError> {
        if let Some((program, user)) = &known.refused {
            return Err(not_accepted(&self.host, program, user, &known.said));
        }
        match composed
            .passwords
            .get(known.accepted)
            .filter(|_| known.process.is_some())
        {
            Some(password) => {
                let user = composed.asked.as_deref().unwrap_or("root");
                Err(not_accepted(
                    &self.host,
                    password.program(),
                    user,
                    &known.said,
                ))
            }
            None => Ok(exit),
        }
    }
}

async fn drain(
    output: &mut mpsc::UnboundedReceiver<(Stream, Vec<u8>)>,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
) {
    while let Some((stream, bytes)) = output.recv().await {
        sink(stream, &bytes);
    }
}

/// The process a command began as. One that was sent a moment ago has that moment to say so.
pub(super) async fn begun(known: &Shared<Known>) -> Option<Process> {
    for _ in 0..40 {
        let process = lock(known).process.clone();
        if process.is_some() {
            return process;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    None
}

/// The line that announces its process before it becomes the command.
///
/// With a terminal its echo is off until the passwords are read, so that they never come back as output. The wrapping
/// has no line breaks of its own: csh, a login shell on some hosts, takes none inside quotes.
pub(super) fn announced(composed: &Composed, nonce: &str, silent: bool) -> String {
    let silence = if silent { "stty -echo; " } else { "" };
    let announce = |pid: &str| {
        format!(
            "{silence}wl_m=$1; shift; wl_s=; {{ read -r wl_s </proc/{pid}/stat; }} 2>/dev/null; \
             wl_f() {{ echo \"$wl_m start {pid} ${{20-}}\" >&2; }}; wl_f ${{wl_s##*) }}"
        )
    };
    if composed.simple {
        let script = format!("{}; exec \"$@\"", announce("$$"));
        format!(
            "exec sh -c {} sh {nonce} {}",
            quote(&script),
            composed.command
        )
    } else {
        format!(
            "sh -c {} sh {nonce}; {}",
            quote(&announce("$PPID")),
            composed.command
        )
    }
}

/// Takes marks out of the output on its way.
struct Filter {
    marks: Marks,
    marked: Stream,
    known: Shared<Known>,
    to: mpsc::UnboundedSender<(Stream, Vec<u8>)>,
}

impl OutputSink for Filter {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        let output = if stream == self.marked {
            let mut known = lock(&self.known);
            self.marks.feed(bytes, |mark| known.note(mark))
        } else {
            bytes.to_vec()
        };
        if !output.is_empty() {
            let _ = self.to.send((stream, output));
        }
    }
}

impl Filter {
    fn finish(&mut self) {
        let rest = self.marks.finish();
        lock(&self.known).said = self.marks.said();
        if !rest.is_empty() {
            let _ = self.to.send((self.marked, rest));
        }
    }
}

/// Gives output on as it is.
struct Plain<'a>(&'a mut (dyn FnMut(Stream, &[u8]) + Send));

impl OutputSink for Plain<'_> {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        (self.0)(stream, bytes);
    }
}

/// The same privilege, and nothing else: what cleans up runs in a plain shell, in the login's folder.
pub(super) fn privilege_only(arguments: &GlobalArguments) -> GlobalArguments {
    GlobalArguments {
        chdir: None,
        env: None,
        timeout: None,
        success_exit_codes: None,
        shell_executable: Some(ShellExecutable::Program(String::from("sh"))),
        ..arguments.execution_context()
    }
}
