//! Whether the tests left this machine as it was.
//!
//! Tests that make users, install packages or change services run on targets. What such a test would change by
//! mistake here is compared before and after a run.

use std::fs;

use sha2::{Digest, Sha256};

/// Users and groups, passwords, packages, names and services of the machine.
const FILES: &[&str] = &[
    "/etc/passwd",
    "/etc/group",
    "/etc/shadow",
    "/etc/sudoers",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/apt/sources.list",
    "/etc/crontab",
    "/var/lib/dpkg/status",
];

/// What the files held at one time.
#[derive(Debug)]
pub(crate) struct Machine(Vec<(&'static str, Option<[u8; 32]>)>);

impl Machine {
    /// Reads them. A file that is absent, or that this user can't read, has no digest.
    pub(crate) fn now() -> Self {
        Self::of(FILES)
    }

    fn of(files: &[&'static str]) -> Self {
        let digest = |path: &&'static str| {
            (
                *path,
                fs::read(path)
                    .ok()
                    .map(|bytes| Sha256::digest(bytes).into()),
            )
        };
        Self(files.iter().map(digest).collect())
    }

    /// The files that hold something else in `later`.
    pub(crate) fn changed(&self, later: &Self) -> Vec<&'static str> {
        let pairs = self.0.iter().zip(&later.0);
        pairs
            .filter(|(before, after)| before != after)
            .map(|(before, _)| before.0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_named() {
        let before = Machine(vec![("/a", Some([1; 32])), ("/b", None)]);
        let after = Machine(vec![("/a", Some([1; 32])), ("/b", Some([2; 32]))]);
        assert_eq!(before.changed(&after), ["/b"]);
        assert!(Machine::now().changed(&Machine::now()).is_empty());
    }
}
