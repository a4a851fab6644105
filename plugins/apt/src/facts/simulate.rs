//! What an upgrade would do.

use serde::{Deserialize, Serialize};
use windlass_sdk::prelude::*;

use crate::apt_get::apt_get;

/// How many packages a command would change. Each is null where apt did not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// Upgraded.
    pub upgraded: Option<u32>,
    /// Installed anew.
    pub newly_installed: Option<u32>,
    /// Removed.
    pub removed: Option<u32>,
    /// Held back.
    pub not_upgraded: Option<u32>,
}

impl Change {
    /// A change of nothing.
    #[must_use]
    pub fn none() -> Self {
        Self {
            upgraded: Some(0),
            newly_installed: Some(0),
            removed: Some(0),
            not_upgraded: Some(0),
        }
    }

    /// True when apt told that nothing would change.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        [self.upgraded, self.newly_installed, self.removed]
            .iter()
            .all(|count| *count == Some(0))
    }
}

/// What a command of apt-get (`upgrade`, `dist-upgrade --autoremove`) would change. Null where it cannot be tried.
#[fact(
    requires = "apt-get",
    example = "apt.SimulateOperationWillChange command=upgrade"
)]
pub fn SimulateOperationWillChange(
    /// The command, with its options.
    command: String,
) -> Source<Option<Change>> {
    let (apt_get, words) = (
        apt_get(false),
        command
            .split_whitespace()
            .map(str::to_owned)
            .collect::<Vec<_>>(),
    );
    Source::shell(
        shell!("LC_ALL=C {apt_get:text} {words:words} --dry-run"),
        |output| Ok(output.lines().iter().find_map(|line| summary(line))),
    )
}

/// The numbers in `15 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.`
fn summary(line: &str) -> Option<Change> {
    let rest = line.trim().strip_suffix("not upgraded.")?;
    let (upgraded, rest) = rest.split_once(" upgraded, ")?;
    let (newly_installed, rest) = rest.split_once(" newly installed, ")?;
    let (removed, not_upgraded) = rest.split_once(" to remove and ")?;
    let number = |text: &str| text.trim().parse().ok();
    Some(Change {
        upgraded: number(upgraded),
        newly_installed: number(newly_installed),
        removed: number(removed),
        not_upgraded: number(not_upgraded),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_summary_is_read() {
        let change =
            summary("10 upgraded, 3 newly installed, 2 to remove and 1 not upgraded.").unwrap();
        assert_eq!(change.removed, Some(2));
        assert!(!change.is_nothing());
        assert!(Change::none().is_nothing());
        assert!(!Change::default().is_nothing());
        assert_eq!(summary("Reading package lists... Done"), None);
    }
}
