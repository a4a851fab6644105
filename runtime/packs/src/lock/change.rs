//! What becomes of a lock: what is added, updated and dropped, and what needs a yes.

use std::fmt;

use semver::Version;
use thiserror::Error;
use windlass_engine::capability::Capabilities;

use super::asks::{Ask, Asks};
use super::file::{Lock, LockedPack};
use crate::manifest::PackName;

/// One pack's way from one lock to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Which.
    pub name: PackName,
    /// What was locked before.
    pub from: Option<LockedPack>,
    /// What is locked after.
    pub to: Option<LockedPack>,
}

/// A pack that may not take the place of the one that is locked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replayed {
    /// It is older.
    #[error(
        "{source_text} offers {name} {offered}, which is older than the {locked} that is locked: an old version may bring back what was repaired\n  to go back on purpose: `windlass pack update {name} --to {offered}`"
    )]
    Older {
        /// The pack.
        name: PackName,
        /// What is locked.
        locked: Version,
        /// What is offered.
        offered: Version,
        /// The source.
        source_text: String,
    },
    /// It is the same version with other contents.
    #[error(
        "{source_text} offers another {name} {version} than the one that is locked: one version has one content\n  ask its author which is the right one; to take it on purpose: `windlass pack update {name} --to {version}`"
    )]
    Replaced {
        /// The pack.
        name: PackName,
        /// The version.
        version: Version,
        /// The source.
        source_text: String,
    },
}

impl Change {
    /// What it asks for that was not approved before.
    #[must_use]
    pub fn more(&self) -> Capabilities {
        let before = self.from.as_ref().map(|pack| pack.approved.clone());
        match &self.to {
            Some(to) => to.approved.beyond(&before.unwrap_or_default()),
            None => Capabilities::default(),
        }
    }

    /// True when something is another than before.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.from != self.to
    }

    /// Refuses an older version, and another content of the same version. Packs from folders change all the time.
    ///
    /// # Errors
    /// [`Replayed`].
    pub fn refuse_replay(&self) -> Result<(), Replayed> {
        let (Some(from), Some(to)) = (&self.from, &self.to) else {
            return Ok(());
        };
        if to.source.may_be_unsigned() {
            return Ok(());
        }
        let (name, source_text) = (self.name.clone(), to.source.to_string());
        if to.version < from.version {
            return Err(Replayed::Older {
                name,
                locked: from.version.clone(),
                offered: to.version.clone(),
                source_text,
            });
        }
        if to.version == from.version && to.digest != from.digest {
            return Err(Replayed::Replaced {
                name,
                version: to.version.clone(),
                source_text,
            });
        }
        Ok(())
    }
}

/// `acme:demo 1.0.0 -> 1.1.0`, and below it what it may do more and less.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match (&self.from, &self.to) {
            (None, Some(to)) => write!(f, "{name} {} added; {}", to.version, to.trusted)?,
            (Some(from), None) => write!(f, "{name} {} dropped", from.version)?,
            (Some(from), Some(to)) if from.version == to.version => {
                write!(f, "{name} {}", to.version)?;
                if from == to {
                    f.write_str(" as it was")?;
                } else {
                    write!(f, " locked anew; {}", to.trusted)?;
                }
            }
            (Some(from), Some(to)) => {
                write!(
                    f,
                    "{name} {} -> {}; {}",
                    from.version, to.version, to.trusted
                )?;
            }
            (None, None) => {}
        }
        let none = Capabilities::default();
        let before = self.from.as_ref().map_or(&none, |pack| &pack.approved);
        let after = self.to.as_ref().map_or(&none, |pack| &pack.approved);
        for sentence in after.beyond(before).sentences() {
            write!(f, "\n  + {sentence}")?;
        }
        if self.to.is_some() {
            for sentence in before.beyond(after).sentences() {
                write!(f, "\n  - {sentence}")?;
            }
        }
        Ok(())
    }
}

/// Where a lock is not what `packs.toml` asks for, in one sentence part each; nothing when it is.
#[must_use]
pub fn gaps(asks: &Asks, lock: &Lock) -> Vec<String> {
    let mut gaps = Vec::new();
    for (name, ask) in &asks.packs {
        match lock.pack(name) {
            None => gaps.push(format!("{name} is not locked")),
            Some(pack) => gaps.extend(gap(name, ask, pack)),
        }
    }
    for pack in &lock.packs {
        if !asks.packs.contains_key(&pack.name) {
            gaps.push(format!("{} is locked, and not asked for", pack.name));
        }
    }
    gaps
}

/// Why a locked pack is not what is asked for, if it is not.
#[must_use]
pub fn gap(name: &PackName, ask: &Ask, pack: &LockedPack) -> Option<String> {
    if !ask.version.matches(&pack.version) {
        let locked = &pack.version;
        return Some(format!(
            "{name} is asked for as {} and locked as {locked}",
            ask.version
        ));
    }
    if ask.source != pack.source {
        return Some(format!(
            "{name} is asked for from {} and locked from {}",
            ask.source, pack.source
        ));
    }
    let shown = |alias: &Option<String>| match alias {
        Some(alias) => format!("as `{alias}`"),
        None => String::from("by its own namespace"),
    };
    (ask.alias != pack.alias).then(|| {
        format!(
            "{name} is asked for {} and locked {}",
            shown(&ask.alias),
            shown(&pack.alias)
        )
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::lock::Source;
    use crate::sign::Digest;

    fn pack(version: &str, read: &[&str]) -> LockedPack {
        LockedPack {
            name: "acme:demo".parse().unwrap(),
            version: Version::parse(version).unwrap(),
            digest: Digest::of(version.as_bytes()),
            source: Source::Registry(String::from("r.example.org/demo")),
            alias: None,
            trusted: String::from("signed by release"),
            signers: Vec::new(),
            approved: Capabilities {
                read: read.iter().map(|path| (*path).to_owned()).collect(),
                ..Capabilities::default()
            },
            components: Vec::new(),
        }
    }

    fn change(from: &LockedPack, to: &LockedPack) -> Change {
        Change {
            name: from.name.clone(),
            from: Some(from.clone()),
            to: Some(to.clone()),
        }
    }

    #[test]
    fn what_is_more_is_shown_and_what_is_less_too() {
        let change = change(
            &pack("1.0.0", &["/etc", "/srv"]),
            &pack("1.1.0", &["/etc", "/root"]),
        );
        assert_eq!(change.more().sentences(), ["read /root"]);
        assert_eq!(
            change.to_string(),
            "acme:demo 1.0.0 -> 1.1.0; signed by release\n  + read /root\n  - read /srv"
        );
        assert_eq!(change.refuse_replay(), Ok(()));
    }

    #[test]
    fn older_versions_and_other_contents_are_refused() {
        let (old, new) = (pack("1.0.0", &[]), pack("1.1.0", &[]));
        let error = change(&new, &old).refuse_replay().unwrap_err().to_string();
        assert!(
            error.contains("1.0.0, which is older than the 1.1.0"),
            "{error}"
        );
        let mut other = new.clone();
        other.digest = Digest::of(b"other");
        let error = change(&new, &other).refuse_replay().unwrap_err();
        assert!(
            error.to_string().contains("another acme:demo 1.1.0"),
            "{error}"
        );
        let mut local = old.clone();
        local.source = Source::Path("demo".into());
        assert_eq!(change(&new, &local).refuse_replay(), Ok(()));
    }

    #[test]
    fn gaps_between_asks_and_lock_are_named() {
        let mut lock = Lock::default();
        lock.put(pack("1.0.0", &[]));
        let gaps_of = |text: &str| gaps(&Asks::parse(text, "packs.toml").unwrap(), &lock);
        let from = "oci = 'r.example.org/demo'";
        assert!(gaps_of(&format!("[packs]\n'acme:demo' = {{ {from} }}")).is_empty());
        assert_eq!(
            gaps_of(&format!(
                "[packs]\n'acme:demo' = {{ version = '2', {from} }}\n'a:b' = {{ path = 'x' }}"
            )),
            [
                "a:b is not locked",
                "acme:demo is asked for as ^2 and locked as 1.0.0"
            ]
        );
        assert_eq!(
            gaps_of("[packs]\n'acme:demo' = { path = 'x' }"),
            ["acme:demo is asked for from path:x and locked from oci:r.example.org/demo"]
        );
        assert_eq!(gaps_of(""), ["acme:demo is locked, and not asked for"]);
    }
}
