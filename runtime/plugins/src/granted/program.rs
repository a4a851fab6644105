//! Granted programs: started by the absolute path that was found at the start, with arguments that their grant allows,
//! in a clean environment, ended with all they started.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::process::Command;
use tokio::sync::Notify;
use windlass_engine::connector::{Exit, OutputSink, Stdin, Stream};
use windlass_engine::plugins::{ErrorKind, GuestError};
use windlass_engine::process;

use super::rights::Rights;
use crate::bindings::roles::windlass::plugin::process::Spec;
use crate::bindings::windlass::plugin::types::{Atom, Content};

/// How long a program may take where the guest says nothing, and at most.
const TIME: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(600);

/// What a program gave.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) exit: Exit,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

fn invalid(message: String) -> GuestError {
    GuestError::new(ErrorKind::InvalidValue, message)
}

impl Rights {
    /// A command that may be started, and none other.
    pub(crate) fn command(&self, spec: &Spec) -> Result<Command, GuestError> {
        let name = &spec.program;
        let allowed = self.program(name)?;
        let mut arguments = Vec::with_capacity(spec.args.len());
        for argument in &spec.args {
            let text = String::from_utf8(joined(argument)?)
                .map_err(|_| invalid(format!("an argument of {name} is no text")))?;
            if text.contains('\0') {
                return Err(invalid(format!("an argument of {name} holds a zero byte")));
            }
            arguments.push(text);
        }
        allowed.program.allows(&arguments).map_err(|message| {
            GuestError::new(
                ErrorKind::Denied,
                format!("the pack {} wants too much: {message}", self.owner()),
            )
        })?;
        let mut command = Command::new(allowed.path);
        command.args(&arguments).env_clear().current_dir("/");
        command.envs(self.env().iter().map(|(name, value)| (name, value)));
        for (variable, value) in &spec.env {
            // A variable can make a program start another one: LD_PRELOAD, PAGER, KUBECONFIG.
            if !self.has_env(variable) {
                let wants = format!("set the variable {variable} for `{name}`");
                return Err(self.refused(&wants, &format!("env = [{variable:?}]")));
            }
            let value = String::from_utf8(joined(value)?)
                .ok()
                .filter(|value| !value.contains('\0'))
                .ok_or_else(|| invalid(format!("the variable {variable} is no text")))?;
            command.env(variable, value);
        }
        Ok(command)
    }

    /// Runs a program to its end.
    pub(crate) async fn run(&self, spec: Spec) -> Result<Given, GuestError> {
        let command = self.command(&spec)?;
        let stdin = match &spec.stdin {
            None => Stdin::Empty,
            Some(Content::Inline(atoms)) => Stdin::Bytes(Bytes::from(joined(atoms)?)),
            Some(Content::Local(path)) => {
                let most = u32::try_from(self.output()).unwrap_or(u32::MAX);
                Stdin::Bytes(Bytes::from(self.files().read(path, 0, most)?))
            }
            Some(Content::Other((kind, _))) => return Err(unknown(kind)),
        };
        let time = match spec.timeout_ms {
            0 => TIME,
            given => LONGEST.min(Duration::from_millis(given.into())),
        };
        let full = Arc::new(Notify::new());
        let mut kept = Bounded {
            left: self.output(),
            stdout: Vec::new(),
            stderr: Vec::new(),
            full: full.clone(),
        };
        let failed = |message: String| {
            GuestError::new(ErrorKind::Io, format!("`{}` {message}", spec.program))
        };
        // Whatever ends this first drops the program, and with it its process group.
        let exit = tokio::select! {
            ended = process::run(command, stdin, &mut kept) => {
                ended.map_err(|error| failed(format!("could not be run: {error}")))?
            }
            () = full.notified() => {
                return Err(failed(format!("gave more than {} bytes and was ended", self.output())));
            }
            () = tokio::time::sleep(time) => {
                return Err(failed(format!("ran for more than {} ms and was ended", time.as_millis())));
            }
        };
        Ok(Given {
            exit,
            stdout: kept.stdout,
            stderr: kept.stderr,
        })
    }
}

fn unknown(kind: &str) -> GuestError {
    invalid(format!(
        "`{kind}` is nothing that this version of windlass knows"
    ))
}

/// The bytes of text that holds no secret: these guests have none.
pub(crate) fn joined(atoms: &[Atom]) -> Result<Vec<u8>, GuestError> {
    let mut bytes = Vec::new();
    for atom in atoms {
        match atom {
            Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Atom::Bytes(more) => bytes.extend_from_slice(more),
            Atom::Secret(_) => {
                return Err(GuestError::new(
                    ErrorKind::Secret,
                    "there are no secrets by number here: what a connector needs stands in the host's data",
                ));
            }
            Atom::Other((kind, _)) => return Err(unknown(kind)),
        }
    }
    Ok(bytes)
}

/// Output up to a bound.
struct Bounded {
    left: usize,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    full: Arc<Notify>,
}

impl OutputSink for Bounded {
    fn write(&mut self, stream: Stream, bytes: &[u8]) {
        if bytes.len() > self.left {
            self.left = 0;
            self.full.notify_one();
            return;
        }
        self.left -= bytes.len();
        match stream {
            Stream::Stdout => self.stdout.extend_from_slice(bytes),
            Stream::Stderr => self.stderr.extend_from_slice(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rights(granted: &str) -> Arc<Rights> {
        crate::granted::test_rights(serde_json::from_str(granted).unwrap(), 100_000)
    }

    fn spec(program: &str, args: &[&str]) -> Spec {
        let args = args.iter();
        Spec {
            program: program.to_owned(),
            args: args
                .map(|text| vec![Atom::Text((*text).to_owned())])
                .collect(),
            env: Vec::new(),
            stdin: None,
            timeout_ms: 0,
            more: String::from("{}"),
        }
    }

    const SH: &str =
        r#"{"programs": [{"name": "sh", "options": ["-c"]}], "env": ["WINDLASS_TEST"]}"#;

    #[tokio::test]
    async fn a_program_runs_in_a_clean_environment() {
        let mut env = spec(
            "sh",
            &["-c", "export -p | grep -c HOME; cat; echo $WINDLASS_TEST"],
        );
        env.stdin = Some(Content::Inline(vec![Atom::Text("in ".to_owned())]));
        env.env = vec![("WINDLASS_TEST".to_owned(), vec![Atom::Text("x".to_owned())])];
        let given = rights(SH).run(env).await.unwrap();
        assert_eq!(String::from_utf8(given.stdout).unwrap(), "0\nin x\n");
        assert_eq!(given.exit, Exit::status(0));
    }

    #[tokio::test]
    async fn arguments_and_variables_are_checked_before_anything_starts() {
        let error = rights(SH).run(spec("sh", &["-x", "a"])).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
        assert!(error.message.contains("the option `-x` of sh"), "{error}");
        let mut preload = spec("sh", &["-c", "true"]);
        preload.env = vec![("LD_PRELOAD".to_owned(), Vec::new())];
        let error = rights(SH).run(preload).await.unwrap_err();
        assert!(
            error
                .message
                .contains("set the variable LD_PRELOAD for `sh`")
                && error.message.contains(r#"env = ["LD_PRELOAD"]"#),
            "{error}"
        );
    }

    #[tokio::test]
    async fn output_and_time_end_a_program_with_all_it_started() {
        let flood = spec("sh", &["-c", "while :; do echo flood; done"]);
        let error = rights(SH).run(flood).await.unwrap_err();
        assert!(error.message.contains("more than 100000 bytes"), "{error}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let script = format!("sleep 1000 & echo $! > {}; wait", file.display());
        let mut slow = spec("sh", &["-c", &script]);
        slow.timeout_ms = 500;
        let error = rights(SH).run(slow).await.unwrap_err();
        assert!(error.message.contains("more than 500 ms"), "{error}");
        let child = std::fs::read_to_string(file).unwrap();
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
        // Ended: gone, or waiting to be counted by whoever inherited it.
        while state().is_ok_and(|state| !state.contains(") Z ")) {
            tokio::task::yield_now().await;
        }
    }
}
