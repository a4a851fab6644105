//! Recording a case: an operation is planned on a host, and what it asked there becomes the case's answers.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;
use thiserror::Error;
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::contract::{OperationInfo, ParameterKind};
use windlass_engine::facts::{Onlooker, Overlay};
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::{ErrorKind, PluginError, Plugins};
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{Host, State};

use super::files::MemoryFiles;
use super::format::{Command, Environment, Expected, OperationCase};
use super::live::{Recorder, Told};
use super::operation::{Failure, Flat, plan, world};
use super::seen::Seen;
use super::view::World;

/// What is recorded.
#[derive(Clone, Debug)]
pub struct RecordCall {
    /// The case's name.
    pub id: String,
    /// `namespace.operation`.
    pub operation: String,
    /// Positional arguments. A secret is `{"$secret": "identity"}`.
    pub positional: Vec<Json>,
    /// Named arguments.
    pub named: JsonMap,
    /// Global arguments of the call.
    pub globals: GlobalArguments,
}

/// Why a case cannot be recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The call is refused, or the plugin failed.
    #[error("{0}")]
    Plugin(PluginError),
    /// A global argument in the host's data.
    #[error("{0}")]
    Globals(String),
    /// The host did not answer.
    #[error(
        "{fact} was not answered: {why}\n  a case lists answers only; record it on a host that has what the fact needs"
    )]
    Unanswered {
        /// The fact with its arguments.
        fact: String,
        /// Why.
        why: String,
    },
    /// A file of the controller that a case cannot hold.
    #[error("{0}, which a case cannot hold\n  take a smaller file, or one that is text")]
    File(String),
    /// A step that a case cannot expect.
    #[error("it plans `{0}`, which a case cannot expect")]
    Step(String),
    /// Without its secrets it asks for something else.
    #[error(
        "planned again with other texts in the place of its secrets, it asks for what was not recorded:\n  {0}\n  write this case by hand"
    )]
    Secrets(String),
}

/// A case that was recorded.
#[derive(Clone, Debug)]
pub struct RecordedCase {
    /// The case, as its line in a file.
    pub line: String,
    /// How many facts it holds.
    pub facts: usize,
    /// True when the operation failed with an error of its own, which the case then expects.
    pub fails: bool,
}

/// Plans a call on a connected host and makes a case of it: its arguments, what the host answered, the files that were
/// read, and the plan as what is expected. Secrets are not in it: other texts stand for those of the call, and known
/// values are masked wherever they occur. `plugins` are those that the case will be run with.
///
/// # Errors
/// [`RecordError`].
pub async fn record_case(
    plugins: &Arc<dyn Plugins>,
    state: &State,
    host: &Arc<Host>,
    call: RecordCall,
) -> Result<RecordedCase, RecordError> {
    let info = plugins
        .operation(&call.operation)
        .map_err(RecordError::Plugin)?;
    let mut hidden = Hidden::default();
    let params = hidden.params(&info, &call, state.secrets());
    let onlooker = Onlooker::new(state, host, call.globals).map_err(RecordError::Globals)?;
    let recorder = Recorder::new(onlooker, hidden.secrets);
    let case = OperationCase {
        id: call.id,
        op: call.operation,
        params,
        facts: Vec::new(),
        local_fs: Vec::new(),
        env: Environment::default(),
        expect: Expected::Commands {
            commands: Vec::new(),
            noop: None,
            noop_checked: false,
        },
    };
    let files = MemoryFiles::new(&case.env.cwd, &[]);
    let env = case.env.clone();
    let live = World::new(plugins.clone(), &[], files, env, Some(recorder.clone()));
    match plan(&live, &case, &mut Overlay::default(), false).await {
        Err(Failure::Plugin(PluginError::Guest(error))) if error.kind != ErrorKind::Denied => {}
        Err(Failure::Plugin(error)) => return Err(RecordError::Plugin(error)),
        Ok(_) | Err(Failure::Unreadable(_)) => {}
    }
    let told = recorder.take();
    if let Some(why) = told.unheld.first() {
        return Err(RecordError::File(why.clone()));
    }
    if let Some((fact, error)) = told.failed.first_key_value() {
        return Err(RecordError::Unanswered {
            fact: fact.clone(),
            why: error.message.clone(),
        });
    }
    expecting(plugins, state.secrets(), &case, told).await
}

/// Texts that stand for secrets.
#[derive(Default)]
struct Hidden {
    /// Identities by the text that stands for each.
    secrets: HashMap<String, String>,
}

impl Hidden {
    /// The call's arguments as a case has them.
    fn params(
        &mut self,
        info: &OperationInfo,
        call: &RecordCall,
        secrets: &SecretStore,
    ) -> JsonMap {
        let mut params = JsonMap::new();
        let mut positional = call.positional.iter();
        for parameter in &info.parameters {
            let name = parameter.name.clone();
            let is_secret = parameter.secret;
            let mut hide = |value: &Json| self.hide(value, is_secret, &name, secrets);
            match parameter.kind {
                ParameterKind::Either => {
                    if let Some(value) = positional.next() {
                        let value = hide(value);
                        params.insert(name, value);
                    }
                }
                ParameterKind::RestList => {
                    let rest: Vec<Json> = positional.by_ref().map(hide).collect();
                    if !rest.is_empty() {
                        params.insert(format!("*{name}"), Json::Array(rest));
                    }
                }
                ParameterKind::Keyword | ParameterKind::RestMap => {}
            }
        }
        for (name, value) in &call.named {
            let known = info.parameters.iter().find(|one| one.name == *name);
            let is_secret = known.is_some_and(|parameter| parameter.secret);
            let value = self.hide(value, is_secret, name, secrets);
            params.insert(name.clone(), value);
        }
        params
    }

    fn hide(&mut self, value: &Json, is_secret: bool, name: &str, secrets: &SecretStore) -> Json {
        match value {
            Json::Object(map) => match map.get("$secret").and_then(Json::as_str) {
                Some(identity) if map.len() == 1 => self.stand_in(identity),
                _ => map
                    .iter()
                    .map(|(key, item)| (key.clone(), self.hide(item, is_secret, name, secrets)))
                    .collect(),
            },
            Json::Array(items) => items
                .iter()
                .map(|item| self.hide(item, is_secret, name, secrets))
                .collect(),
            Json::String(text) if is_secret => {
                let identity = secrets.insert_plain(name, text.clone());
                self.stand_in(&identity)
            }
            other => other.clone(),
        }
    }

    fn stand_in(&mut self, identity: &str) -> Json {
        let known = self.secrets.iter().find(|(_, held)| *held == identity);
        let text = known.map(|(text, _)| text.clone()).unwrap_or_else(|| {
            let text = format!("recorded-secret-{}", self.secrets.len() + 1);
            self.secrets.insert(text.clone(), identity.to_owned());
            text
        });
        json!({ "$secret": text })
    }
}

/// The case with all that was told, and with what it plans then as what is expected.
async fn expecting(
    plugins: &Arc<dyn Plugins>,
    secrets: &SecretStore,
    case: &OperationCase,
    told: Told,
) -> Result<RecordedCase, RecordError> {
    let facts = told.facts.len();
    let fields = [
        ("id", json!(case.id)),
        ("op", json!(case.op)),
        ("params", Json::Object(case.params.clone())),
        ("facts", json!(told.facts)),
        (
            "local_fs",
            told.files.values().map(|file| json!(file)).collect(),
        ),
        (
            "env",
            surroundings(&case.env, told.host, told.inventory, told.globals),
        ),
    ];
    let is_given = |value: &Json| match value {
        Json::Array(items) => !items.is_empty(),
        Json::Object(map) => !map.is_empty(),
        _ => true,
    };
    let mut line: JsonMap = fields
        .into_iter()
        .filter(|(_, value)| is_given(value))
        .map(|(name, value)| (name.to_owned(), secrets.mask_json(&value)))
        .collect();
    line.insert(String::from("expect"), json!({"commands": []}));
    let read = |line: &JsonMap| serde_json::from_value(Json::Object(line.clone()));
    let masked: OperationCase =
        read(&line).map_err(|error| RecordError::Step(error.to_string()))?;
    let held = world(plugins, &masked);
    let planned = plan(&held, &masked, &mut Overlay::default(), false).await;
    if let Some(fact) = held.take_asked().unlisted.into_iter().next() {
        return Err(RecordError::Secrets(fact));
    }
    let fails = planned.is_err();
    line.insert(String::from("expect"), expected(planned)?);
    Ok(RecordedCase {
        line: Json::Object(line).to_string(),
        facts,
        fails,
    })
}

/// What a case says of its surroundings: what is other than usual.
fn surroundings(usual: &Environment, host: Json, inventory: Json, globals: JsonMap) -> Json {
    let mut env = JsonMap::new();
    for (name, usual, told) in [
        ("host", &usual.host, host),
        ("inventory", &usual.inventory, inventory),
    ] {
        if let Json::Object(told) = told {
            let mut whole = usual.as_object().cloned().unwrap_or_default();
            whole.extend(told);
            env.insert(name.to_owned(), Json::Object(whole));
        }
    }
    if !globals.is_empty() {
        env.insert(String::from("globals"), Json::Object(globals));
    }
    Json::Object(env)
}

/// A plan as what a case expects.
fn expected(planned: Result<Flat, Failure>) -> Result<Json, RecordError> {
    let flat = match planned {
        Ok(flat) => flat,
        Err(Failure::Plugin(PluginError::Guest(error))) => {
            let kinds = [error.kind.as_str()];
            return Ok(json!({"error": {"kinds": kinds, "message": error.message}}));
        }
        Err(Failure::Plugin(error)) => return Err(RecordError::Plugin(error)),
        Err(Failure::Unreadable(why)) => return Err(RecordError::Step(why)),
    };
    let mut commands = Vec::new();
    for seen in flat.commands {
        commands.push(match seen {
            Seen::Command(command) => json!(command),
            Seen::Reboot(raw) => json!(Command::line(raw)),
            Seen::Other(what) => return Err(RecordError::Step(what)),
        });
    }
    Ok(match flat.notes.into_iter().next() {
        Some(note) if commands.is_empty() => {
            json!({"commands": [], "noop": note, "noop_checked": true})
        }
        _ => json!({ "commands": commands }),
    })
}
