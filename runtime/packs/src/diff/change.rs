//! Differences between two versions of a pack.

use std::fmt;

use semver::Version;
use serde::Serialize;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is about: an operation, a fact, a connector, or the pack itself.
    pub subject: String,
    /// What differs.
    pub message: String,
    /// True when something that works with the old version may not with the new one.
    pub breaking: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.message)
    }
}

/// All differences between two versions of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The old version.
    pub old: String,
    /// The new version.
    pub new: String,
    /// What differs, by subject.
    pub changes: Vec<Change>,
    /// What the new version asks for and the old one did not, in words.
    pub asks_more: Vec<String>,
    /// What the old version asked for and the new one does not, in words.
    pub asks_less: Vec<String>,
}

impl Difference {
    /// True when something that works with the old version may not with the new one.
    #[must_use]
    pub fn breaking(&self) -> bool {
        self.changes.iter().any(|change| change.breaking)
    }

    /// The least version that may follow the old one with these differences; nothing when the new one will do, or when
    /// a version is none.
    #[must_use]
    pub fn needs_version(&self) -> Option<Version> {
        let old = Version::parse(&self.old).ok()?;
        let new = Version::parse(&self.new).ok()?;
        let least = match (self.breaking(), old.major) {
            (true, 0) => Version::new(0, old.minor + 1, 0),
            (true, major) => Version::new(major + 1, 0, 0),
            (false, _) if self.changes.is_empty() && self.asks_more.is_empty() => return None,
            (false, _) => Version::new(old.major, old.minor, old.patch + 1),
        };
        (new < least).then_some(least)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(old: &str, new: &str, breaking: bool) -> Option<String> {
        let difference = Difference {
            old: old.into(),
            new: new.into(),
            changes: vec![Change {
                subject: "a.b".into(),
                message: "is new".into(),
                breaking,
            }],
            asks_more: Vec::new(),
            asks_less: Vec::new(),
        };
        difference
            .needs_version()
            .map(|version| version.to_string())
    }

    #[test]
    fn what_breaks_needs_a_new_number() {
        assert_eq!(needs("1.2.3", "1.3.0", true).as_deref(), Some("2.0.0"));
        assert_eq!(needs("0.2.3", "0.2.4", true).as_deref(), Some("0.3.0"));
        assert_eq!(needs("1.2.3", "1.2.3", false).as_deref(), Some("1.2.4"));
        assert_eq!(needs("1.2.3", "2.0.0", true), None);
        assert_eq!(needs("1.2.3", "1.2.4", false), None);
        assert_eq!(needs("0", "1", true), None);
    }
}
