//! What a manifest says.

use camino::Utf8PathBuf;
use semver::{Version, VersionReq};
use serde::Serialize;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;

use super::limits::Limits;
use super::names::PackName;
use super::read;
use crate::strict::Problems;

/// What `pack.toml` says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Manifest {
    /// The pack as a whole.
    pub pack: PackInfo,
    /// Its components, in the file's order; never empty unless it has deploys.
    #[serde(rename = "component")]
    pub components: Vec<Component>,
    /// What it asks for beyond planning. Default: nothing.
    pub capabilities: Capabilities,
    /// What one call of its components may use.
    pub limits: Limits,
}

/// The pack as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PackInfo {
    /// `namespace:name`.
    pub name: PackName,
    /// Its version.
    pub version: Version,
    /// The versions of Windlass that can run it. Default: any.
    pub windlass: VersionReq,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// Where its source is. Default: not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What it is for, in one line.
    pub summary: String,
    /// Globs of its deploy modules, below its folder. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub deploys: Vec<String>,
    /// Globs of its case files, below its folder. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<String>,
}

/// A component of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Component {
    /// Its file, below the pack's folder.
    pub path: Utf8PathBuf,
    /// What it is for.
    pub role: Role,
    /// Operations and facts by name for a planning one; `@name` for a connector or an inventory.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exports: Vec<String>,
    /// Operations and facts of other components that it uses. Default: none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<String>,
    /// What makes it. Default: not said; it comes ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build: Option<Build>,
    /// The line of the manifest where it begins, from 1, for messages.
    #[serde(skip)]
    pub line: usize,
}

/// What makes a component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Build {
    /// The language that it is written in.
    pub language: Language,
    /// What is built, below the pack's folder: `Cargo.toml` of a Rust crate, or the first source file.
    pub entry: Utf8PathBuf,
}

/// A language that components are built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Rust, by cargo.
    Rust,
    /// Python, by componentize-py.
    Python,
    /// JavaScript or TypeScript on QuickJS, by componentize-qjs.
    Js,
    /// C, by clang or zig.
    C,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 4] = [Self::Rust, Self::Python, Self::Js, Self::C];

    /// Its name in manifests and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::Js => "js",
            Self::C => "c",
        }
    }

    /// The language of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.as_str() == name)
    }
}

impl Manifest {
    /// Reads a manifest. `file` is its name in messages.
    ///
    /// # Errors
    /// All that is wrong with it, each with its place.
    pub fn parse(text: &str, file: &str) -> Result<Self, Problems> {
        read::parse(text, file)
    }

    /// The name and version, for messages: `acme:motd 1.2.0`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.pack.name, self.pack.version)
    }
}
