//! What a component is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a component is for. It has one role, which follows from what it exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// It has operations, facts or both.
    Planning,
    /// It does the `call` steps of operations.
    Acting,
    /// It is a deploy.
    Deploying,
    /// It reaches hosts.
    Connecting,
    /// It lists hosts.
    Listing,
    /// It watches runs.
    Observing,
    /// It gives the values of secrets.
    Providing,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [
        Self::Planning,
        Self::Acting,
        Self::Deploying,
        Self::Connecting,
        Self::Listing,
        Self::Observing,
        Self::Providing,
    ];

    /// Its name, as manifests have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Planning => "planning",
            Self::Acting => "acting",
            Self::Deploying => "deploying",
            Self::Connecting => "connecting",
            Self::Listing => "listing",
            Self::Observing => "observing",
            Self::Providing => "providing",
        }
    }

    /// The interfaces of the contract that make a component one of this role.
    #[must_use]
    pub const fn exports(self) -> &'static [&'static str] {
        match self {
            Self::Planning => &["operations", "fact-source"],
            Self::Acting => &["actor"],
            Self::Deploying => &["deploy"],
            Self::Connecting => &["connector"],
            Self::Listing => &["inventory"],
            Self::Observing => &["observer"],
            Self::Providing => &["secret-source"],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::as_str);
        let found = Self::ALL.into_iter().find(|role| role.as_str() == text);
        found.ok_or_else(|| match crate::nearest::nearest(text, names) {
            Some(near) => format!("there is no role `{text}`, did you mean `{near}`?"),
            None => format!("there is no role `{text}`; there are {}", names.join(", ")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_by_its_name() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        let wrong = "planing".parse::<Role>();
        assert_eq!(
            wrong,
            Err("there is no role `planing`, did you mean `planning`?".to_owned())
        );
    }
}
