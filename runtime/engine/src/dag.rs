//! The operation graph: hosts' sequences merged, and the order they give.
//!
//! A pure module: sequences of identities in, an order out. An operation comes after the one before it on every host;
//! among those that are ready, the one whose place comes first in the deploy goes first.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use thiserror::Error;

use crate::place::Place;
use crate::state::OperationId;

/// Two hosts order the same operations differently.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "hosts disagree on the order of operations:\n{}\n  this happens where a loop runs over lists that hosts order differently, \
     or where branches swap two calls\n  fix: loop over `host.loop(…)`, which gives every round operations of its own, or over a list that is sorted the \
     same way on every host (`sorted(…)`), or move the calls out of the loop",
    .steps.iter().map(|step| format!("    {step}")).collect::<Vec<_>>().join("\n")
)]
pub(crate) struct Cycle {
    /// `NAME (FILE:LINE) comes before NAME (FILE:LINE) on HOST`, around the cycle.
    pub steps: Vec<String>,
}

/// The merged graph.
#[derive(Debug)]
pub(crate) struct Graph {
    order: Vec<OperationId>,
    before: HashMap<OperationId, Vec<OperationId>>,
}

impl Graph {
    /// Merges sequences, one a host.
    ///
    /// # Errors
    /// [`Cycle`] with the operations and hosts around it.
    pub(crate) fn build(
        sequences: Vec<(String, Vec<OperationId>)>,
        place: impl Fn(OperationId) -> (Vec<u32>, Place),
        title: impl Fn(OperationId) -> String,
    ) -> Result<Self, Cycle> {
        let mut before: HashMap<OperationId, Vec<OperationId>> = HashMap::new();
        let mut after: HashMap<OperationId, Vec<OperationId>> = HashMap::new();
        let mut edges: HashSet<(OperationId, OperationId)> = HashSet::new();
        let mut seen: HashSet<Vec<OperationId>> = HashSet::new();
        for (_, sequence) in &sequences {
            if !seen.insert(sequence.clone()) {
                continue;
            }
            for id in sequence {
                before.entry(*id).or_default();
            }
            for (first, second) in sequence.iter().zip(sequence.iter().skip(1)) {
                if edges.insert((*first, *second)) {
                    before.entry(*second).or_default().push(*first);
                    after.entry(*first).or_default().push(*second);
                }
            }
        }
        let keys: HashMap<OperationId, Vec<u32>> =
            before.keys().map(|id| (*id, place(*id).0)).collect();
        let key = |id: OperationId| (keys.get(&id).cloned().unwrap_or_default(), id);
        let mut waiting: HashMap<OperationId, usize> =
            before.iter().map(|(id, all)| (*id, all.len())).collect();
        let mut ready: BinaryHeap<Reverse<(Vec<u32>, OperationId)>> = waiting
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(id, _)| Reverse(key(*id)))
            .collect();
        let mut order = Vec::with_capacity(before.len());
        while let Some(Reverse((_, id))) = ready.pop() {
            order.push(id);
            for next in after.get(&id).into_iter().flatten() {
                if let Some(count) = waiting.get_mut(next) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push(Reverse(key(*next)));
                    }
                }
            }
        }
        if order.len() < before.len() {
            let done: HashSet<OperationId> = order.into_iter().collect();
            return Err(cycle(&sequences, &before, &done, &|id| {
                format!("{} ({})", title(id), place(id).1.short())
            }));
        }
        Ok(Self { order, before })
    }

    /// All operations, in order.
    #[must_use]
    pub(crate) fn order(&self) -> Vec<OperationId> {
        self.order.clone()
    }

    /// The operations that come directly before one.
    #[must_use]
    pub(crate) fn before(&self, id: OperationId) -> &[OperationId] {
        self.before.get(&id).map_or(&[], Vec::as_slice)
    }
}

/// Walks backwards through what is left until an operation comes up twice.
fn cycle(
    sequences: &[(String, Vec<OperationId>)],
    before: &HashMap<OperationId, Vec<OperationId>>,
    done: &HashSet<OperationId>,
    show: &dyn Fn(OperationId) -> String,
) -> Cycle {
    let mut left: Vec<OperationId> = before
        .keys()
        .filter(|id| !done.contains(id))
        .copied()
        .collect();
    left.sort();
    let mut path: Vec<OperationId> = Vec::new();
    let mut at = left.first().copied();
    while let Some(id) = at {
        if let Some(start) = path.iter().position(|seen| *seen == id) {
            path.drain(..start);
            break;
        }
        path.push(id);
        at = before
            .get(&id)
            .and_then(|all| all.iter().filter(|id| !done.contains(id)).min().copied());
    }
    path.reverse();
    let next = path.iter().skip(1).chain(path.first());
    let steps = path.iter().zip(next).map(|(first, second)| {
        let host = sequences
            .iter()
            .find(|(_, sequence)| sequence.windows(2).any(|pair| pair == [*first, *second]))
            .map_or("?", |(host, _)| host.as_str());
        format!("{} comes before {} on {host}", show(*first), show(*second))
    });
    Cycle {
        steps: steps.collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn build(sequences: &[(&str, &[u64])]) -> Result<Graph, Cycle> {
        let sequences = sequences
            .iter()
            .map(|(host, ids)| {
                (
                    (*host).to_owned(),
                    ids.iter().copied().map(OperationId).collect(),
                )
            })
            .collect();
        let place = |id: OperationId| (vec![id.0 as u32], Place::at("deploy.star", id.0 as u32));
        Graph::build(sequences, place, |id| format!("op{}", id.0))
    }

    #[test]
    fn ready_operations_go_by_place() {
        let graph = build(&[("web", &[1, 4, 5]), ("db", &[1, 2, 3])]).unwrap();
        assert_eq!(
            graph.order().iter().map(|id| id.0).collect::<Vec<_>>(),
            [1, 2, 3, 4, 5]
        );
        assert_eq!(graph.before(OperationId(4)), [OperationId(1)]);
    }

    #[test]
    fn a_cycle_names_operations_hosts_and_the_fix() {
        let text = build(&[("a", &[1, 2]), ("b", &[2, 1])])
            .unwrap_err()
            .to_string();
        assert!(
            text.contains("op1 (deploy.star:1) comes before op2 (deploy.star:2) on a"),
            "{text}"
        );
        assert!(
            text.contains("op2 (deploy.star:2) comes before op1 (deploy.star:1) on b"),
            "{text}"
        );
        assert!(text.contains("fix:"), "{text}");
    }

    proptest! {
        #[test]
        fn every_host_keeps_its_sequence(hosts in proptest::collection::vec(proptest::collection::btree_set(0_u64..40, 0..20), 1..8)) {
            let sequences: Vec<(String, Vec<OperationId>)> = hosts
                .iter()
                .enumerate()
                .map(|(at, ids)| (format!("h{at}"), ids.iter().copied().map(OperationId).collect()))
                .collect();
            let place = |id: OperationId| (vec![id.0 as u32], Place::default());
            let order = Graph::build(sequences.clone(), place, |id| id.to_string()).unwrap().order();
            let at: HashMap<OperationId, usize> = order.iter().enumerate().map(|(at, id)| (*id, at)).collect();
            prop_assert_eq!(at.len(), order.len());
            for (_, sequence) in sequences {
                for pair in sequence.windows(2) {
                    prop_assert!(at[&pair[0]] < at[&pair[1]]);
                }
            }
        }
    }
}
