//! Stages and the identity of operations.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::place::Place;

/// How far a run has come. A stage never goes backwards.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Inventory and config are made.
    #[default]
    Setup = 1,
    /// Hosts are connected.
    Connect = 2,
    /// Operations are collected and planned.
    Prepare = 3,
    /// Operations run.
    Execute = 4,
    /// Hosts are disconnected.
    Disconnect = 5,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Setup => "setup",
            Self::Connect => "connect",
            Self::Prepare => "prepare",
            Self::Execute => "execute",
            Self::Disconnect => "disconnect",
        })
    }
}

/// The identity of an operation: a digest of its place in the deploy and its occurrence there. Two hosts that pass the
/// same place the same number of times run the same operation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationId(pub u64);

impl OperationId {
    /// The identity of the `occurrence`-th call at a place, below a parent if nested.
    #[must_use]
    pub fn of(place: &Place, occurrence: u32, parent: Option<OperationId>) -> Self {
        let mut digest = Sha256::new();
        for frame in &place.frames {
            digest.update(frame.file.as_bytes());
            digest.update([0]);
            digest.update(frame.line.to_be_bytes());
            digest.update(frame.key.as_bytes());
            digest.update([0]);
        }
        digest.update(occurrence.to_be_bytes());
        if let Some(parent) = parent {
            digest.update(parent.0.to_be_bytes());
        }
        let mut first = [0; 8];
        first
            .iter_mut()
            .zip(digest.finalize())
            .for_each(|(to, from)| *to = from);
        Self(u64::from_be_bytes(first))
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for OperationId {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OperationId {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        u64::from_str_radix(&text, 16)
            .map(Self)
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_is_file_line_occurrence_and_parent() {
        let id = |file: &str, line, occurrence| {
            OperationId::of(&Place::at(file, line), occurrence, None)
        };
        let all = [id("a", 1, 0), id("b", 1, 0), id("a", 2, 0), id("a", 1, 1)];
        assert!(
            all.iter()
                .enumerate()
                .all(|(at, id)| !all[at + 1..].contains(id))
        );
        assert_eq!(id("a", 1, 0), id("a", 1, 0));
        assert_ne!(
            OperationId::of(&Place::at("a", 1), 0, Some(id("a", 2, 0))),
            id("a", 1, 0)
        );
    }
}
