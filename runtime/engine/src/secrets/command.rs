//! Programs that print a secret.

use std::io::Read;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::source::without_newline;

/// How long a program may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How much it may print, in bytes.
const LONGEST: u64 = 1 << 20;

/// How much of its error is shown, in characters.
const SHOWN: usize = 200;

/// What a program prints, without its last newline. The line is split into words as a shell would, and goes through
/// none: nothing in it is expanded.
pub(super) fn run(line: &str) -> Result<String, String> {
    run_within(line, LIMIT)
}

pub(super) fn run_within(line: &str, limit: Duration) -> Result<String, String> {
    let words = shlex::split(line).ok_or("the command has an open quote")?;
    let (program, arguments) = words.split_first().ok_or("there is no program to run")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let printed = child.stdout.take().map(collect);
    let said = child.stderr.take().map(collect);
    let deadline = Instant::now() + limit;
    let ended = wait(&mut child, deadline);
    let ended = ended.and_then(|status| Ok((status, gathered(printed, deadline)?)));
    let (status, value) = match ended {
        Ok(ended) => ended,
        Err(why) => {
            end(&mut child);
            return Err(format!("{program} {why}"));
        }
    };
    if !status.success() {
        let said = gathered(said, deadline).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        let last = said.lines().last().unwrap_or_default();
        let last: String = last
            .chars()
            .filter(|c| !c.is_control())
            .take(SHOWN)
            .collect();
        let colon = if last.is_empty() { "" } else { ": " };
        return Err(format!("{program} ended with {status}{colon}{last}"));
    }
    if value.len() as u64 > LONGEST {
        return Err(format!("{program} printed more than {LONGEST} bytes"));
    }
    let value = String::from_utf8(value).map_err(|_| format!("{program} printed no UTF-8"))?;
    Ok(without_newline(value))
}

/// Reads on a thread of its own: a pipe that is full would keep the program from ending.
fn collect(from: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (to, received) = channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let mut from = from;
        // What cannot be read is as if it had not been printed.
        let _ = from.by_ref().take(LONGEST + 1).read_to_end(&mut bytes);
        let _ = to.send(bytes);
        let _ = std::io::copy(&mut from, &mut std::io::sink());
    });
    received
}

fn gathered(from: Option<Receiver<Vec<u8>>>, deadline: Instant) -> Result<Vec<u8>, String> {
    let left = deadline.saturating_duration_since(Instant::now());
    match from {
        Some(from) => from
            .recv_timeout(left)
            .map_err(|_| String::from("ended, and left something running that may still print")),
        None => Ok(Vec::new()),
    }
}

fn wait(child: &mut Child, deadline: Instant) -> Result<ExitStatus, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            Ok(None) => return Err(String::from("did not end in time")),
            Err(error) => return Err(error.to_string()),
        }
    }
}

/// Ends a program with all that it started and that is still of its group.
fn end(child: &mut Child) {
    if let Some(group) = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw)
    {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
}
