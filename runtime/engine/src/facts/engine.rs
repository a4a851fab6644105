//! The fact engine of one host: a cache, single flight, and batches of what is pending together.
//!
//! Planners run side by side. A batch leaves when every planner of the host waits for a fact, so that one round trip
//! carries whatever can be asked at that point, whoever asked.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::join_all;
use tokio::sync::{Notify, oneshot, watch};

use crate::contract::{FactInfo, FactRequest, Origin, RawOutput, Shell, Stability};
use crate::deploy::FactCall;
use crate::error::EngineError;
use crate::events::Event;
use crate::json::{Json, canonical};
use crate::local_files::Readable;
use crate::plugins::{ErrorKind, GuestError, PluginError};
use crate::policy::Chain;
use crate::remote::{Look, Looked, Looking};
use crate::secrets::quoted;
use crate::state::{Host, State};

use super::key::{Context, FactKey};
use super::overlay::select;
use super::send::{Answered, Waiting, run, show_output};
use super::veil::veiled;
use super::view::OperationView;

/// How deep facts may derive from facts.
const DEPTH: usize = 16;

pub(crate) type Answer = Result<Arc<Json>, GuestError>;

enum Slot {
    Ready {
        answer: Answer,
        stability: Stability,
    },
    Pending(watch::Receiver<Option<Answer>>),
}

/// Where a fact came from.
#[derive(Clone)]
pub(super) enum Source {
    Host(Look),
    Facts(Vec<Arc<str>>),
}

/// How many commands are sent ahead at most.
pub(crate) const AHEAD: usize = 64;

/// The facts of one host.
#[derive(Default)]
pub(crate) struct FactEngine {
    cache: Mutex<HashMap<Arc<str>, Slot>>,
    /// What was asked of the host for a fact, so that it can be asked ahead of whoever needs it next.
    pub(super) sources: Mutex<HashMap<Arc<str>, Source>>,
    /// What was asked ahead. Nothing has run on the host since.
    ahead: Mutex<HashMap<Arc<str>, oneshot::Receiver<Looked>>>,
    /// Facts whose requests one command can't serve on this host.
    pub(super) apart: Mutex<HashSet<String>>,
    pub(super) queue: Mutex<Vec<Waiting>>,
    pub(super) busy: AtomicUsize,
    pub(super) quiet: Notify,
    pub(super) pending: Notify,
    pub(super) epoch: AtomicU64,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl FactEngine {
    /// Something ran on the host: only immutable facts stand.
    pub(crate) fn invalidate(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        lock(&self.ahead).clear();
        lock(&self.cache).retain(|_, slot| {
            matches!(
                slot,
                Slot::Ready {
                    stability: Stability::Immutable,
                    ..
                }
            )
        });
    }

    /// The host was disconnected: nothing stands.
    pub(crate) fn forget(&self) {
        self.epoch.fetch_add(1, Ordering::SeqCst);
        lock(&self.cache).clear();
        lock(&self.queue).clear();
        lock(&self.ahead).clear();
        lock(&self.sources).clear();
        lock(&self.apart).clear();
    }

    /// The commands that these facts come from, as far as they were asked for before.
    pub(crate) fn looks(&self, facts: &[Arc<str>]) -> Vec<Look> {
        let sources = lock(&self.sources);
        let mut looks: Vec<Look> = Vec::new();
        let mut names: Vec<&Arc<str>> = facts.iter().rev().collect();
        while let Some(name) = names.pop() {
            match sources.get(name) {
                Some(Source::Host(look))
                    if looks.len() < AHEAD && looks.iter().all(|held| held.name != look.name) =>
                {
                    looks.push(look.clone());
                }
                Some(Source::Facts(facts)) => names.extend(facts.iter().rev()),
                _ => {}
            }
        }
        looks
    }

    /// Keeps answers that are on their way, until something else runs on the host.
    pub(crate) fn expect(&self, looking: Looking) {
        lock(&self.ahead).extend(looking.answers);
    }

    fn enter(&self) {
        self.busy.fetch_add(1, Ordering::SeqCst);
    }

    fn leave(&self) {
        if self.busy.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.quiet.notify_one();
        }
    }
}

/// Counts as busy while it exists, apart from the time it waits for the host.
pub(super) struct Busy(Arc<Host>);

impl Busy {
    pub(super) fn new(host: &Arc<Host>) -> Self {
        host.facts.enter();
        Self(host.clone())
    }

    /// Waits without counting as busy.
    pub(super) async fn idle<T>(&self, wait: impl Future<Output = T>) -> T {
        struct Rejoin<'a>(&'a FactEngine);
        impl Drop for Rejoin<'_> {
            fn drop(&mut self) {
                self.0.enter();
            }
        }
        self.0.facts.leave();
        let _rejoin = Rejoin(&self.0.facts);
        wait.await
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.facts.leave();
    }
}

/// Somebody who may ask for facts: while it runs and does not wait, batches wait for it.
pub(crate) struct Planner {
    busy: Busy,
    chain: Vec<Arc<str>>,
}

impl Planner {
    pub(crate) fn start(host: &Arc<Host>) -> Self {
        Self {
            busy: Busy::new(host),
            chain: Vec::new(),
        }
    }

    /// The values of these facts, in order.
    pub(crate) async fn get_all(
        &self,
        state: &State,
        host: &Arc<Host>,
        keys: Vec<FactKey>,
    ) -> Vec<Answer> {
        let loads: Vec<_> = keys
            .into_iter()
            .map(|mut key| {
                key.chain.clone_from(&self.chain);
                (Busy::new(host), key)
            })
            .collect();
        let loads = loads
            .into_iter()
            .map(|(busy, key)| async move { (load(state, host, key, &busy).await, busy) });
        // Who waited counts again before its loads cease to: in between, a batch would leave without it.
        let loaded = self.busy.idle(join_all(loads)).await;
        loaded.into_iter().map(|(answer, _busy)| answer).collect()
    }
}

type Load<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// One fact: from the cache, from whoever is fetching it, or from the host.
fn load<'a>(state: &'a State, host: &'a Arc<Host>, key: FactKey, busy: &'a Busy) -> Load<'a> {
    Box::pin(async move {
        loop {
            let (sender, mut pending) = {
                let mut cache = lock(&host.facts.cache);
                match cache.get(&key.text) {
                    Some(Slot::Ready { answer, .. }) => return answer.clone(),
                    Some(Slot::Pending(pending)) if pending.has_changed().is_ok() => {
                        (None, pending.clone())
                    }
                    _ => {
                        let (sender, pending) = watch::channel(None);
                        cache.insert(key.text.clone(), Slot::Pending(pending.clone()));
                        (Some(sender), pending)
                    }
                }
            };
            let Some(sender) = sender else {
                if key.chain.contains(&key.text) {
                    let message = format!("the facts {} derive from each other", key.chain_text());
                    return Err(GuestError::new(ErrorKind::MissingFact, message));
                }
                let answer = busy.idle(async {
                    pending
                        .wait_for(Option::is_some)
                        .await
                        .ok()
                        .and_then(|got| got.clone())
                });
                match answer.await {
                    Some(answer) => return answer,
                    None => continue,
                }
            };
            let epoch = host.facts.epoch.load(Ordering::SeqCst);
            let info = state.plugins().fact(&key.fact);
            let answer = match &info {
                Ok(info) => fetch(state, host, &key, info, busy).await,
                Err(error) => Err(GuestError::new(ErrorKind::MissingFact, error.to_string())),
            };
            let stability = info.map_or(Stability::State, |info| info.stability);
            {
                let mut cache = lock(&host.facts.cache);
                let fresh = host.facts.epoch.load(Ordering::SeqCst) == epoch
                    || stability == Stability::Immutable;
                if fresh && answer.is_ok() {
                    cache.insert(
                        key.text.clone(),
                        Slot::Ready {
                            answer: answer.clone(),
                            stability,
                        },
                    );
                } else {
                    cache.remove(&key.text);
                }
            }
            let _ = sender.send(Some(answer.clone()));
            return answer;
        }
    })
}

async fn fetch(
    state: &State,
    host: &Arc<Host>,
    key: &FactKey,
    info: &FactInfo,
    busy: &Busy,
) -> Answer {
    let named = |error: PluginError| match error {
        PluginError::Guest(error) => error,
        other => GuestError::new(ErrorKind::MissingFact, format!("{}: {other}", key.fact)),
    };
    let plugins = state.plugins();
    let args = std::slice::from_ref(&key.args);
    // A view counts as somebody who may ask: none may be alive while the host is waited for.
    let view = || {
        OperationView::new(
            state,
            host,
            (*key.globals).clone(),
            key.secrets.clone(),
            Readable::default(),
            None,
            key.asker.clone(),
        )
    };
    let answer = lock(&host.facts.ahead).remove(&key.text);
    let answer = match answer {
        Some(answer) => busy.idle(answer).await.ok().flatten(),
        None => None,
    };
    let origin = match answer {
        Some(answer) => Err(answer),
        None => Ok(plugins
            .source(&key.fact, args, view())
            .await
            .map_err(named)?),
    };
    let answered = match origin {
        Err(answer) => {
            let raw = answer
                .map_err(|error| GuestError::new(ErrorKind::MissingFact, error.to_string()))?;
            show_output(state, host, &raw);
            Answered::Raw(raw)
        }
        Ok(Origin::Shell(shell)) => run(host, key, info, shell, busy).await?,
        Ok(Origin::Probe(probe)) => {
            let command = super::probe::command(&probe)
                .map_err(|why| GuestError::new(ErrorKind::MissingFact, why))?;
            run(host, key, info, Shell::raw(command), busy).await?
        }
        Ok(Origin::Derived(facts)) => {
            if key.chain.len() >= DEPTH {
                let message = format!("facts derive more than {DEPTH} deep: {}", key.chain_text());
                return Err(GuestError::new(ErrorKind::MissingFact, message));
            }
            let mut planner = Planner::start(host);
            planner.chain.clone_from(&key.chain);
            planner.chain.push(key.text.clone());
            let mut values = Vec::with_capacity(facts.len());
            let mut keys = Vec::with_capacity(facts.len());
            for fact in &facts {
                let request = FactRequest {
                    fact: fact.fact.clone(),
                    args: fact.args.clone(),
                    select: Vec::new(),
                    globals: Json::Null,
                };
                let context = Context {
                    globals: key.globals.clone(),
                    text: key.context.clone(),
                };
                keys.push(FactKey::of_request(
                    state,
                    host,
                    &request,
                    &key.secrets,
                    &context,
                    &key.asker,
                )?);
            }
            let names = keys.iter().map(|key| key.text.clone()).collect();
            lock(&host.facts.sources).insert(key.text.clone(), Source::Facts(names));
            let answers = busy.idle(planner.get_all(state, host, keys)).await;
            for (answer, fact) in answers.into_iter().zip(&facts) {
                values.push(select((*answer?).clone(), &fact.select));
            }
            Answered::Raw(RawOutput {
                values,
                ..RawOutput::default()
            })
        }
        Ok(Origin::Other(name, _)) => {
            let message = format!(
                "{} comes from `{name}`, which needs a newer windlass",
                key.fact
            );
            return Err(GuestError::new(ErrorKind::MissingFact, message));
        }
    };
    let value = match answered {
        Answered::Value(value) => value,
        Answered::Raw(raw) => plugins
            .parse(&key.fact, args, veiled(state, &key.fact, raw), view())
            .await
            .map_err(named)?
            .into_iter()
            .next()
            .unwrap_or_else(|| info.default.clone()),
    };
    if state.print_flags().fact_info {
        let args = state.secrets().mask(&canonical(&key.args));
        state.emit(Event::Fact {
            host: host.name().to_owned(),
            fact: key.fact.clone(),
            args,
        });
    }
    let value = quoted(value);
    let value = if state.secrets().is_empty() {
        value
    } else {
        state.secrets().tag_json(&value)
    };
    Ok(Arc::new(value))
}

/// A fact that deploy code or a program asks for.
pub(crate) async fn get_fact(
    state: &State,
    host: &Arc<Host>,
    call: FactCall,
    outer: &Chain,
) -> Result<Json, EngineError> {
    let wrong = |message: String| EngineError::Call {
        message,
        place: call.place.clone(),
    };
    let (_, scopes) = host.scopes();
    let below = crate::prepare::host_globals(state, host).map_err(&wrong)?;
    let below = scopes.over(&below);
    let globals = call.globals.clone().over(&below);
    state
        .allow_module(host, &call.place, &below, &globals)
        .map_err(|denial| wrong(denial.to_string()))?;
    let key =
        FactKey::bind(state, host, &call, &Context::of(&globals), outer).map_err(|error| {
            match error {
                PluginError::Denied(error) => wrong(error.to_string()),
                other => wrong(format!("{}: {other}", call.fact)),
            }
        })?;
    let planner = Planner::start(host);
    let answer = planner
        .get_all(state, host, vec![key])
        .await
        .into_iter()
        .next();
    match answer {
        Some(Ok(value)) => Ok(state.secrets().untag_json((*value).clone(), &[])),
        Some(Err(error)) => Err(wrong(format!("{} on {}: {error}", call.fact, host.name()))),
        None => Err(wrong(format!(
            "{} on {}: no answer",
            call.fact,
            host.name()
        ))),
    }
}
