//! Requests of one fact that leave together, in one command: as many paths in one `stat` as the fact says it takes.
//!
//! A fact's component makes the joint command and splits its output (`source` and `parse` with several argument sets).
//! Where it can't do either for these requests or on this host, they are asked one by one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::contract::{Origin, RawOutput};
use crate::json::Json;
use crate::local_files::Readable;
use crate::remote::Look;
use crate::state::{Host, State};

use super::engine::lock;
use super::send::{Answered, Waiting, is_simple, look_at};
use super::veil::veiled;
use super::view::OperationView;

/// What is asked of the host in one command.
pub(super) struct Asked {
    /// The command.
    pub(super) look: Look,
    /// The requests that it serves: one, or several of one fact.
    pub(super) items: Vec<Waiting>,
}

impl Asked {
    /// A request by itself.
    pub(super) fn one(item: Waiting) -> Self {
        Self {
            look: item.look.clone(),
            items: vec![item],
        }
    }
}

/// Joins requests of one fact, as far as the fact says that one command serves several.
pub(super) async fn merge(state: &State, host: &Arc<Host>, items: Vec<Waiting>) -> Vec<Asked> {
    let mut asked = Vec::with_capacity(items.len());
    let mut groups: Vec<Vec<Waiting>> = Vec::new();
    let mut open: HashMap<String, usize> = HashMap::new();
    for item in items {
        let has_secrets = !item.key.secrets.is_empty();
        if item.batch < 2 || has_secrets || lock(&host.facts.apart).contains(&item.key.fact) {
            asked.push(Asked::one(item));
            continue;
        }
        let batch = item.batch;
        let at = open.get(&item.key.fact).copied();
        match at.and_then(|at| groups.get_mut(at)) {
            Some(group) if group.len() < batch => group.push(item),
            _ => {
                open.insert(item.key.fact.clone(), groups.len());
                groups.push(vec![item]);
            }
        }
    }
    for group in groups {
        match join(state, host, &group).await {
            Some(look) => asked.push(Asked { look, items: group }),
            None => asked.extend(group.into_iter().map(Asked::one)),
        }
    }
    asked
}

/// The command that serves several requests of one fact; none where there is none.
async fn join(state: &State, host: &Arc<Host>, items: &[Waiting]) -> Option<Look> {
    let (first, [_, ..]) = items.split_first()? else {
        return None;
    };
    let info = state.plugins().fact(&first.key.fact).ok()?;
    let origin = state
        .plugins()
        .source(&first.key.fact, &arguments(items), view(state, host, items))
        .await;
    let Ok(Origin::Shell(shell)) = origin else {
        return None;
    };
    let text = crate::command::render(&shell.text).ok()?;
    is_simple(&shell).then(|| {
        let name = first.key.text.clone();
        look_at(name, text, &first.key, info.requires.as_deref())
    })
}

/// Gives each request its part of what came back; gives the requests back where that can't be done.
pub(super) async fn split(
    state: &State,
    host: &Arc<Host>,
    items: Vec<Waiting>,
    output: Option<RawOutput>,
) -> Vec<Waiting> {
    let (Some(output), Some(first)) = (output, items.first()) else {
        return items;
    };
    let fact = first.key.fact.clone();
    let view = view(state, host, &items);
    let output = veiled(state, &fact, output);
    let values = state
        .plugins()
        .parse(&fact, &arguments(&items), output, view)
        .await;
    match values {
        Ok(values) if values.len() == items.len() => {
            for (item, value) in items.into_iter().zip(values) {
                item.answer(host, Ok(Answered::Value(value)));
            }
            Vec::new()
        }
        _ => {
            lock(&host.facts.apart).insert(fact);
            items
        }
    }
}

fn arguments(items: &[Waiting]) -> Vec<Json> {
    items.iter().map(|item| item.key.args.clone()).collect()
}

fn view(state: &State, host: &Arc<Host>, items: &[Waiting]) -> Arc<OperationView> {
    let (globals, asker) = items
        .first()
        .map(|item| ((*item.key.globals).clone(), item.key.asker.clone()))
        .unwrap_or_default();
    let readable = Readable::default();
    OperationView::new(state, host, globals, Vec::new(), readable, None, asker)
}
