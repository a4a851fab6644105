//! Programs on the controller: each the leader of a process group of its own, its streams passed on as they come.
//!
//! A program has ended when its process has and nobody holds its output open any more, as over SSH: nothing that was
//! written is lost. Dropping the future kills the group.

use std::io;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::process::Command;

use crate::connector::{Exit, OutputSink, Stdin, Stream};

/// How much is read at once: a pipe's size on Linux (pipe(7)).
pub const PIECE: usize = 64 * 1024;

/// Runs a program to its end. A status other than 0 is no error.
///
/// # Errors
/// It cannot be started, or not be waited for.
pub async fn run(
    mut command: Command,
    stdin: Stdin,
    output: &mut dyn OutputSink,
) -> io::Result<Exit> {
    let mut child = command
        .stdin(match stdin {
            Stdin::Empty => Stdio::null(),
            _ => Stdio::piped(),
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()?;
    let group = Group::of(child.id());
    let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
    let feed = feed(child.stdin.take(), stdin);
    tokio::pin!(feed);
    let (mut out, mut err) = (vec![0; PIECE], vec![0; PIECE]);
    let (mut fed, mut exit) = (false, None);
    while exit.is_none() || stdout.is_some() || stderr.is_some() {
        tokio::select! {
            read = piece(&mut stdout, &mut out), if stdout.is_some() => {
                if let Some(bytes) = read { output.write(Stream::Stdout, bytes); }
            }
            read = piece(&mut stderr, &mut err), if stderr.is_some() => {
                if let Some(bytes) = read { output.write(Stream::Stderr, bytes); }
            }
            () = &mut feed, if !fed => fed = true,
            status = child.wait(), if exit.is_none() => exit = Some(exit_of(status?)),
        }
    }
    group.forget();
    Ok(exit.unwrap_or_default())
}

/// What a stream gives next; the stream is closed at its end.
async fn piece<'b>(
    stream: &mut Option<impl AsyncRead + Unpin>,
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let reader = stream.as_mut()?;
    match reader.read(buffer).await {
        Ok(count) if count > 0 => buffer.get(..count),
        _ => {
            *stream = None;
            None
        }
    }
}

/// Writes everything, then closes. A program that does not read is no error.
async fn feed(writer: Option<impl AsyncWrite + Unpin>, stdin: Stdin) {
    let Some(mut writer) = writer else { return };
    match stdin {
        Stdin::Empty => {}
        Stdin::Bytes(bytes) => {
            let _ = writer.write_all(&bytes).await;
        }
        Stdin::Reader(mut reader) => {
            let _ = tokio::io::copy(&mut reader, &mut writer).await;
        }
    }
    let _ = writer.shutdown().await;
}

/// A process group that is killed when this is dropped.
#[derive(Debug)]
pub struct Group(Option<Pid>);

impl Group {
    /// The group that a process leads.
    #[must_use]
    pub fn of(leader: Option<u32>) -> Self {
        Self(
            leader
                .and_then(|id| i32::try_from(id).ok())
                .and_then(Pid::from_raw),
        )
    }

    /// The program has ended: what it left running on purpose stays.
    pub fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It may have ended by itself.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn exit_of(status: ExitStatus) -> Exit {
    use std::os::unix::process::ExitStatusExt;
    Exit {
        status: status.code(),
        signal: status.signal().map(signal_name),
    }
}

/// A signal's name without `SIG`; its number when it has none that POSIX knows.
fn signal_name(number: i32) -> String {
    const NAMES: [(Signal, &str); 14] = [
        (Signal::HUP, "HUP"),
        (Signal::INT, "INT"),
        (Signal::QUIT, "QUIT"),
        (Signal::ILL, "ILL"),
        (Signal::ABORT, "ABRT"),
        (Signal::FPE, "FPE"),
        (Signal::KILL, "KILL"),
        (Signal::SEGV, "SEGV"),
        (Signal::PIPE, "PIPE"),
        (Signal::ALARM, "ALRM"),
        (Signal::TERM, "TERM"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
        (Signal::BUS, "BUS"),
    ];
    NAMES
        .iter()
        .find(|(signal, _)| signal.as_raw() == number)
        .map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
}
