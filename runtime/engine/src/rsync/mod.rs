//! Folders that rsync copies to a host: which options a step may have, and how the two programs speak over the host's
//! own connection, whatever connector that is of.
//!
//! The rsync of this machine is told that a script of ours reaches the host. The script gives what rsync says to the
//! engine, through pipes in a private folder, and the engine runs the host's rsync as it runs every command: as whom the
//! global arguments say, recorded by the audit, with a time limit, and ended when it may not go on.

mod options;
mod pipes;
mod server;

use std::ffi::OsString;
use std::process::Stdio;

use camino::{Utf8Path, Utf8PathBuf};
use tokio::process::Command;

pub(crate) use options::refused;

use crate::arguments::GlobalArguments;
use crate::command::CommandOutput;
use crate::connector::{OutputSink, Stdin, Stream};
use crate::contract::Rsync;
use crate::local_files::{EntryKind, LocalFiles};
use crate::process;
use crate::remote::{CommandResult, Remote, RemoteError};
use pipes::Pipes;

/// What rsync calls the host and the folder there: neither reaches the host.
const HOST: &str = "host";
const DEST: &str = "dest";

/// Copies a folder; `below` is where a relative source begins, and `files` knows whether it may be read.
///
/// # Errors
/// [`RemoteError::Local`] for this machine's folder and program; what [`Remote::converse`] answers. A copy that fails is
/// a result, with rsync's exit status.
pub(crate) async fn copy(
    remote: &Remote,
    rsync: &Rsync,
    below: &Utf8Path,
    files: &dyn LocalFiles,
    arguments: &GlobalArguments,
) -> Result<CommandResult, RemoteError> {
    if !remote.has_shell() {
        return server::scripted(remote, rsync, arguments).await;
    }
    let failed = |what: &str, message: String| RemoteError::Local {
        what: what.to_owned(),
        message,
    };
    let source =
        source(&rsync.src, below, files).map_err(|why| failed("what rsync is to copy", why))?;
    let (pipes, ends) =
        Pipes::new().map_err(|error| failed("making pipes for rsync", error.to_string()))?;
    let command = client(&pipes, rsync, &source);
    let mut printed = Printed::default();
    let serving = server::serve(remote, ends, rsync, arguments);
    tokio::pin!(serving);
    let (ended, served) = {
        let running = process::run(command, Stdin::Empty, &mut printed);
        tokio::pin!(running);
        tokio::select! {
            // It refused by itself, before it asked for the host.
            ended = &mut running => (ended, None),
            served = &mut serving => (running.await, Some(served)),
        }
    };
    let exit = ended.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => RemoteError::Unsupported(String::from(
            "rsync is not installed on this machine, and a step with rsync needs it on both\n  install the package `rsync` here",
        )),
        _ => failed("starting rsync", error.to_string()),
    })?;
    let mut output = printed.0;
    if let Some(served) = served {
        let (there, said) = served?;
        if there.status == Some(127) {
            return Err(RemoteError::Unsupported(format!(
                "rsync is not installed on {}\n  install the package `rsync` there",
                remote.host()
            )));
        }
        output.append(said);
    }
    Ok(CommandResult {
        exit,
        output,
        truncated: false,
    })
}

/// The folder, from the root: what rsync takes for no host's. A `/` at its end stays.
fn source(src: &str, below: &Utf8Path, files: &dyn LocalFiles) -> Result<Utf8PathBuf, String> {
    match files.stat(src).map_err(|error| error.to_string())? {
        Some(entry) if entry.kind == EntryKind::Directory => {}
        Some(_) => return Err(format!("`{src}` is no folder")),
        None => return Err(format!("there is no folder `{src}`")),
    }
    let path = std::path::absolute(below.join(src)).map_err(|error| error.to_string())?;
    Utf8PathBuf::from_path_buf(path).map_err(|path| format!("{} is no UTF-8", path.display()))
}

/// The rsync of this machine.
fn client(pipes: &Pipes, rsync: &Rsync, source: &Utf8Path) -> Command {
    let mut command = Command::new("rsync");
    // rsync's own variables change what it does behind the step's back.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_rsyncs(name)) {
        command.env_remove(name);
    }
    command
        .env("RSYNC_RSH", pipes.shell())
        // The words of the host's rsync come as they are: the engine quotes them.
        .env("RSYNC_OLD_ARGS", "1")
        .env("RSYNC_PROTECT_ARGS", "0")
        .args(&rsync.options)
        .arg("--")
        .arg(source)
        .arg(format!("{HOST}:{DEST}"))
        .stdin(Stdio::null());
    command
}

fn is_rsyncs(name: &OsString) -> bool {
    name.to_string_lossy().starts_with("RSYNC_")
}

/// What rsync of this machine prints.
#[derive(Default)]
struct Printed(CommandOutput);

impl OutputSink for Printed {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        self.0.write(stream, bytes);
    }
}
