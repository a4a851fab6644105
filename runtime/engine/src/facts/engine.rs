//! The fact engine of one host: a cache, single flight, and batches of what is pending together.
//!
//! Planners run side by side. A batch leaves when every planner of the host waits for a fact, so that one round trip
//! carries whatever can be asked at that point, whoever asked.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{Notify, oneshot, watch};

use crate::arguments::GlobalArguments;
use crate::connector::Stream;
use crate::contract::{Atom, Content, FactInfo, FactRequest, Origin, RawOutput, Shell, Stability};
use crate::deploy::FactCall;
use crate::error::EngineError;
use crate::events::Event;
use crate::json::{Json, JsonMap, canonical};
use crate::plugins::{ErrorKind, GuestError, PluginError};
use crate::remote::{Look, Looked, Looking};
use crate::state::{Host, State};

use super::batch::{self, Script};
use super::overlay::select;
use super::view::OperationView;

/// How long a batch waits at most for planners that do not come to ask. A planner that is slow only costs a round trip.
const LINGER: Duration = Duration::from_millis(20);

/// How deep facts may derive from facts.
const DEPTH: usize = 16;

pub(crate) type Answer = Result<Arc<Json>, GuestError>;

/// A question in its canonical form: what the cache is keyed by.
#[derive(Clone)]
pub(crate) struct FactKey {
    pub(crate) fact: String,
    pub(crate) args: Json,
    globals: Arc<GlobalArguments>,
    /// The global arguments in one word.
    context: Arc<str>,
    secrets: Vec<String>,
    /// All of that in one word.
    pub(crate) text: Arc<str>,
    chain: Vec<Arc<str>>,
}

/// As whom and where facts are asked, worked out once for all that are asked there.
pub(crate) struct Context {
    globals: Arc<GlobalArguments>,
    text: Arc<str>,
}

impl Context {
    pub(crate) fn of(globals: &GlobalArguments) -> Self {
        let globals = globals.execution_context();
        let text = canonical(&Json::Object(globals.to_json())).into();
        Self {
            globals: Arc::new(globals),
            text,
        }
    }

    fn share(&self) -> Self {
        Self {
            globals: self.globals.clone(),
            text: self.text.clone(),
        }
    }

    /// With global arguments of one's own on top.
    fn under(&self, own: &Json, state: &State) -> Result<Self, String> {
        match own {
            Json::Null => Ok(self.share()),
            Json::Object(none) if none.is_empty() => Ok(self.share()),
            own => {
                let own = GlobalArguments::from_json(own, state.secrets())?;
                Ok(Self::of(&own.over(&self.globals)))
            }
        }
    }
}

impl FactKey {
    /// The key of a guest's request.
    pub(crate) fn of_request(
        state: &State,
        request: &FactRequest,
        context: &Context,
    ) -> Result<Self, GuestError> {
        let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
        let named = request.args.as_object().cloned().unwrap_or_default();
        let context = context.under(&request.globals, state).map_err(missing)?;
        Self::bind(state, &request.fact, Vec::new(), named, &context)
            .map_err(|error| missing(error.to_string()))
    }

    fn bind(
        state: &State,
        fact: &str,
        positional: Vec<Json>,
        named: JsonMap,
        context: &Context,
    ) -> Result<Self, PluginError> {
        let bound = state
            .plugins()
            .bind_fact(fact, positional, named, state.secrets())?;
        let info = state.plugins().fact(fact)?;
        let argument = |message: String| PluginError::Argument {
            argument: None,
            message: format!("{fact}: {message}"),
        };
        let context = context.under(&info.globals, state).map_err(argument)?;
        let text = format!(
            "{fact}\0{}\0{}\0{}",
            canonical(&bound.args),
            bound.secrets.join("\0"),
            context.text
        );
        Ok(Self {
            fact: fact.to_owned(),
            args: bound.args,
            globals: context.globals,
            context: context.text,
            secrets: bound.secrets,
            text: text.into(),
            chain: Vec::new(),
        })
    }
}

enum Slot {
    Ready {
        answer: Answer,
        stability: Stability,
    },
    Pending(watch::Receiver<Option<Answer>>),
}

struct Waiting {
    look: Look,
    shell: Shell,
    key: FactKey,
    answer: oneshot::Sender<Result<RawOutput, GuestError>>,
}

/// Where a fact came from.
#[derive(Clone)]
enum Source {
    Host(Look),
    Facts(Vec<Arc<str>>),
}

/// How many commands are sent ahead at most.
const AHEAD: usize = 64;

/// The facts of one host.
#[derive(Default)]
pub(crate) struct FactEngine {
    cache: Mutex<HashMap<Arc<str>, Slot>>,
    /// What was asked of the host for a fact, so that it can be asked ahead of whoever needs it next.
    sources: Mutex<HashMap<Arc<str>, Source>>,
    /// What was asked ahead. Nothing has run on the host since.
    ahead: Mutex<HashMap<Arc<str>, oneshot::Receiver<Looked>>>,
    queue: Mutex<Vec<Waiting>>,
    busy: AtomicUsize,
    quiet: Notify,
    pending: Notify,
    epoch: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
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
struct Busy(Arc<Host>);

impl Busy {
    fn new(host: &Arc<Host>) -> Self {
        host.facts.enter();
        Self(host.clone())
    }

    /// Waits without counting as busy.
    async fn idle<T>(&self, wait: impl Future<Output = T>) -> T {
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
        self.busy
            .idle(join_all(loads.into_iter().map(|(busy, key)| async move {
                load(state, host, key, busy).await
            })))
            .await
    }
}

type Load<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// One fact: from the cache, from whoever is fetching it, or from the host.
fn load<'a>(state: &'a State, host: &'a Arc<Host>, key: FactKey, busy: Busy) -> Load<'a> {
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
                Ok(info) => fetch(state, host, &key, info, &busy).await,
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

impl FactKey {
    fn chain_text(&self) -> String {
        let names = self
            .chain
            .iter()
            .map(|text| text.split('\0').next().unwrap_or_default());
        names.collect::<Vec<_>>().join(" → ")
    }
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
            Vec::new(),
            None,
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
    let raw = match origin {
        Err(answer) => {
            let raw = answer
                .map_err(|error| GuestError::new(ErrorKind::MissingFact, error.to_string()))?;
            show_output(state, host, &raw);
            raw
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
                keys.push(FactKey::of_request(state, &request, &context)?);
            }
            let names = keys.iter().map(|key| key.text.clone()).collect();
            lock(&host.facts.sources).insert(key.text.clone(), Source::Facts(names));
            let answers = busy.idle(planner.get_all(state, host, keys)).await;
            for (answer, fact) in answers.into_iter().zip(&facts) {
                values.push(select((*answer?).clone(), &fact.select));
            }
            RawOutput {
                values,
                ..RawOutput::default()
            }
        }
        Ok(Origin::Other(name, _)) => {
            let message = format!(
                "{} comes from `{name}`, which needs a newer windlass",
                key.fact
            );
            return Err(GuestError::new(ErrorKind::MissingFact, message));
        }
    };
    let values = plugins
        .parse(&key.fact, args, raw, view())
        .await
        .map_err(named)?;
    let value = values
        .into_iter()
        .next()
        .unwrap_or_else(|| info.default.clone());
    if state.print_flags().fact_info {
        let args = state.secrets().mask(&canonical(&key.args));
        state.emit(Event::Fact {
            host: host.name().to_owned(),
            fact: key.fact.clone(),
            args,
        });
    }
    let value = if state.secrets().is_empty() {
        value
    } else {
        state.secrets().tag_json(&value)
    };
    Ok(Arc::new(value))
}

/// Runs a fact's command, together with whatever else is pending.
async fn run(
    host: &Arc<Host>,
    key: &FactKey,
    info: &FactInfo,
    shell: Shell,
    busy: &Busy,
) -> Result<RawOutput, GuestError> {
    let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
    let text = crate::command::render(&shell.text).map_err(missing)?;
    let command = match &info.requires {
        Some(program) => {
            format!(
                "if ! command -v {} >/dev/null 2>&1; then exit 127; fi\n{text}",
                crate::command::quote(program)
            )
        }
        None => text,
    };
    let look = Look {
        name: key.text.clone(),
        text: command.into(),
        arguments: key.globals.clone(),
    };
    if is_simple(&shell) {
        lock(&host.facts.sources).insert(key.text.clone(), Source::Host(look.clone()));
    }
    let (answer, received) = oneshot::channel();
    lock(&host.facts.queue).push(Waiting {
        look,
        shell,
        key: key.clone(),
        answer,
    });
    host.facts.pending.notify_one();
    busy.idle(async {
        received
            .await
            .unwrap_or_else(|_| Err(missing(String::from("the run was stopped"))))
    })
    .await
}

/// Sends batches until it is aborted; a host has one such task while it is connected.
pub(crate) async fn serve(state: State, host: Arc<Host>) {
    loop {
        host.facts.pending.notified().await;
        let deadline = tokio::time::Instant::now() + LINGER;
        while host.facts.busy.load(Ordering::SeqCst) != 0 {
            if tokio::time::timeout_at(deadline, host.facts.quiet.notified())
                .await
                .is_err()
            {
                break;
            }
        }
        let waiting = std::mem::take(&mut *lock(&host.facts.queue));
        let mut groups: Vec<(Arc<str>, Vec<Waiting>)> = Vec::new();
        for item in waiting {
            let context = item.key.context.clone();
            match groups.iter_mut().find(|(held, _)| *held == context) {
                Some((_, group)) => group.push(item),
                None => groups.push((context, vec![item])),
            }
        }
        for (_, group) in groups {
            tokio::spawn(send(state.clone(), host.clone(), group));
        }
    }
}

async fn send(state: State, host: Arc<Host>, group: Vec<Waiting>) {
    let _window = state.fact_window().acquire().await;
    let has_shell = host
        .remote()
        .map(|remote| remote.has_shell())
        .unwrap_or(false);
    let shared = has_shell && state.config().batch;
    let (together, alone): (Vec<_>, Vec<_>) = group
        .into_iter()
        .partition(|item| shared && is_simple(&item.shell));
    let mut left = alone;
    let looks: Vec<Look> = together.iter().map(|item| item.look.clone()).collect();
    let looking = match host.remote() {
        Ok(remote) if shared => remote.look(&looks),
        _ => None,
    };
    if let Some(looking) = looking {
        left.extend(hand_out(&state, &host, together, looking).await);
    } else if together.len() == 1 {
        left.extend(together);
    } else if !together.is_empty() {
        left.extend(send_together(&state, &host, together).await);
    }
    join_all(left.into_iter().map(|item| {
        let (state, host) = (&state, &host);
        async move {
            let text = if has_shell {
                item.look.text.to_string()
            } else {
                item.key_command()
            };
            let shell = Shell {
                text: Shell::raw(text).text,
                ..item.shell
            };
            let answer = execute(state, host, &shell, &item.key.globals, &item.key.secrets).await;
            let _ = item.answer.send(answer);
        }
    }))
    .await;
}

/// True for what needs nothing beside its text.
fn is_simple(shell: &Shell) -> bool {
    shell.stdin.is_none() && shell.env.is_empty() && shell.files.is_empty()
}

/// Hands answers to those who wait for them, once all are there: what they ask next then travels together as well. Gives
/// back those that have none.
async fn hand_out(
    state: &State,
    host: &Arc<Host>,
    items: Vec<Waiting>,
    looking: Looking,
) -> Vec<Waiting> {
    for item in &items {
        show_input(state, host, &item.look.text);
    }
    let answers = join_all(looking.answers.into_iter().map(|(_, answer)| answer)).await;
    // Who gets an answer may ask again: nothing leaves before all have theirs.
    let _busy = Busy::new(host);
    let mut left = Vec::new();
    for (item, answer) in items.into_iter().zip(answers) {
        match answer.ok().flatten() {
            Some(Ok(output)) => {
                show_output(state, host, &output);
                let _ = item.answer.send(Ok(output));
            }
            Some(Err(error)) => {
                let error = GuestError::new(ErrorKind::MissingFact, error.to_string());
                let _ = item.answer.send(Err(error));
            }
            None => left.push(item),
        }
    }
    left
}

impl Waiting {
    /// The bare command, for scripted hosts whose answers are looked up by it.
    fn key_command(&self) -> String {
        crate::command::render(&self.shell.text).unwrap_or_default()
    }
}

/// Sends commands in as few round trips as their size allows; gives back those that have no answer.
async fn send_together(state: &State, host: &Arc<Host>, items: Vec<Waiting>) -> Vec<Waiting> {
    let commands: Vec<String> = items
        .iter()
        .map(|item| item.look.text.to_string())
        .collect();
    let globals = items
        .first()
        .map(|item| item.key.globals.clone())
        .unwrap_or_default();
    let mut outputs = Vec::with_capacity(items.len());
    for range in batch::chunks(&commands) {
        let commands = commands.get(range).unwrap_or_default();
        let script = Script::new(
            commands,
            format!(
                "{}{:x}",
                state.run_key(),
                host.facts.epoch.load(Ordering::Relaxed)
            ),
        );
        let shell = Shell {
            text: Shell::raw("sh").text,
            stdin: Some(Content::Inline(vec![Atom::Text(script.text.clone())])),
            ..Shell::default()
        };
        for command in commands {
            show_input(state, host, command);
        }
        match execute_quietly(host, &shell, &globals, &[]).await {
            Ok(raw) => outputs.extend(script.split(&raw.stdout, &raw.stderr)),
            Err(_) => outputs.extend(commands.iter().map(|_| None)),
        }
    }
    let mut left = Vec::new();
    for (item, output) in items.into_iter().zip(outputs) {
        match output {
            Some(output) => {
                show_output(state, host, &output);
                let _ = item.answer.send(Ok(output));
            }
            None => left.push(item),
        }
    }
    left
}

fn show_input(state: &State, host: &Arc<Host>, command: &str) {
    if state.print_flags().fact_input {
        let command = state.secrets().mask(command);
        state.emit(Event::FactInput {
            host: host.name().to_owned(),
            command,
        });
    }
}

fn show_output(state: &State, host: &Arc<Host>, raw: &RawOutput) {
    if !state.print_flags().fact_output {
        return;
    }
    for (stream, bytes) in [(Stream::Stdout, &raw.stdout), (Stream::Stderr, &raw.stderr)] {
        for line in String::from_utf8_lossy(bytes).lines() {
            let line = state.secrets().mask(line);
            state.emit(Event::FactOutput {
                host: host.name().to_owned(),
                stream,
                line,
            });
        }
    }
}

async fn execute(
    state: &State,
    host: &Arc<Host>,
    shell: &Shell,
    globals: &GlobalArguments,
    secrets: &[String],
) -> Result<RawOutput, GuestError> {
    show_input(
        state,
        host,
        &crate::command::render(&shell.text).unwrap_or_default(),
    );
    let raw = execute_quietly(host, shell, globals, secrets).await?;
    show_output(state, host, &raw);
    Ok(raw)
}

async fn execute_quietly(
    host: &Arc<Host>,
    shell: &Shell,
    globals: &GlobalArguments,
    secrets: &[String],
) -> Result<RawOutput, GuestError> {
    let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
    let remote = host.remote().map_err(|error| missing(error.to_string()))?;
    let result = remote
        .run(shell, globals, secrets, &mut |_, _| {})
        .await
        .map_err(|error| missing(error.to_string()))?;
    Ok(RawOutput {
        status: result.exit.status.unwrap_or(-1),
        stdout: result.output.bytes(Stream::Stdout),
        stderr: result.output.bytes(Stream::Stderr),
        values: Vec::new(),
    })
}

/// A fact that deploy code or a program asks for.
pub(crate) async fn get_fact(
    state: &State,
    host: &Arc<Host>,
    call: FactCall,
) -> Result<Json, EngineError> {
    let wrong = |message: String| EngineError::Call {
        message,
        place: call.place.clone(),
    };
    let (_, scopes) = host.scopes();
    let globals = call
        .globals
        .clone()
        .over(&scopes)
        .over(&crate::prepare::host_globals(state, host).map_err(&wrong)?);
    let key = FactKey::bind(
        state,
        &call.fact,
        call.positional.clone(),
        call.named.clone(),
        &Context::of(&globals),
    )
    .map_err(|error| wrong(format!("{}: {error}", call.fact)))?;
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
