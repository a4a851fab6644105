//! What guests planned, remembered by exactly what it depends on: the component, the call, and each answer in order.
//!
//! A call is a tree. Its inner nodes are questions, its edges are answers, its leaves are results. To look a call up
//! for another host, that host's view is asked the same questions in order and the answers followed; where one leads
//! nowhere, the guest runs, and is given the answers that were had on the way.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use windlass_engine::contract::{Origin, Planned};
use windlass_engine::json::Json;
use windlass_engine::plugins::{GuestError, PlanningView};

use crate::guest::{Asked, LogLine};
use crate::question::{Answer, Fingerprint, Question};

/// What a node takes besides its question: its edge, and the tables around both.
const NODE: usize = 160;

/// What a guest answered.
#[derive(Clone)]
pub(crate) enum Value {
    Planned(Arc<Planned>),
    Origin(Arc<Origin>),
    Values(Arc<Vec<Json>>),
}

/// A result and what was logged on the way to it.
pub(crate) struct Kept {
    pub(crate) result: Result<Value, GuestError>,
    pub(crate) log: Vec<LogLine>,
    /// About how many bytes it takes.
    pub(crate) size: usize,
}

/// What looking up found.
pub(crate) enum Found {
    /// The result.
    Kept(Arc<Kept>),
    /// Nothing; the guest has to run. These are the answers that were had already.
    Nothing(VecDeque<(Arc<Question>, Answer)>),
}

enum Node {
    Ask {
        question: Arc<Question>,
        edges: HashMap<Fingerprint, usize>,
    },
    Done(Arc<Kept>),
}

/// The tree of one call.
#[derive(Default)]
struct Tree {
    nodes: Mutex<Vec<Node>>,
    size: AtomicUsize,
    used: AtomicU64,
}

impl Tree {
    fn nodes(&self) -> MutexGuard<'_, Vec<Node>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that is remembered, up to a number of bytes; the calls that were not used for longest are forgotten first.
pub(crate) struct Memo {
    trees: Mutex<HashMap<Fingerprint, Arc<Tree>>>,
    limit: usize,
    size: AtomicUsize,
    clock: AtomicU64,
}

impl Memo {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            trees: Mutex::default(),
            limit,
            size: AtomicUsize::new(0),
            clock: AtomicU64::new(0),
        }
    }

    fn trees(&self) -> MutexGuard<'_, HashMap<Fingerprint, Arc<Tree>>> {
        self.trees.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// About how many bytes are kept.
    pub(crate) fn size(&self) -> usize {
        self.size.load(Ordering::Relaxed)
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.trees().clear();
        self.size.store(0, Ordering::Relaxed);
    }

    /// Asks `view` what the remembered calls asked, and follows its answers.
    pub(crate) async fn find(&self, call: &Fingerprint, view: &Arc<dyn PlanningView>) -> Found {
        let mut known = VecDeque::new();
        let Some(tree) = self.trees().get(call).cloned() else {
            return Found::Nothing(known);
        };
        tree.used.store(
            self.clock.fetch_add(1, Ordering::Relaxed),
            Ordering::Relaxed,
        );
        let mut at = 0;
        loop {
            let question = match tree.nodes().get(at) {
                Some(Node::Done(kept)) => return Found::Kept(kept.clone()),
                Some(Node::Ask { question, .. }) => question.clone(),
                None => return Found::Nothing(known),
            };
            let answer = question.ask(view).await;
            let next = match tree.nodes().get(at) {
                Some(Node::Ask { edges, .. }) => edges.get(&answer.fingerprint()).copied(),
                _ => None,
            };
            known.push_back((question, answer));
            match next {
                Some(next) => at = next,
                None => return Found::Nothing(known),
            }
        }
    }

    /// Remembers what a call asked, was answered, and gave.
    pub(crate) fn keep(&self, call: Fingerprint, asked: &[Asked], kept: Arc<Kept>) {
        if self.limit == 0 {
            return;
        }
        let tree = self.trees().entry(call).or_default().clone();
        tree.used.store(
            self.clock.fetch_add(1, Ordering::Relaxed),
            Ordering::Relaxed,
        );
        let added = grow(&mut tree.nodes(), asked, kept);
        tree.size.fetch_add(added, Ordering::Relaxed);
        let size = self.size.fetch_add(added, Ordering::Relaxed) + added;
        if size > self.limit {
            self.shrink();
        }
    }

    fn shrink(&self) {
        let mut trees = self.trees();
        let mut by_use: Vec<(u64, Fingerprint, usize)> = trees
            .iter()
            .map(|(call, tree)| {
                let (used, size) = (&tree.used, &tree.size);
                (
                    used.load(Ordering::Relaxed),
                    *call,
                    size.load(Ordering::Relaxed),
                )
            })
            .collect();
        by_use.sort_unstable();
        // A quarter is freed at once: sorting for each new plan would cost more than the plans.
        let wanted = self.limit - self.limit / 4;
        let mut size: usize = by_use.iter().map(|(.., size)| size).sum();
        for (_, call, freed) in by_use {
            if size <= wanted {
                break;
            }
            trees.remove(&call);
            size = size.saturating_sub(freed);
        }
        self.size.store(size, Ordering::Relaxed);
    }
}

/// Adds a path to a tree; gives the bytes that were added.
fn grow(nodes: &mut Vec<Node>, asked: &[Asked], kept: Arc<Kept>) -> usize {
    let mut added = 0;
    // The node to stand at, and the edge that leads there.
    let mut at = 0;
    let mut from: Option<(usize, Fingerprint)> = None;
    for (question, answer) in asked {
        if at == nodes.len() {
            added += NODE + question.size();
            nodes.push(Node::Ask {
                question: question.clone(),
                edges: HashMap::new(),
            });
            connect(nodes, from, at);
        }
        let end = nodes.len();
        match nodes.get(at) {
            Some(Node::Ask {
                question: known,
                edges,
            }) if **known == **question => {
                from = Some((at, *answer));
                at = edges.get(answer).copied().unwrap_or(end);
            }
            // The same answers led to another question: the guest is not pure after all, and nothing is kept.
            _ => return added,
        }
    }
    if at == nodes.len() {
        added += NODE + kept.size;
        nodes.push(Node::Done(kept));
        connect(nodes, from, at);
    }
    added
}

fn connect(nodes: &mut [Node], from: Option<(usize, Fingerprint)>, to: usize) {
    if let Some((from, answer)) = from
        && let Some(Node::Ask { edges, .. }) = nodes.get_mut(from)
    {
        edges.insert(answer, to);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::testing::Answers;

    fn asked(name: &str, answer: Option<&str>) -> Asked {
        let question = Question::Global(name.to_owned());
        let answer = Answer::Json(answer.map(str::to_owned));
        (Arc::new(question), answer.fingerprint())
    }

    fn kept(name: &str, size: usize) -> Arc<Kept> {
        let value = Value::Values(Arc::new(vec![Json::from(name)]));
        Arc::new(Kept {
            result: Ok(value),
            log: Vec::new(),
            size,
        })
    }

    async fn look_up(memo: &Memo, call: u8, globals: &[(&str, Json)]) -> Result<String, usize> {
        let view = Answers::default().globals(globals).view();
        match memo.find(&[call; 32], &view).await {
            Found::Kept(kept) => match &kept.result {
                Ok(Value::Values(values)) => {
                    Ok(values.first().unwrap().as_str().unwrap().to_owned())
                }
                _ => panic!("another kind of value"),
            },
            Found::Nothing(known) => Err(known.len()),
        }
    }

    #[tokio::test]
    async fn answers_lead_to_results() {
        let memo = Memo::new(1 << 20);
        let x = |answer| asked("x", answer);
        memo.keep(
            [1; 32],
            &[x(Some("1")), asked("y", None)],
            kept("x1 no y", 1),
        );
        memo.keep([1; 32], &[x(Some("2"))], kept("x2", 1));
        memo.keep([2; 32], &[], kept("asks nothing", 1));
        assert_eq!(
            look_up(&memo, 1, &[("x", Json::from(1))]).await,
            Ok(String::from("x1 no y"))
        );
        assert_eq!(
            look_up(&memo, 1, &[("x", Json::from(2))]).await,
            Ok(String::from("x2"))
        );
        // Known up to the answer that nobody gave before.
        assert_eq!(look_up(&memo, 1, &[("x", Json::from(3))]).await, Err(1));
        let other = [("x", Json::from(1)), ("y", Json::from(0))];
        assert_eq!(look_up(&memo, 1, &other).await, Err(2));
        assert_eq!(
            look_up(&memo, 2, &[]).await,
            Ok(String::from("asks nothing"))
        );
        assert_eq!(look_up(&memo, 3, &[]).await, Err(0));
    }

    #[tokio::test]
    async fn an_impure_guest_is_not_remembered() {
        let memo = Memo::new(1 << 20);
        memo.keep([1; 32], &[asked("x", None)], kept("first", 1));
        memo.keep([1; 32], &[asked("y", None)], kept("second", 1));
        assert_eq!(look_up(&memo, 1, &[]).await, Ok(String::from("first")));
    }

    #[tokio::test]
    async fn what_was_not_used_for_longest_is_forgotten_first() {
        let memo = Memo::new(10_000);
        for call in 0..4 {
            memo.keep([call; 32], &[], kept("kept", 2000));
        }
        assert!(look_up(&memo, 0, &[]).await.is_ok());
        memo.keep([4; 32], &[], kept("kept", 2000));
        assert!(memo.size() <= 10_000, "{}", memo.size());
        assert_eq!(look_up(&memo, 1, &[]).await, Err(0));
        assert!(look_up(&memo, 0, &[]).await.is_ok());
        memo.clear();
        assert_eq!((memo.size(), look_up(&memo, 0, &[]).await), (0, Err(0)));
    }

    #[tokio::test]
    async fn nothing_is_kept_where_nothing_may_be() {
        let memo = Memo::new(0);
        memo.keep([1; 32], &[], kept("kept", 1));
        assert_eq!(look_up(&memo, 1, &[]).await, Err(0));
    }
}
