//! The script of a fake host: its data, read once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use regex::Regex;
use windlass_engine::connector::ConnectorError;
use windlass_engine::json::{Json, JsonMap, kind_of};

use super::behaviour::Misbehaviour;
use crate::data::{Data, wrong};

const RESPONSES: &str = "fake_responses";
const KEYS: [&str; 6] = ["stdout", "stderr", "status", "signal", "delay", "misbehave"];

/// What a command answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Response {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
    pub(crate) signal: Option<String>,
    pub(crate) delay: Option<Duration>,
    pub(crate) misbehave: Option<Misbehaviour>,
}

/// What a fake host does.
pub(crate) struct Script {
    exact: HashMap<String, Response>,
    patterns: Vec<(Regex, Response)>,
    otherwise: Response,
    delay: Duration,
    jitter: Duration,
    seed: u64,
    count: AtomicU64,
}

impl Script {
    /// Reads a host's data.
    pub(crate) fn read(name: &str, data: &JsonMap) -> Result<Self, ConnectorError> {
        let view = Data(data);
        let misbehave = view
            .text("fake_misbehave")?
            .map(|text| misbehaviour("fake_misbehave", text))
            .transpose()?;
        let otherwise = Response {
            misbehave,
            ..Response::default()
        };
        let (mut exact, mut patterns) = (HashMap::new(), Vec::new());
        let empty = JsonMap::new();
        let responses = match view.get(RESPONSES) {
            None => &empty,
            Some(Json::Object(map)) => map,
            Some(other) => {
                return Err(wrong(
                    RESPONSES,
                    format!("must be a map of commands, not {}", kind_of(other)),
                ));
            }
        };
        for (command, value) in responses {
            let response = response(command, value, &otherwise)?;
            match pattern(command)? {
                Some(pattern) => patterns.push((pattern, response)),
                None => {
                    exact.insert(command.clone(), response);
                }
            }
        }
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        Ok(Self {
            exact,
            patterns,
            otherwise,
            delay: view.seconds("fake_delay")?.unwrap_or_default(),
            jitter: view.seconds("fake_delay_jitter")?.unwrap_or_default(),
            seed: hasher.finish(),
            count: AtomicU64::new(0),
        })
    }

    /// How the host goes wrong as a whole.
    pub(crate) fn misbehaviour(&self) -> Option<Misbehaviour> {
        self.otherwise.misbehave
    }

    /// The answer to a command.
    pub(crate) fn response(&self, command: &str) -> Cow<'_, Response> {
        if self.exact.is_empty() && self.patterns.is_empty() {
            return Cow::Borrowed(&self.otherwise);
        }
        let inner = unwrapped(command);
        let forms = [Some(command), inner.as_deref()];
        let forms = || forms.into_iter().flatten();
        let found = forms().find_map(|form| self.exact.get(form)).or_else(|| {
            self.patterns
                .iter()
                .find(|(pattern, _)| forms().any(|form| pattern.is_match(form)))
                .map(|(_, response)| response)
        });
        Cow::Borrowed(found.unwrap_or(&self.otherwise))
    }

    /// Waits as long as the host or the response says.
    pub(crate) async fn wait(&self, own: Option<Duration>) {
        let mut wait = own.unwrap_or(self.delay);
        if !self.jitter.is_zero() {
            // The same for the same host and turn, so that runs can be repeated.
            let mut hasher = DefaultHasher::new();
            (self.seed, self.count.fetch_add(1, Ordering::Relaxed)).hash(&mut hasher);
            let part = (hasher.finish() % 1000) as f64 / 1000.0;
            wait += self.jitter.mul_f64(part);
        }
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }
}

/// The command within `sh -c '…'`.
fn unwrapped(command: &str) -> Option<String> {
    match <[String; 3]>::try_from(shlex::split(command)?).ok()? {
        [shell, option, inner] if shell == "sh" && option == "-c" => Some(inner),
        _ => None,
    }
}

fn pattern(command: &str) -> Result<Option<Regex>, ConnectorError> {
    let text = if let Some(glob) = command.strip_prefix("glob:") {
        globset::Glob::new(glob)
            .map_err(|error| wrong(RESPONSES, format!("`{command}`: {error}")))?
            .regex()
            .to_owned()
    } else if let Some(regex) = command.strip_prefix("regex:") {
        regex.to_owned()
    } else {
        return Ok(None);
    };
    // The glob's text switches Unicode off, which a pattern over text must not.
    Regex::new(text.strip_prefix("(?-u)").unwrap_or(&text))
        .map(Some)
        .map_err(|error| wrong(RESPONSES, format!("`{command}`: {error}")))
}

fn misbehaviour(key: &str, name: &str) -> Result<Misbehaviour, ConnectorError> {
    Misbehaviour::named(name).ok_or_else(|| {
        wrong(
            key,
            format!(
                "must be one of {}, not `{name}`",
                Misbehaviour::NAMES.join(", ")
            ),
        )
    })
}

fn response(command: &str, value: &Json, otherwise: &Response) -> Result<Response, ConnectorError> {
    let at = format!("{RESPONSES}[{command:?}]");
    let map = match value {
        Json::String(text) => {
            return Ok(Response {
                stdout: text.clone(),
                ..otherwise.clone()
            });
        }
        Json::Object(map) => map,
        other => {
            return Err(wrong(
                &at,
                format!("must be text or an object, not {}", kind_of(other)),
            ));
        }
    };
    if let Some(unknown) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(wrong(
            &at,
            format!("has no `{unknown}`\n  there are {}", KEYS.join(", ")),
        ));
    }
    let data = Data(map);
    let text = |key: &str| match map.get(key) {
        None | Some(Json::Null) => Ok(String::new()),
        Some(Json::String(text)) => Ok(text.clone()),
        Some(other) => Err(wrong(
            &at,
            format!("`{key}` must be text, not {}", kind_of(other)),
        )),
    };
    Ok(Response {
        stdout: text("stdout")?,
        stderr: text("stderr")?,
        status: data
            .whole("status", 0..=255)?
            .and_then(|status| i32::try_from(status).ok())
            .unwrap_or(0),
        signal: data.text("signal")?.map(str::to_owned),
        delay: data.seconds("delay")?,
        misbehave: match data.text("misbehave")? {
            Some(name) => Some(misbehaviour(&at, name)?),
            None => otherwise.misbehave,
        },
    })
}
