//! The list of cases in which a pack is deliberately other than the case expects, each with its reason.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;

/// Why a list of differences cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DifferencesError {
    /// It is no TOML of the right shape.
    #[error("the list of differences: {0}")]
    Toml(#[from] toml::de::Error),
    /// One has no reason.
    #[error(
        "the list of differences: `{0}` has no reason\n  fix: say why the pack does it otherwise"
    )]
    NoReason(String),
    /// A case stands in it twice.
    #[error("the list of differences has `{0}` twice")]
    Twice(String),
}

/// Cases that may fail, by id, each with the reason.
///
/// In TOML, one table a case:
/// ```toml
/// [[difference]]
/// id = "operations/server.user/some-case"
/// reason = "The password goes through standard input, where `ps` does not show it."
/// ```
#[derive(Clone, Debug, Default)]
pub struct Differences {
    reasons: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    id: String,
    reason: String,
}

impl Differences {
    /// The standard pack's list.
    ///
    /// # Errors
    /// [`DifferencesError`]; a test makes sure that there is none.
    pub fn standard() -> Result<Self, DifferencesError> {
        Self::parse(include_str!("../../../../plugins/differences.toml"))
    }

    /// Reads a list in TOML.
    ///
    /// # Errors
    /// [`DifferencesError`].
    pub fn parse(text: &str) -> Result<Self, DifferencesError> {
        let mut reasons = BTreeMap::new();
        for Difference { id, reason } in toml::from_str::<File>(text)?.difference {
            if reason.trim().is_empty() {
                return Err(DifferencesError::NoReason(id));
            }
            if reasons.insert(id.clone(), reason).is_some() {
                return Err(DifferencesError::Twice(id));
            }
        }
        Ok(Self { reasons })
    }

    /// Why a case may fail.
    #[must_use]
    pub fn reason(&self, id: &str) -> Option<&str> {
        self.reasons.get(id).map(String::as_str)
    }

    /// Those that name no case of a run although the run has others of their group: the ids that are equal up to the
    /// last `/`. A run of another file knows nothing of them.
    pub(super) fn unknown<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = &'a str> {
        let group = |id: &'a str| id.rsplit_once('/').map_or("", |(group, _)| group);
        self.reasons.keys().map(String::as_str).filter(move |id| {
            !ids.iter().any(|known| known == id)
                && ids.iter().any(|known| group(known) == group(id))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_standard_packs_list_can_be_read() {
        let list = Differences::standard().unwrap();
        assert!(list.reason("facts/server.Date/date").is_some());
    }

    #[test]
    fn each_has_a_reason_and_stands_once() {
        let one = "[[difference]]\nid = \"a/b\"\nreason = \"r\"\n";
        assert_eq!(Differences::parse(one).unwrap().reason("a/b"), Some("r"));
        assert!(
            matches!(Differences::parse(&one.repeat(2)), Err(DifferencesError::Twice(id)) if id == "a/b")
        );
        let empty = one.replace("\"r\"", "\" \"");
        assert!(matches!(
            Differences::parse(&empty),
            Err(DifferencesError::NoReason(_))
        ));
    }

    #[test]
    fn what_is_in_another_file_is_not_unknown() {
        let list = "[[difference]]\nid = \"x/op/gone\"\nreason = \"r\"\n[[difference]]\nid = \"x/other/a\"\nreason = \"r\"\n";
        let ids = [String::from("x/op/there")];
        let list = Differences::parse(list).unwrap();
        assert_eq!(list.unknown(&ids).collect::<Vec<_>>(), ["x/op/gone"]);
    }
}
