//! The second place: where the chain's head goes when a run begins and ends, so that a cut end is found out.

use std::fmt;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::net::UnixDatagram;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;

use crate::nearest::did_you_mean;

use super::AuditError;

/// How long a command may take to take a head.
const LIMIT: Duration = Duration::from_secs(10);

/// The socket of the system's log.
const SYSLOG: &str = "/dev/log";

/// Facility authpriv, severity informational, as RFC 5424 counts them.
const PRIORITY: u32 = 10 * 8 + 6;

/// The word that a head's line is known by among other lines.
const WORD: &str = "windlass-audit ";

/// The end of a chain at some moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Which file: what its first record is called by.
    pub ledger: String,
    /// How many records it had.
    pub seq: u64,
    /// The digest of the last of them.
    pub hash: String,
    /// The run that sent it.
    pub run: String,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ledger,
            seq,
            hash,
            run,
        } = self;
        write!(f, "{WORD}ledger={ledger} seq={seq} hash={hash} run={run}")
    }
}

impl Head {
    /// Reads the head in a line of a log, whatever stands in front of it.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let (_, words) = line.split_once(WORD)?;
        let word = |name: &str| {
            words
                .split_whitespace()
                .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
                .map(str::to_owned)
        };
        Some(Self {
            ledger: word("ledger")?,
            seq: word("seq")?.parse().ok()?,
            hash: word("hash")?,
            run: word("run")?,
        })
    }
}

/// A place for heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadSink {
    /// A file, to which a line is added: best one on another machine, or one that can only be added to.
    File(Utf8PathBuf),
    /// The system's log, by its socket.
    Syslog(Utf8PathBuf),
    /// A program, which gets the line on standard input and must end with status 0 within 10 seconds.
    Command(Vec<String>),
}

impl fmt::Display for HeadSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{path}"),
            Self::Syslog(path) => write!(f, "syslog:{path}"),
            Self::Command(words) => {
                let words: Vec<_> = words
                    .iter()
                    .map(|word| crate::command::quote(word))
                    .collect();
                write!(f, "command:{}", words.join(" "))
            }
        }
    }
}

impl std::str::FromStr for HeadSink {
    type Err = AuditError;

    fn from_str(given: &str) -> Result<Self, AuditError> {
        let unknown = |hint: String| AuditError::UnknownSink {
            given: given.to_owned(),
            hint,
        };
        match given.split_once(':') {
            None if given == "syslog" => Ok(Self::Syslog(SYSLOG.into())),
            Some(("syslog", path)) if !path.is_empty() => Ok(Self::Syslog(path.into())),
            Some(("file", path)) if !path.is_empty() => Ok(Self::File(path.into())),
            Some(("command", line)) => match shlex::split(line) {
                Some(words) if !words.is_empty() => Ok(Self::Command(words)),
                _ => Err(unknown(String::from(": it has no program, or open quotes"))),
            },
            found => {
                let kind = found.map_or(given, |(kind, _)| kind);
                Err(unknown(did_you_mean(kind, ["file", "syslog", "command"])))
            }
        }
    }
}

impl HeadSink {
    /// Sends a head there.
    ///
    /// # Errors
    /// [`AuditError::Sink`].
    pub fn send(&self, head: &Head) -> Result<(), AuditError> {
        let sent = match self {
            Self::File(path) => OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(path)
                .and_then(|mut file| {
                    file.write_all(format!("{} {head}\n", jiff::Timestamp::now()).as_bytes())?;
                    file.sync_data()
                })
                .map_err(|error| error.to_string()),
            Self::Syslog(path) => UnixDatagram::unbound()
                .and_then(|socket| {
                    let text = format!("<{PRIORITY}>windlass[{}]: {head}", std::process::id());
                    socket.send_to(text.as_bytes(), path)
                })
                .map(|_| ())
                .map_err(|error| error.to_string()),
            Self::Command(words) => give(words, &format!("{head}\n")),
        };
        sent.map_err(|message| AuditError::Sink {
            sink: self.to_string(),
            message,
        })
    }
}

/// Gives a program text on standard input and waits for its good end.
fn give(words: &[String], text: &str) -> Result<(), String> {
    let (program, arguments) = words.split_first().ok_or("it has no program")?;
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A program that ends without reading says with its status whether that is right.
        let _ = input.write_all(text.as_bytes());
    }
    let status = within(&mut child, LIMIT)?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{program} ended with {status}")),
    }
}

/// Waits for a program's end, and ends it when its time is over.
fn within(child: &mut Child, limit: Duration) -> Result<std::process::ExitStatus, String> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(status);
        }
        if began.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("it did not end within {} s", limit.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn head() -> Head {
        Head {
            ledger: String::from("l1"),
            seq: 7,
            hash: String::from("abc"),
            run: String::from("r1"),
        }
    }

    #[test]
    fn heads_are_read_out_of_other_lines() {
        let line = format!("Nov 21 host windlass[1]: {} more", head());
        assert_eq!(Head::read(&line), Some(head()));
        assert_eq!(
            Head::read("windlass-audit ledger=l1 seq=x hash=a run=r"),
            None
        );
        assert_eq!(Head::read("something else"), None);
    }

    #[test]
    fn places_are_written_as_they_are_read() {
        for text in ["file:/x/y", "syslog:/run/log", "command:logger -t 'a b'"] {
            assert_eq!(text.parse::<HeadSink>().unwrap().to_string(), text);
        }
        assert_eq!("syslog".parse(), Ok(HeadSink::Syslog("/dev/log".into())));
        let error = "fil:/x".parse::<HeadSink>().unwrap_err().to_string();
        assert!(
            error.starts_with("`fil:/x` is no place for the audit's heads, did you mean `file`?"),
            "{error}"
        );
    }

    #[test]
    fn a_program_and_the_log_get_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = camino::Utf8Path::from_path(folder.path()).unwrap();
        let script = format!("cat > {path}/got");
        let sink = HeadSink::Command(vec!["sh".into(), "-c".into(), script]);
        sink.send(&head()).unwrap();
        let got = std::fs::read_to_string(path.join("got")).unwrap();
        assert_eq!(Head::read(&got), Some(head()));
        let socket = UnixDatagram::bind(path.join("log")).unwrap();
        HeadSink::Syslog(path.join("log")).send(&head()).unwrap();
        let mut bytes = [0; 500];
        let count = socket.recv(&mut bytes).unwrap();
        let got = String::from_utf8_lossy(&bytes[..count]).into_owned();
        assert!(got.starts_with("<86>windlass["), "{got}");
        assert_eq!(Head::read(&got), Some(head()));
    }

    #[test]
    fn a_place_that_does_not_take_it_is_an_error() {
        let sink = HeadSink::Command(vec!["false".into()]);
        let error = sink.send(&head()).unwrap_err().to_string();
        assert!(error.contains("false ended with exit status: 1"), "{error}");
        let sink = HeadSink::File("/nonexistent/heads".into());
        assert!(sink.send(&head()).is_err());
    }
}
