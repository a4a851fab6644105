//! What one call may use, and the lower of two.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use windlass_engine::quantity::{bytes, millis};

use crate::strict::Fields;

/// What one call of a component may use. Nothing said: the host's default. A manifest can only lower it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Limits {
    /// Bytes of memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<u64>,
    /// Milliseconds that the guest itself runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub running: Option<u64>,
    /// Units of work, about one for each instruction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fuel: Option<u64>,
    /// Bytes that it may give to the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// Lines of its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_lines: Option<u64>,
    /// Questions to the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_calls: Option<u64>,
}

impl Limits {
    /// The lower of both, for each.
    #[must_use]
    pub fn within(self, ceiling: Self) -> Self {
        let lower = |own: Option<u64>, other: Option<u64>| match (own, other) {
            (Some(own), Some(other)) => Some(own.min(other)),
            (own, other) => own.or(other),
        };
        Self {
            memory: lower(self.memory, ceiling.memory),
            running: lower(self.running, ceiling.running),
            fuel: lower(self.fuel, ceiling.fuel),
            output: lower(self.output, ceiling.output),
            log_lines: lower(self.log_lines, ceiling.log_lines),
            host_calls: lower(self.host_calls, ceiling.host_calls),
        }
    }

    /// The time that the guest itself runs.
    #[must_use]
    pub fn running_time(self) -> Option<Duration> {
        self.running.map(Duration::from_millis)
    }
}

/// Reads a `[limits]` table, of a manifest or of a policy.
pub fn read_limits(fields: &mut Fields<'_>) -> Option<Limits> {
    Some(Limits {
        memory: fields.parsed("memory", bytes).map(|found| found.value),
        running: fields.parsed("running", millis).map(|found| found.value),
        fuel: fields.integer("fuel").map(|found| found.value),
        output: fields.parsed("output", bytes).map(|found| found.value),
        log_lines: fields.integer("log-lines").map(|found| found.value),
        host_calls: fields.integer("host-calls").map(|found| found.value),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_of_two_holds() {
        let own = Limits {
            memory: Some(5),
            fuel: Some(1),
            ..Limits::default()
        };
        let ceiling = Limits {
            memory: Some(3),
            running: Some(7),
            ..Limits::default()
        };
        let both = own.within(ceiling);
        assert_eq!(
            (both.memory, both.running, both.fuel),
            (Some(3), Some(7), Some(1))
        );
    }
}
