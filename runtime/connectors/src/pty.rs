//! Commands on a pseudo-terminal of this machine.
//!
//! Everything a command writes comes as standard output, and what it reads is echoed, as terminals do. The
//! terminal's calls block, so threads make them.

use std::io::{Read, Write};

use bytes::Bytes;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use tokio::io::AsyncReadExt;
use tokio::sync::mpsc;
use windlass_engine::connector::{ConnectorError, ExecRequest, Exit, OutputSink, Stdin, Stream};
use windlass_engine::process::{Group, PIECE};

use crate::local::not_started;

/// What ends input on a terminal, at the start of a line (termios(3), VEOF).
const END_OF_INPUT: u8 = 4;

/// How many pieces wait between a thread and the caller.
const QUEUE: usize = 16;

pub(crate) async fn exec(
    request: ExecRequest,
    output: &mut dyn OutputSink,
) -> Result<Exit, ConnectorError> {
    let pair = native_pty_system()
        .openpty(PtySize {
            rows: 24,
            cols: 80,
            pixel_width: 0,
            pixel_height: 0,
        })
        .map_err(not_started)?;
    let mut command = CommandBuilder::new("sh");
    command.args(["-c", &request.command]);
    if let Ok(folder) = std::env::current_dir() {
        command.cwd(folder);
    }
    let mut child = pair.slave.spawn_command(command).map_err(not_started)?;
    // The terminal ends when the command's side is closed everywhere.
    drop(pair.slave);
    let group = Group::of(child.process_id());
    let reader = pair.master.try_clone_reader().map_err(not_started)?;
    let writer = pair.master.take_writer().map_err(not_started)?;
    let mut pieces = read_in_thread(reader);
    let input = write_in_thread(writer);
    let feed = feed(input, request.stdin);
    tokio::pin!(feed);
    let mut fed = false;
    loop {
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some(piece) => output.write(Stream::Stdout, &piece),
                None => break,
            },
            () = &mut feed, if !fed => fed = true,
        }
    }
    let status = tokio::task::spawn_blocking(move || child.wait())
        .await
        .map_err(not_started)?
        .map_err(|error| ConnectorError::Lost(format!("wait for the command: {error}")))?;
    group.forget();
    Ok(match status.signal() {
        Some(signal) => Exit {
            status: None,
            signal: Some(short_name(signal)),
        },
        None => Exit::status(i32::try_from(status.exit_code()).unwrap_or(i32::MAX)),
    })
}

/// The crate gives signals as the system's sentence about them (strsignal(3)).
fn short_name(sentence: &str) -> String {
    const SENTENCES: [(&str, &str); 8] = [
        ("Hangup", "HUP"),
        ("Interrupt", "INT"),
        ("Quit", "QUIT"),
        ("Aborted", "ABRT"),
        ("Killed", "KILL"),
        ("Segmentation fault", "SEGV"),
        ("Broken pipe", "PIPE"),
        ("Terminated", "TERM"),
    ];
    SENTENCES
        .iter()
        .find(|(start, _)| sentence.starts_with(start))
        .map_or_else(|| sentence.to_owned(), |(_, name)| (*name).to_owned())
}

fn read_in_thread(mut reader: Box<dyn Read + Send>) -> mpsc::Receiver<Bytes> {
    let (sender, receiver) = mpsc::channel(QUEUE);
    tokio::task::spawn_blocking(move || {
        let mut buffer = vec![0; PIECE];
        while let Ok(count) = reader.read(&mut buffer) {
            let piece = Bytes::copy_from_slice(buffer.get(..count).unwrap_or_default());
            if count == 0 || sender.blocking_send(piece).is_err() {
                break;
            }
        }
    });
    receiver
}

fn write_in_thread(mut writer: Box<dyn Write + Send>) -> mpsc::Sender<Bytes> {
    let (sender, mut receiver) = mpsc::channel::<Bytes>(QUEUE);
    tokio::task::spawn_blocking(move || {
        while let Some(piece) = receiver.blocking_recv() {
            if writer
                .write_all(&piece)
                .and_then(|()| writer.flush())
                .is_err()
            {
                break;
            }
        }
    });
    sender
}

/// The bytes that end a terminal's input after this last byte.
pub(crate) fn end_of_input(last: Option<u8>) -> &'static [u8] {
    match last {
        None | Some(b'\n') => &[END_OF_INPUT],
        // The first one only ends the line that was begun.
        Some(_) => &[END_OF_INPUT, END_OF_INPUT],
    }
}

async fn feed(input: mpsc::Sender<Bytes>, stdin: Stdin) {
    let mut last = None;
    match stdin {
        Stdin::Empty => {}
        Stdin::Bytes(bytes) => {
            last = bytes.last().copied();
            let _ = input.send(bytes).await;
        }
        Stdin::Reader(mut reader) => {
            let mut buffer = vec![0; PIECE];
            while let Ok(count) = reader.read(&mut buffer).await {
                let Some(piece) = buffer.get(..count).filter(|piece| !piece.is_empty()) else {
                    break;
                };
                last = piece.last().copied();
                if input.send(Bytes::copy_from_slice(piece)).await.is_err() {
                    break;
                }
            }
        }
    }
    let _ = input.send(Bytes::from_static(end_of_input(last))).await;
}
