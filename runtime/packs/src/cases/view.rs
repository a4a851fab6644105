//! What a plugin sees while a case is run: what the case lists, and nothing else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use windlass_engine::contract::{Atom, FactRequest};
use windlass_engine::facts::{Overlay, select};
use windlass_engine::json::{Json, JsonMap, canonical};
use windlass_engine::local_files::LocalFiles;
use windlass_engine::nearest::nearest;
use windlass_engine::plugins::{Bound, ErrorKind, GuestError, PlanningView, PluginError, Plugins};
use windlass_engine::secrets::SecretStore;

use super::files::{MemoryFiles, digest};
use super::format::{Environment, ListedFact};
use super::live::{Live, Recorder};
use super::values::key;

/// What was asked for, by one run of one case.
#[derive(Default)]
pub(super) struct Asked {
    /// Keys of the facts, in order, each once.
    pub(super) facts: Vec<String>,
    /// What was asked for although the case does not list it.
    pub(super) unlisted: Vec<String>,
    /// Whether a prediction spoke of any of it.
    pub(super) predicted: bool,
}

/// What every call of a case shares.
pub(super) struct World {
    pub(super) plugins: Arc<dyn Plugins>,
    pub(super) secrets: SecretStore,
    facts: Mutex<HashMap<String, Json>>,
    files: Arc<MemoryFiles>,
    env: Environment,
    asked: Mutex<Asked>,
    /// What answers in place of the case while one is recorded.
    recorder: Option<Arc<Recorder>>,
}

impl World {
    pub(super) fn new(
        plugins: Arc<dyn Plugins>,
        listed: &[ListedFact],
        files: MemoryFiles,
        env: Environment,
        recorder: Option<Arc<Recorder>>,
    ) -> Arc<Self> {
        let mut facts = HashMap::new();
        // What is asked for stands over what is only held ready.
        for fact in listed
            .iter()
            .filter(|fact| !fact.used)
            .chain(listed.iter().filter(|fact| fact.used))
        {
            facts.insert(key(&fact.fact, &fact.args), fact.value.clone());
        }
        Arc::new(Self {
            plugins,
            secrets: SecretStore::default(),
            facts: Mutex::new(facts),
            files: Arc::new(files),
            env,
            asked: Mutex::default(),
            recorder,
        })
    }

    /// What a call looks through at the host while a case is recorded. `operations` lead to the call, which is last.
    pub(super) fn live(
        &self,
        operations: &[String],
        bound: &Bound,
        overrides: &JsonMap,
    ) -> Result<Option<Live>, PluginError> {
        match &self.recorder {
            Some(recorder) => {
                let secrets = recorder.secrets(&self.secrets, &bound.secrets);
                let bound = Bound {
                    args: bound.args.clone(),
                    secrets,
                };
                Live::new(recorder, operations, &bound, overrides).map(Some)
            }
            None => Ok(None),
        }
    }

    pub(super) fn cwd(&self) -> &str {
        &self.env.cwd
    }

    pub(super) fn take_asked(&self) -> Asked {
        std::mem::take(&mut *self.asked())
    }

    fn asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bytes of an atom, secrets joined in.
    pub(super) fn bytes(&self, atom: &Atom, secrets: &[String]) -> Result<Vec<u8>, GuestError> {
        let refuse = |message: String| GuestError::new(ErrorKind::Secret, message);
        match atom {
            Atom::Text(text) => Ok(text.clone().into_bytes()),
            Atom::Bytes(bytes) => Ok(bytes.clone()),
            Atom::Secret(used) => {
                let identity = identity(secrets, used.secret)?;
                let value = self.secrets.reveal_encoded(identity, &used.encodings);
                value
                    .map(String::into_bytes)
                    .map_err(|error| refuse(error.to_string()))
            }
            Atom::Other(name, _) => Err(refuse(format!(
                "content has a part `{name}`, which needs a newer windlass"
            ))),
        }
    }

    fn facts(&self) -> MutexGuard<'_, HashMap<String, Json>> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request's arguments as the case lists them, the values of secrets among them.
    fn bind(&self, request: &FactRequest, secrets: &[String]) -> Result<Bound, PluginError> {
        let named = request.args.as_object().cloned().unwrap_or_default();
        let revealed = self.reveal(&Json::Object(named), secrets);
        let named = revealed.as_object().cloned().unwrap_or_default();
        self.plugins
            .bind_fact(&request.fact, Vec::new(), named, &self.secrets)
    }

    /// Has the host answer what is not listed yet, and lists it.
    async fn ask_host(&self, live: &Live, requests: &[FactRequest], secrets: &[String]) {
        let mut asked = Vec::new();
        for request in requests {
            if let Ok(bound) = self.bind(request, secrets) {
                let key = key(&request.fact, &bound.args);
                if !self.facts().contains_key(&key) {
                    asked.push((key, bound.args, request));
                }
            }
        }
        for (key, value) in live.ask(asked).await {
            self.facts().insert(key, value);
        }
    }

    /// What the host answers, with predictions on top.
    fn fact(
        &self,
        request: &FactRequest,
        overlay: &Overlay,
        secrets: &[String],
        applied: bool,
    ) -> Result<Json, GuestError> {
        let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
        let bound = self.bind(request, secrets).map_err(|error| {
            self.asked()
                .unlisted
                .push(format!("{}: {error}", request.fact));
            missing(error.to_string())
        })?;
        let key = key(&request.fact, &bound.args);
        if !self.asked().facts.contains(&key) {
            self.asked().facts.push(key.clone());
        }
        let listed = self.facts().get(&key).cloned();
        let predicted = overlay.touches(&request.fact, &bound.args).then(|| {
            let observed = listed.clone().unwrap_or(Json::Null);
            overlay.apply(&request.fact, &bound.args, observed, &request.select)
        });
        self.asked().predicted |= predicted.is_some();
        match (predicted, listed) {
            (Some(Ok(value)), _) => Ok(value),
            // What the case lists was found before it was applied.
            (Some(Err(error)), _) if applied => Err(error),
            // Decided at execution: what the case lists is what is found then.
            (Some(Err(error)), None) => Err(error),
            (_, Some(value)) => Ok(value),
            (None, None) => {
                if let Some(recorder) = &self.recorder {
                    return Err(recorder.failure(&key));
                }
                self.asked().unlisted.push(key.clone());
                Err(missing(format!("the case does not list {key}")))
            }
        }
    }

    /// A value with the values of secrets in place of their handles.
    fn reveal(&self, value: &Json, secrets: &[String]) -> Json {
        match value {
            Json::Object(map) => match map
                .get("$secret")
                .filter(|_| map.len() == 1)
                .and_then(Json::as_u64)
            {
                Some(number) => u32::try_from(number)
                    .ok()
                    .and_then(|number| {
                        self.secrets
                            .reveal_to_target(identity(secrets, number).ok()?)
                            .ok()
                    })
                    .map_or(Json::Null, Json::from),
                None => Json::Object(
                    map.iter()
                        .map(|(key, item)| (key.clone(), self.reveal(item, secrets)))
                        .collect(),
                ),
            },
            Json::Array(items) => items
                .iter()
                .map(|item| self.reveal(item, secrets))
                .collect(),
            other => other.clone(),
        }
    }

    /// Facts listed as used that nobody asked for, and facts asked for that were not listed as used.
    pub(super) fn same_facts(&self, listed: &[ListedFact], asked: &Asked) -> bool {
        let mut expected: Vec<String> = listed
            .iter()
            .filter(|fact| fact.used)
            .map(|fact| key(&fact.fact, &fact.args))
            .collect();
        let mut found = asked.facts.clone();
        expected.sort();
        expected.dedup();
        found.sort();
        expected == found
    }

    /// The listed fact that looks most like one that is not.
    pub(super) fn nearest(&self, unlisted: &str) -> Option<String> {
        nearest(unlisted, self.facts().keys().map(String::as_str)).map(str::to_owned)
    }
}

fn identity(secrets: &[String], number: u32) -> Result<&String, GuestError> {
    secrets.get(number as usize).ok_or_else(|| {
        GuestError::new(
            ErrorKind::Secret,
            format!("this call has no secret number {number}"),
        )
    })
}

/// One call's view.
pub(super) struct CaseView {
    pub(super) world: Arc<World>,
    pub(super) overlay: Overlay,
    pub(super) secrets: Vec<String>,
    pub(super) globals: JsonMap,
    /// True when the overlay is what became of the host, not only what is planned.
    pub(super) applied: bool,
    /// The host, while a case is recorded.
    pub(super) live: Option<Live>,
}

#[async_trait]
impl PlanningView for CaseView {
    async fn facts(&self, requests: Vec<FactRequest>) -> Vec<Result<Json, GuestError>> {
        if let Some(live) = &self.live {
            self.world.ask_host(live, &requests, &self.secrets).await;
        }
        let answer = |request: &FactRequest| {
            let value = self
                .world
                .fact(request, &self.overlay, &self.secrets, self.applied)?;
            Ok(select(value, &request.select))
        };
        requests.iter().map(answer).collect()
    }

    fn host(&self, pointer: &str) -> Option<Json> {
        if let Some(live) = &self.live {
            return live.host(pointer);
        }
        self.world.env.host.pointer(pointer).cloned()
    }

    fn inventory(&self, pointer: &str) -> Option<Json> {
        if let Some(live) = &self.live {
            return live.inventory(pointer);
        }
        self.world.env.inventory.pointer(pointer).cloned()
    }

    fn global(&self, name: &str) -> Option<Json> {
        let env = &self.world.env;
        self.globals
            .get(name)
            .or_else(|| env.globals.get(name))
            .cloned()
            .or_else(|| match name {
                "_timestamp" => Some(Json::from(env.timestamp.as_str())),
                "_temp_dir" => Some(Json::from(env.temp_dir.as_str())),
                _ => self.live.as_ref().and_then(|live| live.global(name)),
            })
    }

    fn temp_path(&self, _key: &str) -> String {
        self.world.env.temp_file.clone()
    }

    fn local_files(&self) -> Arc<dyn LocalFiles> {
        match &self.live {
            Some(live) => live.local_files(),
            None => self.world.files.clone(),
        }
    }

    fn matches(
        &self,
        content: &[Atom],
        algorithm: &str,
        expected: &str,
    ) -> Result<bool, GuestError> {
        let mut bytes = Vec::new();
        for atom in content {
            bytes.extend(self.world.bytes(atom, &self.secrets)?);
        }
        Ok(digest(algorithm, &bytes)?.eq_ignore_ascii_case(expected))
    }

    fn is_empty(&self, secret: u32) -> Result<bool, GuestError> {
        let bytes = self.world.bytes(
            &Atom::Secret(windlass_engine::contract::SecretUse {
                secret,
                encodings: Vec::new(),
            }),
            &self.secrets,
        )?;
        Ok(bytes.is_empty())
    }

    fn log(&self, _component: &str, _level: &str, _message: &str) {}
}

/// Arguments as a caller would write them: `$io` is content that is given in memory, and each secret is put into the
/// store and stands as its identity.
pub(super) fn given(value: &Json, secrets: &SecretStore) -> Json {
    match value {
        Json::Object(map) => match map.iter().next().filter(|_| map.len() == 1) {
            Some((tag, Json::String(text))) if tag == "$io" => {
                serde_json::json!({"$content": text})
            }
            Some((tag, Json::String(text))) if tag == "$secret" => {
                serde_json::json!({"$secret": secrets.insert_plain("case", text.clone())})
            }
            _ => Json::Object(
                map.iter()
                    .map(|(key, item)| (key.clone(), given(item, secrets)))
                    .collect(),
            ),
        },
        Json::Array(items) => items.iter().map(|item| given(item, secrets)).collect(),
        other => other.clone(),
    }
}

/// A line for a fact that is not listed.
pub(super) fn unlisted_text(world: &World, unlisted: &[String]) -> String {
    let line = |key: &String| match world.nearest(key) {
        Some(near) => format!("  {key}\n    nearest that it lists: {near}"),
        None => format!("  {key}"),
    };
    let lines: Vec<String> = unlisted.iter().map(line).collect();
    format!(
        "it asks for facts that the case does not list:\n{}",
        lines.join("\n")
    )
}

/// The canonical text of what a run gave, by which runs are compared.
pub(super) fn print(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value)
        .map(|value| canonical(&value))
        .unwrap_or_default()
}
