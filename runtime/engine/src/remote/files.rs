//! Files: put on the host whole or not at all, and fetched.

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;

use super::RemoteError;
use super::data::{PutSource, random_name};
use super::exec::{Command, Routine};
use super::host::Remote;
use super::refusal::refusal;
use super::run::Prepared;
use crate::arguments::{GlobalArguments, ShellExecutable};
use crate::command::{CommandOutput, quote};
use crate::connector::{Exit, OutputSink as _, Stdin, Stream};

/// What puts a file, behind the lines that say which.
static PUT: Routine = Routine {
    name: "wl_put",
    body: include_str!("put.sh"),
    // What comes through an open shell is whole: it has its end.
    inside: "z=",
    outside: "wl_in() { cat; }",
};

/// Where a file goes, and what it becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutRequest {
    /// Its path on the host.
    pub dest: String,
    /// Its mode. Default: that of the file that is there, else what the host's umask leaves of 666.
    pub mode: Option<u32>,
    /// Its owner. Default: that of the file that is there, else who writes it.
    pub user: Option<String>,
    /// Its group. Default: that of the file that is there, else that of who writes it.
    pub group: Option<String>,
}

/// How a file was put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutReport {
    /// Why it was written in place instead of being replaced at once, if it was.
    pub in_place: Option<String>,
}

impl Remote {
    /// Puts a file: into a fresh private file beside the path, then, with the right owner and mode and every byte
    /// counted, renamed over it. On failure nothing is left and the old file stands.
    ///
    /// What cannot be replaced without becoming something else is written in place, and the report says why: links
    /// (those in folders that everybody can write are replaced, never followed), mount points, devices, files with
    /// access lists, and files whose owner the writer cannot give away.
    ///
    /// # Errors
    /// [`RemoteError::File`] with what the host said; what [`Remote::run`] answers.
    pub async fn put(
        &self,
        source: PutSource,
        request: &PutRequest,
        arguments: &GlobalArguments,
    ) -> Result<PutReport, RemoteError> {
        let mut prepared = self.prepared_put(source, request, arguments).await?;
        let mut output = CommandOutput::default();
        let ended = self
            .core
            .exec(prepared.command(), &mut |stream, bytes| {
                output.write(stream, bytes);
            })
            .await;
        self.put_report(ended, &output, request, &prepared.arguments)
    }

    /// What puts a file, ready to go.
    pub(super) async fn prepared_put(
        &self,
        source: PutSource,
        request: &PutRequest,
        arguments: &GlobalArguments,
    ) -> Result<Prepared, RemoteError> {
        let (stdin, length) = source.measured().await?;
        let (text, routine) = if self.has_shell() {
            (self.put_text(request, length, arguments)?, Some(&PUT))
        } else {
            (scripted_put(request), None)
        };
        Ok(Prepared {
            text,
            routine,
            shown: format!("putting {}", request.dest),
            arguments: for_files(arguments),
            head: Vec::new(),
            stdin,
            pty: false,
            plain: true,
            files: None,
        })
    }

    /// What became of a file that was put.
    pub(super) fn put_report(
        &self,
        ended: Result<Exit, RemoteError>,
        output: &CommandOutput,
        request: &PutRequest,
        arguments: &GlobalArguments,
    ) -> Result<PutReport, RemoteError> {
        let exit = ended?;
        if let Some(error) = refusal(self.host(), &exit, output, false, arguments) {
            return Err(error);
        }
        let said = output.stdout();
        let how = said.lines().last().unwrap_or_default();
        if exit.status != Some(0) {
            return Err(self.failed(&request.dest, output));
        }
        if !self.has_shell() || how == "replaced" {
            return Ok(PutReport::default());
        }
        match how.strip_prefix("in place: ") {
            Some(why) => Ok(PutReport {
                in_place: Some(why.to_owned()),
            }),
            None => Err(RemoteError::File {
                path: request.dest.clone(),
                message: String::from("the host did not say that the file was put"),
            }),
        }
    }

    fn put_text(
        &self,
        request: &PutRequest,
        length: u64,
        arguments: &GlobalArguments,
    ) -> Result<String, RemoteError> {
        let dest = &request.dest;
        if dest.is_empty() || dest.contains('\0') {
            let message = String::from("this is no path of a file");
            return Err(RemoteError::File {
                path: dest.clone(),
                message,
            });
        }
        let dest = if dest.starts_with('-') {
            format!("./{dest}")
        } else {
            dest.clone()
        };
        let temp = arguments
            .temp_dir
            .as_ref()
            .unwrap_or(&self.core.temp_folder);
        let word = |value: &Option<String>| quote(value.as_deref().unwrap_or_default());
        Ok(format!(
            "d={} z={length} n={} k={} m={} u={} o={} g={}",
            quote(&dest),
            random_name()?,
            quote(temp),
            request
                .mode
                .map(|mode| format!("{mode:04o}"))
                .unwrap_or_default(),
            request
                .mode
                .filter(|mode| mode & !0o666 == 0)
                .map(|mode| format!("{:04o}", 0o777 & !mode))
                .unwrap_or_default(),
            word(&request.user),
            word(&request.group),
        ))
    }

    /// Fetches a file, as it comes, into a writer.
    ///
    /// # Errors
    /// [`RemoteError::File`] with what the host said, [`RemoteError::Local`] for the writer; what [`Remote::run`]
    /// answers. What was written until then is a part of the file.
    pub async fn get(
        &self,
        src: &str,
        to: &mut (dyn AsyncWrite + Send + Unpin),
        arguments: &GlobalArguments,
    ) -> Result<(), RemoteError> {
        let path = if src.starts_with('-') {
            format!("./{src}")
        } else {
            src.to_owned()
        };
        let (sender, mut pieces) = mpsc::unbounded_channel::<Vec<u8>>();
        let mut said = CommandOutput::default();
        let arguments = for_files(arguments);
        let command = Command {
            text: format!("cat {}", quote(&path)),
            routine: None,
            shown: format!("fetching {src}"),
            arguments: &arguments,
            head: Vec::new(),
            stdin: Stdin::Empty,
            pty: false,
            interruptible: true,
            looks: false,
            plain: false,
        };
        let fetching = async {
            let mut sink = |stream: Stream, bytes: &[u8]| match stream {
                Stream::Stdout => {
                    let _ = sender.send(bytes.to_vec());
                }
                Stream::Stderr => said.write(stream, bytes),
            };
            let exit = self.core.exec(command, &mut sink).await;
            drop(sender);
            exit
        };
        let writing = async {
            let mut written = Ok(());
            // After a failure nothing more is written, and nothing more is kept.
            while let Some(piece) = pieces.recv().await {
                if written.is_ok() {
                    written = to.write_all(&piece).await;
                }
            }
            written.and(to.flush().await)
        };
        let (exit, written) = tokio::join!(fetching, writing);
        let exit = exit?;
        written.map_err(|error| RemoteError::Local {
            what: format!("keeping {src}"),
            message: error.to_string(),
        })?;
        if exit.status == Some(0) {
            return Ok(());
        }
        match refusal(self.host(), &exit, &said, false, &arguments) {
            Some(error) => Err(error),
            None => Err(self.failed(src, &said)),
        }
    }

    /// Runs a program of ours that reads `from` and answers to `to`: how it ended, and what it said besides.
    ///
    /// # Errors
    /// What [`Remote::run`] answers.
    pub(crate) async fn converse(
        &self,
        text: String,
        shown: String,
        from: Box<dyn AsyncRead + Send + Unpin>,
        to: &mpsc::UnboundedSender<Vec<u8>>,
        arguments: &GlobalArguments,
    ) -> Result<(Exit, CommandOutput), RemoteError> {
        let mut said = CommandOutput::default();
        let arguments = for_files(arguments);
        let command = Command {
            text,
            routine: None,
            shown,
            arguments: &arguments,
            head: Vec::new(),
            stdin: Stdin::Reader(from),
            pty: false,
            interruptible: true,
            looks: false,
            plain: false,
        };
        let mut sink = |stream: Stream, bytes: &[u8]| match stream {
            Stream::Stdout => {
                let _ = to.send(bytes.to_vec());
            }
            Stream::Stderr => said.write(stream, bytes),
        };
        let exit = self.core.exec(command, &mut sink).await?;
        match refusal(self.host(), &exit, &said, false, &arguments) {
            Some(error) => Err(error),
            None => Ok((exit, said)),
        }
    }

    fn failed(&self, path: &str, output: &CommandOutput) -> RemoteError {
        let said = self.core.secrets.mask(output.stderr().trim());
        // The script's own sentence is the last; what the system said stands in front of it.
        let mut lines = said.lines().rev();
        let last = lines.next().unwrap_or("the host refused without a word");
        let message = match lines.next() {
            Some(before) => format!("{last} ({before})"),
            None => last.to_owned(),
        };
        RemoteError::File {
            path: path.to_owned(),
            message,
        }
    }
}

/// The arguments of a transfer: whatever shell commands run in, a transfer's script is for `sh`.
fn for_files(arguments: &GlobalArguments) -> GlobalArguments {
    GlobalArguments {
        shell_executable: Some(ShellExecutable::Program(String::from("sh"))),
        success_exit_codes: None,
        ..arguments.execution_context()
    }
}

fn scripted_put(request: &PutRequest) -> String {
    format!("cat > {}", quote(&request.dest))
}
