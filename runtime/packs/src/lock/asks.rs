//! `packs.toml`: the packs that a project asks for.
//!
//! ```toml
//! [packs]
//! "acme:kubernetes" = { version = "^1.2", oci = "registry.example.org/acme/kubernetes" }
//! "acme:demo" = { path = "../demo" }
//! ```

use std::collections::BTreeMap;

use camino::Utf8PathBuf;
use semver::VersionReq;

use super::source::{NAMES, Source};
use crate::manifest::PackName;
use crate::strict::{self, Entry, Fields, Problems};

/// What a project asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asks {
    /// The packs, by name.
    pub packs: BTreeMap<PackName, Ask>,
}

/// A pack that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// The versions that will do. Default: any.
    pub version: VersionReq,
    /// Where it comes from.
    pub source: Source,
    /// The namespace that its operations and facts have in the project. Default: their own.
    pub alias: Option<String>,
    /// The line in `packs.toml`, from 1.
    pub line: usize,
}

impl Asks {
    /// Reads the text of a `packs.toml`. `path` is for messages.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn parse(text: &str, path: &str) -> Result<Self, Problems> {
        strict::read(path, text, |root| {
            let packs = root.table("packs", |table| {
                let read = table.entries(|name, entry| {
                    let ask = match entry {
                        Entry::Table(fields) => Ok(ask(fields)),
                        Entry::Text(text) => Err(text),
                    };
                    Some((name.clone(), ask))
                });
                let mut packs = BTreeMap::new();
                for (at, ask) in read {
                    let name = at.value.parse::<PackName>();
                    let name = name.map_err(|message| table.wrong(&at, message)).ok();
                    match ask {
                        Ok(ask) => packs.extend(name.zip(ask)),
                        Err(text) => table.wrong(
                            &text,
                            format!(
                                "say where `{}` comes from: {{ version = \"{}\", oci = \"…\" }} or another of {}",
                                at.value,
                                text.value,
                                NAMES.join(", ")
                            ),
                        ),
                    }
                }
                Some(packs)
            });
            Some(Self {
                packs: packs.unwrap_or_default(),
            })
        })
    }
}

fn ask(fields: &mut Fields<'_>) -> Option<Ask> {
    let version = fields.parsed("version", |text| {
        VersionReq::parse(text).map_err(|error| {
            format!(
                "`{text}` is no range of versions ({error}); `^1.2` means 1.2 and newer, below 2"
            )
        })
    });
    let alias = fields.parsed("as", alias);
    let mut sources = Vec::new();
    for name in NAMES {
        let found = fields.text(name);
        sources.extend(found.and_then(|found| Source::named(name, &found.value)));
    }
    let line = fields.line();
    let (Some(source), None) = (sources.pop(), sources.pop()) else {
        fields.wrong_whole(format!(
            "{} has one place where it comes from: one of {}",
            fields.name(),
            NAMES.join(", ")
        ));
        return None;
    };
    Some(Ask {
        version: version.map_or(VersionReq::STAR, |found| found.value),
        source,
        alias: alias.map(|found| found.value),
        line,
    })
}

/// A namespace, as deploys write it: lower-case letters, digits and underscores, a letter first.
///
/// # Errors
/// What is right.
pub fn alias(text: &str) -> Result<String, String> {
    let good = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    good.then(|| text.to_owned()).ok_or_else(|| {
        format!(
            "`{text}` is no namespace; it takes lower-case letters, digits and underscores, beginning with a letter"
        )
    })
}

/// The file's name.
pub const ASKS_FILE: &str = "packs.toml";

/// Where a project's `packs.toml` is.
#[must_use]
pub fn asks_file(project: &camino::Utf8Path) -> Utf8PathBuf {
    project.join(ASKS_FILE)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_source_is_read() {
        let text = "[packs]\n'a:a' = { version = '^1.2', oci = 'r.example.org/a' }\n'a:b' = { path = '../b' }\n\
                    'a:c' = { oci-layout = 'c' }\n[packs.'a:d']\nbundle = 'd.bundle'\n";
        let asks = Asks::parse(text, "packs.toml").unwrap();
        let all: Vec<String> = asks
            .packs
            .iter()
            .map(|(name, ask)| format!("{name} {} {} {}", ask.version, ask.source, ask.line))
            .collect();
        assert_eq!(
            all,
            [
                "a:a ^1.2 oci:r.example.org/a 2",
                "a:b * path:../b 3",
                "a:c * oci-layout:c 4",
                "a:d * bundle:d.bundle 5"
            ]
        );
        for ask in asks.packs.values() {
            assert_eq!(
                ask.source.to_string().parse::<Source>().unwrap(),
                ask.source
            );
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_at_once() {
        let text = "[packs]\n'a' = { path = 'x' }\n'a:b' = { version = 'new', path = 'x' }\n'a:c' = {}\n\
                    'a:d' = { path = 'x', oci = 'y' }\n'a:e' = '1.2'\n'a:f' = { pth = 'x' }\n";
        let problems = Asks::parse(text, "packs.toml").unwrap_err();
        let lines: Vec<usize> = problems.0.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7, 7], "{problems}");
        assert!(problems.to_string().contains("did you mean `path`?"));
    }
}
