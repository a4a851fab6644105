//! Where a pack comes from, as `packs.toml` and `packs.lock` say it.

use std::fmt;
use std::str::FromStr;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where a pack comes from. Paths start from the project's folder. As text: `path:../demo`, `oci:host/repository`,
/// `oci-layout:folder`, `bundle:file`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// A folder with `pack.toml` in it. The only source that may be unsigned.
    Path(Utf8PathBuf),
    /// A repository of an OCI registry, without a tag: `registry.example.org/acme/kubernetes`.
    Registry(String),
    /// A folder in the form of the OCI image layout.
    Layout(Utf8PathBuf),
    /// A bundle's file.
    Bundle(Utf8PathBuf),
}

/// The names of the sources: keys of `packs.toml` and prefixes of their texts.
pub(crate) const NAMES: [&str; 4] = ["path", "oci", "oci-layout", "bundle"];

impl Source {
    /// A source by its name and what follows it.
    pub(crate) fn named(name: &str, what: &str) -> Option<Self> {
        match name {
            "path" => Some(Self::Path(what.into())),
            "oci" => Some(Self::Registry(what.to_owned())),
            "oci-layout" => Some(Self::Layout(what.into())),
            "bundle" => Some(Self::Bundle(what.into())),
            _ => None,
        }
    }

    /// The key of `packs.toml`, and its value.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Path(path) => ("path", path.as_str()),
            Self::Registry(repository) => ("oci", repository),
            Self::Layout(path) => ("oci-layout", path.as_str()),
            Self::Bundle(path) => ("bundle", path.as_str()),
        }
    }

    /// True when it is on this machine: no network is needed for it.
    #[must_use]
    pub fn is_local(&self) -> bool {
        !matches!(self, Self::Registry(_))
    }

    /// True when a pack from it may be unsigned.
    #[must_use]
    pub fn may_be_unsigned(&self) -> bool {
        matches!(self, Self::Path(_))
    }

    /// Its path, started from the project's folder; none for a registry.
    #[must_use]
    pub fn path(&self, project: &Utf8Path) -> Option<Utf8PathBuf> {
        match self {
            Self::Path(path) | Self::Layout(path) | Self::Bundle(path) => Some(project.join(path)),
            Self::Registry(_) => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, what) = self.parts();
        write!(f, "{name}:{what}")
    }
}

impl FromStr for Source {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let read = text
            .split_once(':')
            .filter(|(_, what)| !what.is_empty())
            .and_then(|(name, what)| Self::named(name, what));
        read.ok_or_else(|| {
            format!(
                "`{text}` is no source; one is {}, a colon and a place",
                NAMES.join(", ")
            )
        })
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
