//! The command line as a test sees it: an environment of its own, nothing from the machine's user.
//!
//! `HOME`, the XDG folders, `TMPDIR` and the working folder are below one temporary folder; everything else in the
//! environment is dropped, `PATH` aside. So no test reads a real `~/.ssh`, cache or journal, or leaves anything there.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::Redactor;

/// A `windlass` to call, with its own home and working folder, which go when it is dropped.
#[derive(Debug)]
pub struct Windlass {
    folder: TempDir,
    program: PathBuf,
    /// The program and its arguments that the command is started by.
    starter: Vec<OsString>,
    variables: Vec<(String, String)>,
    redactor: Redactor,
}

impl Default for Windlass {
    fn default() -> Self {
        Self::new()
    }
}

impl Windlass {
    /// A fresh environment around the program that the workspace built last.
    ///
    /// # Panics
    /// When `windlass` is not built: `cargo xtask test` builds it first, and so does `cargo build -p windlass-cli`.
    #[must_use]
    pub fn new() -> Self {
        let folder = TempDir::with_prefix("windlass-").expect("a temporary folder");
        for name in [
            "home", "work", "tmp", "config", "cache", "state", "data", "run",
        ] {
            fs::create_dir(folder.path().join(name)).expect("a folder in a fresh folder");
        }
        let root = folder.path().to_string_lossy().into_owned();
        let redactor = Redactor::default()
            .text(format!("{root}/work"), "[work]")
            .text(root, "[root]");
        Self {
            folder,
            program: program(),
            starter: Vec::new(),
            variables: Vec::new(),
            redactor,
        }
    }

    /// Sets a variable for every command that follows.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// Starts every command that follows through others: `unshare --net`.
    #[must_use]
    pub fn started_by<S: AsRef<OsStr>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        let words = words.into_iter().map(|word| word.as_ref().to_owned());
        self.starter.extend(words);
        self
    }

    /// The temporary folder around all of it.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Replaces `text` by `placeholder` in the snapshots that follow.
    #[must_use]
    pub fn redact(mut self, text: impl Into<String>, placeholder: impl Into<String>) -> Self {
        self.redactor = self.redactor.text(text, placeholder);
        self
    }

    /// The working folder of every command.
    #[must_use]
    pub fn dir(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    /// The user's home; `.ssh` in it is what OpenSSH's defaults mean.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The folder that `XDG_STATE_HOME` names, where journals are.
    #[must_use]
    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The folder that `XDG_CACHE_HOME` names, where compiled code is.
    #[must_use]
    pub fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    /// Writes a file in the working folder, with the folders above it, and gives its path.
    pub fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir().join(path);
        let parent = path.parent().expect("a file below the working folder");
        fs::create_dir_all(parent).expect("folders of a test's file");
        fs::write(&path, content).expect("a test's file");
        path
    }

    /// Reads a text file in the working folder.
    #[must_use]
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        let path = self.dir().join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The command, ready to be run or changed (standard input, a terminal, a signal).
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let below = |name: &str| self.folder.path().join(name);
        let program = self.program.clone().into_os_string();
        let mut words = self.starter.iter().cloned().chain([program]);
        let mut command = Command::new(words.next().unwrap_or_default());
        command
            .args(words)
            .args(args)
            .current_dir(self.dir())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", below("home"))
            .env("TMPDIR", below("tmp"))
            .env("XDG_CONFIG_HOME", below("config"))
            .env("XDG_CACHE_HOME", below("cache"))
            .env("XDG_STATE_HOME", below("state"))
            .env("XDG_DATA_HOME", below("data"))
            .env("XDG_RUNTIME_DIR", below("run"))
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("TERM", "dumb")
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .env("RUST_BACKTRACE", "0");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the command to its end, without standard input.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Outcome {
        let mut command = self.command(args);
        command.stdin(std::process::Stdio::null());
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{}: {error}", self.program.display()));
        self.outcome(&output)
    }

    /// What a finished command did, with this environment's redactions.
    #[must_use]
    pub fn outcome(&self, output: &Output) -> Outcome {
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            redactor: self.redactor.clone(),
        }
    }
}

/// How a command ended. `Display` is the whole of it, for `insta::assert_snapshot!`.
#[derive(Debug)]
pub struct Outcome {
    /// The exit status; `None` when a signal ended the command.
    pub code: Option<i32>,
    /// Standard output, as it was.
    pub stdout: String,
    /// Standard error, as it was.
    pub stderr: String,
    redactor: Redactor,
}

impl Outcome {
    /// Fails the test, with everything that was printed, unless the exit status is `code`.
    #[track_caller]
    #[must_use]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Fails the test, with everything that was printed, unless the exit status is 0.
    #[track_caller]
    #[must_use]
    pub fn succeeds(self) -> Self {
        self.exits(0)
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// When it is not one JSON value.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error})\n{self}"))
    }

    /// Standard output as one JSON value a line.
    ///
    /// # Panics
    /// When a line is not JSON.
    #[track_caller]
    #[must_use]
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse = |line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("not JSON ({error}): {line}\n{self}"))
        };
        self.stdout.lines().map(parse).collect()
    }

    /// Whether `text` stands in standard output or error.
    #[must_use]
    pub fn says(&self, text: &str) -> bool {
        self.stdout.contains(text) || self.stderr.contains(text)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{}", self.redactor.apply(text))?;
            }
        }
        Ok(())
    }
}

/// `WINDLASS_BIN`, what the test runner says, or the program beside the test's own folder (`target/debug`).
fn program() -> PathBuf {
    let named = [
        "WINDLASS_BIN",
        "NEXTEST_BIN_EXE_windlass",
        "CARGO_BIN_EXE_windlass",
    ];
    if let Some(path) = named.iter().find_map(std::env::var_os) {
        return path.into();
    }
    let test = std::env::current_exe().expect("the test's own path");
    let program = test
        .parent()
        .and_then(Path::parent)
        .expect("tests are two folders below the target folder")
        .join("windlass");
    assert!(
        program.exists(),
        "{} is not built: run `cargo build -p windlass-cli`",
        program.display()
    );
    program
}
