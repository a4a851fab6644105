//! Sends what is asked of a host, together where it can travel together, and hands out the answers.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::oneshot;

use crate::arguments::GlobalArguments;
use crate::connector::Stream;
use crate::contract::{Atom, Content, FactInfo, RawOutput, Shell};
use crate::events::Event;
use crate::json::Json;
use crate::plugins::{ErrorKind, GuestError};
use crate::remote::{Look, Looking};
use crate::state::{Host, State};

use super::batch::{self, Script};
use super::engine::{Busy, Source, lock};
use super::key::FactKey;
use super::merge::{Asked, merge, split};

/// How long a batch waits at most for planners that do not come to ask. A planner that is slow only costs a round trip.
const LINGER: Duration = Duration::from_millis(100);

/// What came back for a request.
pub(super) enum Answered {
    /// What its command gave.
    Raw(RawOutput),
    /// Its value, from a command that served several requests.
    Value(Json),
}

/// A command whose answer somebody waits for.
pub(super) struct Waiting {
    pub(super) look: Look,
    pub(super) shell: Shell,
    pub(super) key: FactKey,
    /// How many requests of its fact one command serves.
    pub(super) batch: usize,
    answer: oneshot::Sender<(Result<Answered, GuestError>, Busy)>,
}

impl Waiting {
    /// Gives the answer. Whoever waited counts as busy from now on, not only once it runs: else the next batch would
    /// leave without what it asks next.
    pub(super) fn answer(self, host: &Arc<Host>, answer: Result<Answered, GuestError>) {
        let _ = self.answer.send((answer, Busy::new(host)));
    }
}

/// Runs a fact's command, together with whatever else is pending.
pub(super) async fn run(
    host: &Arc<Host>,
    key: &FactKey,
    info: &FactInfo,
    shell: Shell,
    busy: &Busy,
) -> Result<Answered, GuestError> {
    let missing = |message: String| GuestError::new(ErrorKind::MissingFact, message);
    let text = crate::command::render(&shell.text).map_err(missing)?;
    let look = look_at(key.text.clone(), text, key, info.requires.as_deref());
    if is_simple(&shell) {
        lock(&host.facts.sources).insert(key.text.clone(), Source::Host(look.clone()));
    }
    let (answer, received) = oneshot::channel();
    lock(&host.facts.queue).push(Waiting {
        look,
        shell,
        key: key.clone(),
        batch: info.batch as usize,
        answer,
    });
    host.facts.pending.notify_one();
    match busy.idle(received).await {
        Ok((answer, _busy)) => answer,
        Err(_) => Err(missing(String::from("the run was stopped"))),
    }
}

/// A command as the host gets it. Where the program it needs is missing, its status says so.
pub(super) fn look_at(name: Arc<str>, text: String, key: &FactKey, requires: Option<&str>) -> Look {
    let text = match requires {
        Some(program) => format!(
            "if ! command -v {} >/dev/null 2>&1; then exit 127; fi\n{text}",
            crate::command::quote(program)
        ),
        None => text,
    };
    Look {
        name,
        text: text.into(),
        arguments: key.globals.clone(),
    }
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
    let merged = merge(&state, &host, together).await;
    left.extend(look(&state, &host, merged).await);
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
                ..item.shell.clone()
            };
            let answer = execute(state, host, &shell, &item.key.globals, &item.key.secrets).await;
            item.answer(host, answer.map(Answered::Raw));
        }
    }))
    .await;
}

/// True for what needs nothing beside its text.
pub(super) fn is_simple(shell: &Shell) -> bool {
    shell.stdin.is_none() && shell.env.is_empty() && shell.files.is_empty()
}

/// Has the host look at all of it, in one round trip where it can; gives back what has no answer.
async fn look(state: &State, host: &Arc<Host>, asked: Vec<Asked>) -> Vec<Waiting> {
    let looks: Vec<Look> = asked.iter().map(|asked| asked.look.clone()).collect();
    let looking = host.remote().ok().and_then(|remote| remote.look(&looks));
    if let Some(looking) = looking {
        return hand_out(state, host, asked, looking).await;
    }
    let items: Vec<Waiting> = asked.into_iter().flat_map(|asked| asked.items).collect();
    match items.len() {
        0 | 1 => items,
        _ => send_together(state, host, items).await,
    }
}

/// Hands answers to those who wait for them, once all are there: what they ask next then travels together as well. Gives
/// back those that have none.
async fn hand_out(
    state: &State,
    host: &Arc<Host>,
    asked: Vec<Asked>,
    looking: Looking,
) -> Vec<Waiting> {
    for asked in &asked {
        show_input(state, host, &asked.look.text);
    }
    let answers = join_all(looking.answers.into_iter().map(|(_, answer)| answer)).await;
    // Who gets an answer may ask again: nothing leaves before all have theirs.
    let _busy = Busy::new(host);
    let mut left = Vec::new();
    let mut again = Vec::new();
    for (asked, answer) in asked.into_iter().zip(answers) {
        let answer = answer.ok().flatten();
        if let Some(Ok(output)) = &answer {
            show_output(state, host, output);
        }
        let mut items = asked.items;
        if items.len() > 1 {
            again.extend(split(state, host, items, answer.and_then(Result::ok)).await);
            continue;
        }
        match (items.pop(), answer) {
            (Some(item), Some(answer)) => {
                let answer = answer
                    .map(Answered::Raw)
                    .map_err(|error| GuestError::new(ErrorKind::MissingFact, error.to_string()));
                item.answer(host, answer);
            }
            (item, None) => left.extend(item),
            (None, Some(_)) => {}
        }
    }
    if !again.is_empty() {
        let again = again.into_iter().map(Asked::one).collect();
        left.extend(Box::pin(look(state, host, again)).await);
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
                item.answer(host, Ok(Answered::Raw(output)));
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

pub(super) fn show_output(state: &State, host: &Arc<Host>, raw: &RawOutput) {
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
