//! Names and versions.

use std::fmt;
use std::str::FromStr;

use semver::Version;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How long each part of a pack's name may be: both go into paths and references of registries.
const LONGEST: usize = 64;

/// A pack's name: `namespace:name`. Each part begins with a letter and has lower-case letters, digits and single dashes,
/// at most 64 characters.
///
/// Allowed: `acme:kubernetes`, `acme:k8s-pods`. Refused: `acme`, `Acme:pods`, `acme:pods-`, `acme:-x`, `acme:a/b`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackName {
    namespace: String,
    name: String,
}

impl PackName {
    /// What stands before the colon: whose it is.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// What stands after the colon.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for PackName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.namespace, self.name)
    }
}

impl FromStr for PackName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((namespace, name)) = text.split_once(':') else {
            return Err(format!(
                "`{text}` is no pack's name; it takes namespace:name, as `acme:{}`",
                if is_part(text) { text } else { "pods" }
            ));
        };
        for (what, part) in [("namespace", namespace), ("name", name)] {
            if !is_part(part) {
                return Err(format!(
                    "the {what} `{part}` of the pack `{text}` takes lower-case letters, digits and single dashes between them, beginning with a letter, at most {LONGEST} characters"
                ));
            }
        }
        Ok(Self {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

fn is_part(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}

impl Serialize for PackName {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PackName {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A version, with what to write where it is none.
///
/// # Errors
/// What is wrong with it.
pub fn version(text: &str) -> Result<Version, String> {
    Version::parse(text).map_err(|error| {
        format!("`{text}` is no version ({error}); it takes three numbers, as `1.2.0`")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_two_parts_of_few_letters() {
        for good in ["acme:kubernetes", "a:b", "acme-labs:k8s-pods2"] {
            let name = good.parse::<PackName>();
            assert_eq!(name.map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in [
            "", "acme", ":", "a:", ":b", "Acme:a", "a:b:c", "a:b/c", "a:../b", "a:-b", "a:b-",
            "a:b--c", "a:1b", "a:b c", "ä:b",
        ] {
            assert!(bad.parse::<PackName>().is_err(), "{bad}");
        }
        let long = format!("a:{}", "b".repeat(LONGEST + 1));
        assert!(long.parse::<PackName>().is_err());
        let error = "motd".parse::<PackName>();
        assert!(error.is_err_and(|error| error.ends_with("as `acme:motd`")));
    }
}
