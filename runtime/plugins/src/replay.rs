//! A guest call that failed, as a file: what the guest was asked, and what it was answered. Guests depend on nothing
//! else, so that who has the file and the component sees the same failure.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use windlass_engine::json::Json;
use windlass_engine::plugins::{PlanningView, PluginError, Plugins};

use crate::bindings::exports::windlass::plugin::fact_source::Raw;
use crate::component::Component;
use crate::error::report;
use crate::guest::Guest;
use crate::host::{Call, Host};
use crate::question::{Answer, Question};

/// The version of the file's form.
const VERSION: u32 = 1;

/// How many files are kept.
const RETENTION: usize = 20;

/// A call that asked more than this is not kept: asking all of it again would take longer than it is worth.
const MOST_QUESTIONS: usize = 10_000;

/// A guest call that failed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Replay {
    /// The version of this form.
    replay: u32,
    /// The pack's name.
    pub pack: String,
    /// The pack's version.
    pub version: String,
    /// The component's file.
    pub component: String,
    /// The SHA-256 digest of the component, in hexadecimal.
    pub digest: String,
    /// The operation or the fact.
    pub name: String,
    /// The host.
    pub host: Option<String>,
    /// What happened, with the guest's call stack.
    pub report: String,
    call: Called,
    answers: Vec<(Question, Answer)>,
}

/// Which function was called, with what.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Called {
    Plan {
        args: String,
    },
    Source {
        args: Vec<String>,
    },
    Parse {
        args: Vec<String>,
        status: i32,
        stdout: Vec<u8>,
        stderr: Vec<u8>,
        values: Vec<String>,
        more: String,
    },
}

impl Called {
    fn of(call: &Call<'_>) -> Self {
        match call {
            Call::Plan { args } => Self::Plan { args: args.clone() },
            Call::Source { args } => Self::Source { args: args.clone() },
            Call::Parse { args, output } => Self::Parse {
                args: args.clone(),
                status: output.status,
                stdout: output.stdout.clone(),
                stderr: output.stderr.clone(),
                values: output.values.clone(),
                more: output.more.clone(),
            },
        }
    }
}

/// How a call ended this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// It failed, with this report.
    Failed(String),
    /// It answered, with this error or without one.
    Answered(Option<String>),
}

impl Replay {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let replay: Self = serde_json::from_slice(&text)
            .map_err(|error| format!("{} is no recorded call: {error}", path.display()))?;
        match replay.replay {
            VERSION => Ok(replay),
            other => Err(format!(
                "{} has form {other}, and this version of windlass reads {VERSION}",
                path.display()
            )),
        }
    }

    /// Writes it into a folder, readable by its owner only.
    fn write(&self, folder: &Path, value: &Json) -> std::io::Result<PathBuf> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        remove_old(folder);
        let plain: String = self
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        let path = folder.join(format!("{:020}-{plain}.json", since.as_nanos()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)?;
        file.write_all(value.to_string().as_bytes())?;
        Ok(path)
    }
}

fn remove_old(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == "json"))
        .collect();
    files.sort();
    let old = files.len().saturating_sub(RETENTION - 1);
    for path in files.into_iter().take(old) {
        // One that cannot be removed is tried again with the next.
        let _ = fs::remove_file(path);
    }
}

impl Host {
    /// The report of a guest that failed: which, where, its call stack, and how to see it again.
    pub(crate) async fn trapped(
        &self,
        component: &Component,
        name: &str,
        call: &Call<'_>,
        view: &Arc<dyn PlanningView>,
        asked: Vec<Arc<Question>>,
        error: &wasmtime::Error,
    ) -> String {
        let host = view.host("/name");
        let host = host.as_ref().and_then(Json::as_str).map(str::to_owned);
        let owner = self.owner(name);
        let mut report = report(name, error);
        let short = component.digest.get(..16).unwrap_or_default();
        report.push_str(&format!(
            "\n  in {} ({}, sha256 {short}…)",
            component.pack, component.name
        ));
        if let Some(host) = &host {
            report.push_str(&format!(", for {host}"));
        }
        let Some(folder) = self.replays().filter(|_| asked.len() <= MOST_QUESTIONS) else {
            return report;
        };
        let mut answers = Vec::with_capacity(asked.len());
        for question in asked {
            // Facts are remembered, and files are as they were a moment ago: the answers are the same again.
            let answer = question.ask(view).await;
            answers.push(((*question).clone(), answer));
        }
        let replay = Replay {
            replay: VERSION,
            pack: owner
                .as_ref()
                .map(|owner| owner.name.clone())
                .unwrap_or_default(),
            version: owner
                .as_ref()
                .map(|owner| owner.version.clone())
                .unwrap_or_default(),
            component: component.name.clone(),
            digest: component.digest.clone(),
            name: name.to_owned(),
            host,
            report: report.clone(),
            call: Called::of(call),
            answers,
        };
        let value = serde_json::to_value(&replay).unwrap_or_default();
        match replay.write(folder, &view.masked(value)) {
            Ok(path) => report.push_str(&format!(
                "\n  to see it again: windlass pack replay {}",
                path.display()
            )),
            Err(error) => report.push_str(&format!(
                "\n  it cannot be kept to be seen again: {}: {error}",
                folder.display()
            )),
        }
        report
    }

    /// Calls a guest as it was called when it failed, with the answers that it was given. Nothing else is asked: a guest
    /// that asks something else than before fails for that.
    ///
    /// # Errors
    /// The operation or the fact is in no pack here, or its component is another one.
    pub async fn replay(&self, replay: &Replay) -> Result<Replayed, PluginError> {
        let component = self.component_of(&replay.name)?;
        if component.digest != replay.digest {
            return Err(PluginError::Load(format!(
                "{} is another component than the one that failed\n  there it was {} {} with sha256 {}, here it is \
                 sha256 {}; --pack names the pack to use",
                component.name, replay.pack, replay.version, replay.digest, component.digest
            )));
        }
        let output;
        let call = match &replay.call {
            Called::Plan { args } => Call::Plan { args: args.clone() },
            Called::Source { args } => Call::Source { args: args.clone() },
            Called::Parse {
                args,
                status,
                stdout,
                stderr,
                values,
                more,
            } => {
                output = Raw {
                    status: *status,
                    stdout: stdout.clone(),
                    stderr: stderr.clone(),
                    values: values.clone(),
                    more: more.clone(),
                };
                Call::Parse {
                    args: args.clone(),
                    output: &output,
                }
            }
        };
        let known = replay
            .answers
            .iter()
            .map(|(question, answer)| (Arc::new(question.clone()), answer.clone()))
            .collect();
        let guest = Guest::new(None, &component.limits, known).of(component);
        let (result, _) = self.attempt(component, &replay.name, &call, guest).await?;
        Ok(match result {
            Err(error) => Replayed::Failed(report(&replay.name, &error)),
            Ok(Ok(Ok(_))) => Replayed::Answered(None),
            Ok(Ok(Err(refused))) => Replayed::Failed(format!("{}: {refused}", replay.name)),
            Ok(Err(error)) => Replayed::Answered(Some(error.to_string())),
        })
    }
}
