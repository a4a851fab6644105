//! `packs.lock`: what was chosen, checked and approved, byte for byte.
//!
//! Its third line is the digest of all its other lines, so that a changed byte is found before anything is believed.
//! That digest is no signature: who may write the project's files may write a lock. What a lock cannot do is vouch for
//! a pack: signatures are checked again in each run.

use camino::{Utf8Path, Utf8PathBuf};
use semver::Version;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::{FactInfo, OperationInfo, Role};

use super::source::Source;
use crate::manifest::PackName;
use crate::sign::Digest;

/// The file's name.
pub const LOCK_FILE: &str = "packs.lock";

/// The form of the file. A newer one is refused by name.
const FORMAT: u32 = 1;

const HEAD: &str = "# Written by `windlass pack`; a changed byte is refused. `windlass pack lock` writes it anew.\n";

/// What a project's packs are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lock {
    /// The packs, by name.
    pub packs: Vec<LockedPack>,
}

/// A pack of a lock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedPack {
    /// `namespace:name`.
    pub name: PackName,
    /// Its version.
    pub version: Version,
    /// The digest of its statement: of everything that it is.
    pub digest: Digest,
    /// Where it came from.
    pub source: Source,
    /// The namespace that its operations and facts have in the project, where that is another than their own.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// Why it was trusted when it was locked.
    pub trusted: String,
    /// The keys that signed it, by name and number. None: nobody.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signers: Vec<String>,
    /// What it may do beyond planning: what its manifest asked for when somebody said yes.
    #[serde(default, skip_serializing_if = "Capabilities::is_empty")]
    pub approved: Capabilities,
    /// Its components.
    #[serde(default, rename = "component")]
    pub components: Vec<LockedComponent>,
}

/// A component of a locked pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LockedComponent {
    /// Its path in the pack.
    pub path: Utf8PathBuf,
    /// Its digest.
    pub digest: Digest,
    /// Its role.
    pub role: Role,
    /// What it described when it was locked, as JSON; none where its role has nothing to describe. Starting reads
    /// this and no component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<ComponentIndex>,
}

/// What a component described: its operations and facts. In the file: a text of JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct ComponentIndex {
    /// Its operations, in the order in which it names them.
    pub operations: Vec<OperationInfo>,
    /// Its facts, in the order in which it names them.
    pub facts: Vec<FactInfo>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct IndexText {
    operations: Vec<OperationInfo>,
    facts: Vec<FactInfo>,
}

impl From<ComponentIndex> for String {
    fn from(index: ComponentIndex) -> Self {
        let text = IndexText {
            operations: index.operations,
            facts: index.facts,
        };
        serde_json::to_string(&text).unwrap_or_default()
    }
}

impl TryFrom<String> for ComponentIndex {
    type Error = serde_json::Error;

    fn try_from(text: String) -> Result<Self, serde_json::Error> {
        let IndexText { operations, facts } = serde_json::from_str(&text)?;
        Ok(Self { operations, facts })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    format: u32,
    #[serde(default, rename = "pack", skip_serializing_if = "Vec::is_empty")]
    packs: Vec<LockedPack>,
}

/// Why a lock cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum LockError {
    /// A byte of it was changed, or it was written by hand.
    #[error(
        "{path} was changed since it was written: it says {said}, its lines have {found}\n  take it from where the project keeps it, or write it anew with `windlass pack lock`"
    )]
    Changed {
        /// The lock.
        path: Utf8PathBuf,
        /// The digest on its third line.
        said: String,
        /// That of its other lines.
        found: Digest,
    },
    /// Not the form of a lock.
    #[error("{path} is no lock: {message}\n  write it anew with `windlass pack lock`")]
    Malformed {
        /// The lock.
        path: Utf8PathBuf,
        /// What is wrong.
        message: String,
    },
    /// A form of a later version.
    #[error(
        "{path} has the form {format}, which this version of windlass does not know; it knows {FORMAT}"
    )]
    Newer {
        /// The lock.
        path: Utf8PathBuf,
        /// The form.
        format: u32,
    },
}

impl Lock {
    /// The text of the file.
    ///
    /// # Errors
    /// [`LockError::Malformed`] when something in it has no form in TOML.
    pub fn text(&self) -> Result<String, LockError> {
        let body = Body {
            format: FORMAT,
            packs: self.packs.clone(),
        };
        let body = toml::to_string(&body).map_err(|error| LockError::Malformed {
            path: LOCK_FILE.into(),
            message: error.to_string(),
        })?;
        let (format, rest) = body.split_once('\n').unwrap_or((&body, ""));
        let before = format!("{HEAD}{format}\n");
        let digest = Digest::of(format!("{before}{rest}").as_bytes());
        Ok(format!("{before}digest = \"{digest}\"\n{rest}"))
    }

    /// Reads the text of a lock. `path` is for messages.
    ///
    /// # Errors
    /// [`LockError`].
    pub fn parse(text: &str, path: &Utf8Path) -> Result<Self, LockError> {
        let malformed = |message: String| LockError::Malformed {
            path: path.to_owned(),
            message,
        };
        let mut lines = text.splitn(4, '\n');
        let (Some(head), Some(format), Some(digest), Some(rest)) =
            (lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(malformed(String::from("it has less than three lines")));
        };
        let number = format.strip_prefix("format = ");
        match number.and_then(|number| number.parse::<u32>().ok()) {
            Some(FORMAT) => {}
            Some(format) if format > FORMAT => {
                return Err(LockError::Newer {
                    path: path.to_owned(),
                    format,
                });
            }
            _ => {
                return Err(malformed(String::from(
                    "its second line is not `format = 1`",
                )));
            }
        }
        let said = digest
            .strip_prefix("digest = \"")
            .and_then(|rest| rest.strip_suffix('"'))
            .ok_or_else(|| malformed(String::from("its third line is not its digest")))?;
        let body = format!("{head}\n{format}\n{rest}");
        let found = Digest::of(body.as_bytes());
        if found.to_string() != said {
            return Err(LockError::Changed {
                path: path.to_owned(),
                said: said.to_owned(),
                found,
            });
        }
        let body: Body = toml::from_str(&body).map_err(|error| malformed(error.to_string()))?;
        Ok(Self { packs: body.packs })
    }

    /// A pack by its name.
    #[must_use]
    pub fn pack(&self, name: &PackName) -> Option<&LockedPack> {
        self.packs.iter().find(|pack| pack.name == *name)
    }

    /// Puts a pack in, in place of the one of its name.
    pub fn put(&mut self, pack: LockedPack) {
        self.packs.retain(|other| other.name != pack.name);
        self.packs.push(pack);
        self.packs.sort_by(|one, other| one.name.cmp(&other.name));
    }
}

/// Where a project's `packs.lock` is.
#[must_use]
pub fn lock_file(project: &Utf8Path) -> Utf8PathBuf {
    project.join(LOCK_FILE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn lock() -> Lock {
        let operation = OperationInfo {
            name: String::from("demo.say"),
            doc: String::from("Says it's \"so\".\n\nTwice."),
            parameters: Vec::new(),
            idempotent: true,
            hidden: false,
            alias_of: None,
            more: windlass_engine::json::Json::Null,
        };
        let component = LockedComponent {
            path: "demo.wasm".into(),
            digest: Digest::of(b"component"),
            role: Role::Planning,
            index: Some(ComponentIndex {
                operations: vec![operation],
                facts: Vec::new(),
            }),
        };
        let approved = Capabilities {
            fact_shell: true,
            read: [String::from("/etc")].into(),
            ..Capabilities::default()
        };
        let mut lock = Lock::default();
        lock.put(LockedPack {
            name: "acme:demo".parse().unwrap(),
            version: Version::new(1, 2, 0),
            digest: Digest::of(b"statement"),
            source: Source::Registry(String::from("r.example.org/demo")),
            alias: None,
            trusted: String::from("signed by release"),
            signers: vec![String::from("release (E7620F1842B4E81F)")],
            approved,
            components: vec![component],
        });
        lock
    }

    /// Locks lie in projects for years: this one is read for ever.
    #[test]
    fn the_first_form_is_read_and_written() {
        let golden = include_str!("golden/packs-1.lock");
        assert_eq!(Lock::parse(golden, "packs.lock".into()).unwrap(), lock());
        assert_eq!(lock().text().unwrap(), golden);
    }

    #[test]
    fn what_is_written_is_read() {
        let text = lock().text().unwrap();
        assert_eq!(Lock::parse(&text, "packs.lock".into()).unwrap(), lock());
        let empty = Lock::default();
        let text = empty.text().unwrap();
        assert_eq!(Lock::parse(&text, "packs.lock".into()).unwrap(), empty);
    }

    #[test]
    fn a_changed_byte_is_found_wherever_it_is() {
        let text = lock().text().unwrap();
        for at in 0..text.len() {
            for bit in [1, 0x20] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= bit;
                let Ok(changed) = String::from_utf8(bytes) else {
                    continue;
                };
                assert!(
                    Lock::parse(&changed, "packs.lock".into()).is_err(),
                    "byte {at} of\n{changed}"
                );
            }
        }
        assert!(Lock::parse(&format!("{text}\n"), "packs.lock".into()).is_err());
        assert!(Lock::parse("", "packs.lock".into()).is_err());
    }

    #[test]
    fn a_later_form_is_refused_by_name() {
        let text = lock().text().unwrap().replace("format = 1", "format = 2");
        let error = Lock::parse(&text, "packs.lock".into()).unwrap_err();
        assert!(error.to_string().contains("the form 2"), "{error}");
    }
}
