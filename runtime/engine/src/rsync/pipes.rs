//! The pipes between the script that rsync runs and the engine, in a folder that nobody else can enter.

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use nix::sys::stat;
use nix::unistd::mkfifo;
use rustix::fs::{Mode, OFlags, open};
use tempfile::TempDir;
use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::{Receiver, Sender};

/// More words than any rsync says.
const WORDS: usize = 10_000;

/// More bytes than the words of any rsync have.
const BYTES: usize = 1 << 20;

/// The folder; it goes with this.
pub(super) struct Pipes(TempDir);

/// The engine's ends.
pub(super) struct Ends {
    words: Receiver,
    /// What rsync says to the host.
    pub(super) up: Receiver,
    /// What the host answers.
    pub(super) down: Sender,
    /// The file with the status that the script ends with.
    pub(super) status: PathBuf,
}

impl Pipes {
    pub(super) fn new() -> io::Result<(Self, Ends)> {
        let folder = tempfile::Builder::new()
            .prefix("windlass-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir()?;
        std::fs::write(folder.path().join("rsh.sh"), include_str!("rsh.sh"))?;
        let at = |name: &str| folder.path().join(name);
        for name in ["words", "up", "down"] {
            mkfifo(&at(name), stat::Mode::S_IRUSR | stat::Mode::S_IWUSR)?;
        }
        let end = |name: &str, access: OFlags| {
            let flags = access | OFlags::NONBLOCK | OFlags::CLOEXEC;
            open(at(name), flags, Mode::empty()).map(File::from)
        };
        let ends = Ends {
            // The script may open them when it likes: these have both of their ends here.
            words: Receiver::from_file(end("words", OFlags::RDWR)?)?,
            down: Sender::from_file(end("down", OFlags::RDWR)?)?,
            // This one ends when rsync has said all.
            up: Receiver::from_file(end("up", OFlags::RDONLY)?)?,
            status: at("status"),
        };
        Ok((Self(folder), ends))
    }

    /// What rsync is told to run. It takes double quotes for what has spaces, and has no way to write those themselves.
    pub(super) fn shell(&self) -> OsString {
        let quoted = |path: &Path| {
            let mut word = OsString::from("\"");
            word.push(path);
            word.push("\"");
            word
        };
        let mut line = OsString::from("sh ");
        line.push(quoted(&self.0.path().join("rsh.sh")));
        line.push(" ");
        line.push(quoted(self.0.path()));
        line
    }
}

impl Ends {
    /// The words of the command that rsync wants to be run, once it does.
    pub(super) async fn words(&mut self) -> io::Result<Vec<String>> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "rsync's command is none");
        let mut said = Vec::new();
        loop {
            let mut parts = said.split(|byte| *byte == 0);
            let count = parts.next().map(str::from_utf8);
            let rest: Vec<&[u8]> = parts.collect();
            // What stands behind the last end of a word is none yet.
            if let (Some(Ok(count)), [words @ .., _]) = (count, rest.as_slice()) {
                let count: usize = count.parse().map_err(|_| wrong())?;
                if count > WORDS {
                    return Err(wrong());
                }
                if words.len() >= count {
                    let words = words.iter().take(count);
                    let words = words.map(|word| String::from_utf8(word.to_vec()));
                    return words.collect::<Result<_, _>>().map_err(|_| wrong());
                }
            }
            if said.len() > BYTES || self.words.read_buf(&mut said).await? == 0 {
                return Err(wrong());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::process::{Command, Stdio};

    use tokio::io::AsyncWriteExt as _;

    use super::*;

    #[tokio::test]
    async fn the_script_tells_its_words_and_moves_bytes_both_ways() {
        let (pipes, mut ends) = Pipes::new().unwrap();
        let line = pipes.shell().into_string().unwrap();
        let mut script = Command::new("sh")
            .arg("-c")
            .arg(format!("{line} host one '' 'two words'"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        assert_eq!(ends.words().await.unwrap(), ["one", "", "two words"]);
        let mut stdin = script.stdin.take().unwrap();
        std::io::Write::write_all(&mut stdin, b"up").unwrap();
        drop(stdin);
        let mut up = Vec::new();
        ends.up.read_to_end(&mut up).await.unwrap();
        assert_eq!(up, b"up");
        ends.down.write_all(b"down").await.unwrap();
        std::fs::write(&ends.status, "7").unwrap();
        drop(ends);
        let ended = script.wait_with_output().unwrap();
        assert_eq!(
            (ended.status.code(), ended.stdout),
            (Some(7), b"down".to_vec())
        );
    }
}
