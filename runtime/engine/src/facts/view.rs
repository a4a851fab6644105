//! What an operation sees while it plans.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};

use crate::arguments::GlobalArguments;
use crate::contract::{Atom, FactRequest};
use crate::deploy::Turn;
use crate::json::{Json, json};
use crate::local_files::{LocalFiles, Readable};
use crate::plugins::{ErrorKind, GuestError, PlanningView, Remark};
use crate::policy::Chain;
use crate::state::{Host, State};

use super::engine::Planner;
use super::key::{Context, FactKey};
use super::overlay::{Overlay, select};

/// How many comparisons with secrets one call may ask for: each tells one bit.
const MATCH_LIMIT: u32 = 64;

/// One operation's (or fact's) view of one host.
pub(crate) struct OperationView {
    state: State,
    host: Arc<Host>,
    globals: GlobalArguments,
    context: OnceLock<Context>,
    secrets: Vec<String>,
    readable: Readable,
    overlay: Option<Arc<Overlay>>,
    /// Who asks: the operation or the fact that this is the view of, last.
    asker: Chain,
    /// Counts as somebody who may ask; none for what acts, which may ask at any time and others must not wait for.
    planner: Option<Planner>,
    /// The turn to compute of who asks, given up while it waits.
    turn: Option<Arc<Turn>>,
    read: Mutex<Vec<FactKey>>,
    predicted: AtomicBool,
    matches: Mutex<u32>,
}

impl OperationView {
    pub(crate) fn new(
        state: &State,
        host: &Arc<Host>,
        globals: GlobalArguments,
        secrets: Vec<String>,
        readable: Readable,
        overlay: Option<Arc<Overlay>>,
        asker: Chain,
    ) -> Arc<Self> {
        Arc::new(Self {
            overlay,
            planner: Some(Planner::start(host)),
            ..Self::of(state, host, globals, secrets, readable, asker)
        })
    }

    /// The view of what acts, which nobody waits for.
    pub(crate) fn acting(
        state: &State,
        host: &Arc<Host>,
        globals: GlobalArguments,
        secrets: Vec<String>,
        readable: Readable,
        asker: Chain,
        turn: Option<Arc<Turn>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            turn,
            ..Self::of(state, host, globals, secrets, readable, asker)
        })
    }

    fn of(
        state: &State,
        host: &Arc<Host>,
        globals: GlobalArguments,
        secrets: Vec<String>,
        readable: Readable,
        asker: Chain,
    ) -> Self {
        Self {
            state: state.clone(),
            host: host.clone(),
            globals,
            context: OnceLock::new(),
            secrets,
            readable,
            overlay: None,
            asker,
            planner: None,
            turn: None,
            read: Mutex::default(),
            predicted: AtomicBool::new(false),
            matches: Mutex::new(MATCH_LIMIT),
        }
    }

    /// The facts that were asked for.
    pub(crate) fn take_read(&self) -> Vec<FactKey> {
        std::mem::take(&mut self.read.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// True when a prediction stood behind an answer.
    pub(crate) fn predicted(&self) -> bool {
        self.predicted.load(Ordering::Relaxed)
    }

    fn value_of(&self, atom: &Atom) -> Result<Vec<u8>, GuestError> {
        let refuse = |message: String| GuestError::new(ErrorKind::Secret, message);
        match atom {
            Atom::Text(text) => Ok(text.clone().into_bytes()),
            Atom::Bytes(bytes) => Ok(bytes.clone()),
            Atom::Secret(secret) => {
                let identity = self
                    .secrets
                    .get(secret.secret as usize)
                    .ok_or_else(|| refuse(no_secret(secret.secret)))?;
                let value = self
                    .state
                    .secrets()
                    .reveal_encoded(identity, &secret.encodings);
                value
                    .map(String::into_bytes)
                    .map_err(|error| refuse(error.to_string()))
            }
            Atom::Other(name, _) => Err(refuse(format!(
                "content has a part `{name}`, which needs a newer windlass"
            ))),
        }
    }
}

fn no_secret(number: u32) -> String {
    format!("this call has no secret number {number}")
}

#[async_trait]
impl PlanningView for OperationView {
    async fn facts(&self, requests: Vec<FactRequest>) -> Vec<Result<Json, GuestError>> {
        let context = self.context.get_or_init(|| Context::of(&self.globals));
        let mut keys = Vec::with_capacity(requests.len());
        for request in &requests {
            keys.push(FactKey::of_request(
                &self.state,
                &self.host,
                request,
                &self.secrets,
                context,
                &self.asker,
            ));
        }
        let asked: Vec<FactKey> = keys
            .iter()
            .filter_map(|key| key.as_ref().ok().cloned())
            .collect();
        let own;
        let planner = match &self.planner {
            Some(planner) => planner,
            None => {
                own = Planner::start(&self.host);
                &own
            }
        };
        let answered = planner.get_all(&self.state, &self.host, asked.clone());
        let answered = match &self.turn {
            Some(turn) => turn.without(answered).await,
            None => answered.await,
        };
        let mut values = answered.into_iter();
        self.read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(asked);
        let mut answers = Vec::with_capacity(requests.len());
        for (request, key) in requests.iter().zip(keys) {
            answers.push(match key {
                Err(error) => Err(error),
                Ok(key) => {
                    let observed = values.next().unwrap_or_else(|| {
                        Err(GuestError::new(
                            ErrorKind::MissingFact,
                            format!("{}: no answer", key.fact),
                        ))
                    });
                    match &self.overlay {
                        Some(overlay) if overlay.touches(&key.fact, &key.args) => {
                            self.predicted.store(true, Ordering::Relaxed);
                            let observed =
                                observed.map(|value| (*value).clone()).unwrap_or(Json::Null);
                            overlay.apply(&key.fact, &key.args, observed, &request.select)
                        }
                        _ => observed.map(|value| (*value).clone()),
                    }
                    .map(|value| select(value, &request.select))
                    .map(|value| self.state.secrets().untag_json(value, &self.secrets))
                }
            });
        }
        answers
    }

    fn host(&self, pointer: &str) -> Option<Json> {
        match pointer {
            "/name" => Some(Json::from(self.host.name())),
            "/groups" => Some(json!(self.host.groups())),
            _ => {
                let data = self.state.data_for_guests(&self.host);
                let data =
                    json!({"name": self.host.name(), "groups": self.host.groups(), "data": data});
                data.pointer(pointer).cloned()
            }
        }
    }

    fn inventory(&self, pointer: &str) -> Option<Json> {
        self.state.inventory_for_guests().pointer(pointer).cloned()
    }

    fn global(&self, name: &str) -> Option<Json> {
        match name {
            "_timestamp" => Some(Json::from(self.state.started())),
            "_temp_dir" => {
                let set = self.globals.temp_dir.clone();
                Some(Json::from(
                    set.unwrap_or_else(|| self.state.config().temp_folder()),
                ))
            }
            name => self.globals.get(name),
        }
    }

    fn temp_path(&self, key: &str) -> String {
        let folder = self
            .globals
            .temp_dir
            .clone()
            .unwrap_or_else(|| self.state.config().temp_folder());
        let name = hex::encode(Sha256::digest(format!(
            "{}\0{}\0{key}",
            self.state.run_key(),
            self.host.name()
        )));
        // Programs tell files apart by their suffix: a package file must keep its own.
        let suffix = key.rsplit_once('.').map_or("", |(_, suffix)| suffix);
        let plain =
            (1..=8).contains(&suffix.len()) && suffix.chars().all(|c| c.is_ascii_alphanumeric());
        let suffix = if plain {
            format!(".{suffix}")
        } else {
            String::new()
        };
        format!(
            "{folder}/windlass-{}{suffix}",
            name.get(..24).unwrap_or(&name)
        )
    }

    fn local_files(&self) -> Arc<dyn LocalFiles> {
        self.state.local_files(&self.readable)
    }

    fn matches(&self, content: &[Atom], algorithm: &str, digest: &str) -> Result<bool, GuestError> {
        {
            let mut left = self.matches.lock().unwrap_or_else(PoisonError::into_inner);
            *left = left.checked_sub(1).ok_or_else(|| {
                GuestError::new(
                    ErrorKind::Secret,
                    format!("more than {MATCH_LIMIT} comparisons with secrets in one call"),
                )
            })?;
        }
        let mut bytes = Vec::new();
        for atom in content {
            bytes.extend(self.value_of(atom)?);
        }
        let found = match algorithm {
            "md5" => hex::encode(Md5::digest(&bytes)),
            "sha1" => hex::encode(Sha1::digest(&bytes)),
            "sha256" => hex::encode(Sha256::digest(&bytes)),
            "sha384" => hex::encode(Sha384::digest(&bytes)),
            other => {
                let message =
                    format!("there is no digest `{other}`; there are md5, sha1, sha256 and sha384");
                return Err(GuestError::new(ErrorKind::InvalidValue, message));
            }
        };
        Ok(found.eq_ignore_ascii_case(digest))
    }

    fn is_empty(&self, secret: u32) -> Result<bool, GuestError> {
        let refuse = |message: String| GuestError::new(ErrorKind::Secret, message);
        let identity = self
            .secrets
            .get(secret as usize)
            .ok_or_else(|| refuse(no_secret(secret)))?;
        let value = self
            .state
            .secrets()
            .reveal_to_target(identity)
            .map_err(|error| refuse(error.to_string()))?;
        Ok(value.is_empty())
    }

    fn masked(&self, value: Json) -> Json {
        self.state.secrets().mask_json(&value)
    }

    fn log(&self, component: &str, level: &str, message: &str) {
        self.state.remark(Remark {
            component: component.to_owned(),
            host: Some(self.host.name().to_owned()),
            level: level.to_owned(),
            message: message.to_owned(),
        });
    }
}
