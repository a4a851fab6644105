//! A session that runs commands here, as a host's login shell would, and what tests ask of the machine.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::arguments::GlobalArguments;
use crate::connector::{ConnectorError, ExecRequest, Exit, OutputSink, Session, Stdin, Stream};
use crate::remote::Remote;
use crate::secrets::SecretStore;

/// Runs commands with `sh`, in a process group of their own.
#[derive(Default)]
pub(super) struct Here {
    /// A folder of programs that are found first.
    programs: Option<tempfile::TempDir>,
    /// Runs them as nobody, where the tests run as root.
    nobody: bool,
    scripted: bool,
    pub(super) commands: Mutex<Vec<String>>,
}

impl Here {
    pub(super) fn remote(self, secrets: &SecretStore) -> Remote {
        Remote::new(
            "here",
            Arc::new(self),
            secrets.clone(),
            String::from("/tmp"),
        )
    }

    pub(super) fn as_nobody() -> Self {
        Self {
            nobody: true,
            ..Self::default()
        }
    }

    pub(super) fn scripted() -> Self {
        Self {
            scripted: true,
            ..Self::default()
        }
    }

    /// With a `sudo` that takes the password `right pw`, and remembers it for its parent as the real one does.
    pub(super) fn with_sudo() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let sudo = r#"#!/bin/sh
stamp=$(dirname "$0")/stamp.$PPID
case " $* " in
*" -S "*) IFS= read -r p; [ "$p" = 'right pw' ] && { echo lecture >&2; : >"$stamp"; exit 0; }
  echo 'sudo: 1 incorrect password attempt' >&2; exit 1;;
esac
[ -e "$stamp" ] || { echo 'sudo: a password is required' >&2; exit 1; }
while :; do case $1 in -u) shift 2;; -*) shift;; *) break;; esac; done
"$@"
exit
"#;
        let path = folder.path().join("sudo");
        std::fs::write(&path, sudo).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self {
            programs: Some(folder),
            ..Self::default()
        }
    }

    fn command(&self, request: &ExecRequest) -> Command {
        let mut words = Vec::new();
        if self.nobody && rustix::process::geteuid().is_root() {
            words.extend([
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
            ]);
        }
        if request.pty {
            words.extend(["script", "-qec", &request.command, "/dev/null"]);
        } else {
            words.extend(["sh", "-c", &request.command]);
        }
        let mut command = Command::new(words[0]);
        command
            .args(&words[1..])
            .process_group(0)
            .kill_on_drop(true);
        if let Some(programs) = &self.programs {
            let path = format!(
                "{}:{}",
                programs.path().display(),
                std::env::var("PATH").unwrap()
            );
            command.env("PATH", path);
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

#[async_trait]
impl Session for Here {
    async fn exec(
        &self,
        request: ExecRequest,
        output: &mut dyn OutputSink,
    ) -> Result<Exit, ConnectorError> {
        self.commands.lock().unwrap().push(request.command.clone());
        if self.scripted {
            return Ok(Exit::status(0));
        }
        let mut child = self.command(&request).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let feed = async move {
            // A command that does not read is no error.
            match request.stdin {
                Stdin::Empty => {}
                Stdin::Bytes(bytes) => drop(stdin.write_all(&bytes).await),
                Stdin::Reader(mut reader) => drop(tokio::io::copy(&mut reader, &mut stdin).await),
            }
            let _ = stdin.shutdown().await;
        };
        let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let read = async {
            let (mut one, mut two) = (vec![0; 65536], vec![0; 65536]);
            let (mut more_out, mut more_err) = (true, true);
            while more_out || more_err {
                tokio::select! {
                    read = out.read(&mut one), if more_out => {
                        let read = read.unwrap();
                        more_out = read > 0;
                        output.write(Stream::Stdout, &one[..read]);
                    }
                    read = err.read(&mut two), if more_err => {
                        let read = read.unwrap();
                        more_err = read > 0;
                        output.write(Stream::Stderr, &two[..read]);
                    }
                }
            }
            child.wait().await.unwrap()
        };
        let mut read = std::pin::pin!(read);
        let status = tokio::select! {
            status = &mut read => status,
            () = feed => read.await,
        };
        Ok(Exit {
            status: status.code(),
            signal: None,
        })
    }

    fn has_shell(&self) -> bool {
        !self.scripted
    }

    async fn close(&self) {}
}

pub(super) fn arguments(value: &Value, secrets: &SecretStore) -> GlobalArguments {
    GlobalArguments::from_json(value, secrets).unwrap()
}

/// The command lines of all processes that contain a text.
pub(super) fn processes_with(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        if line.contains(text) {
            found.push(line);
        }
    }
    found
}

/// A length of sleep that no other process has.
pub(super) fn unique_sleep() -> String {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).unwrap();
    format!(
        "sleep 9{:06}.{}",
        std::process::id() % 1_000_000,
        u64::from_le_bytes(bytes) % 1_000_000_000
    )
}

pub(super) fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}
