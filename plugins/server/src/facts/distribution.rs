//! Which distribution it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_sdk::prelude::*;

/// Short names of distributions, by the id in their os-release.
const NAMES: [(&str, &str); 8] = [
    ("alpine", "Alpine"),
    ("centos", "CentOS"),
    ("debian", "Debian"),
    ("fedora", "Fedora"),
    ("gentoo", "Gentoo"),
    ("opensuse", "openSUSE"),
    ("rhel", "RedHat"),
    ("ubuntu", "Ubuntu"),
];

/// What a system says of its distribution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Distribution {
    /// Its name: `Debian`, `Ubuntu`, `CentOS`, …
    pub name: Option<String>,
    /// The first number of its version.
    pub major: Option<u32>,
    /// The second.
    pub minor: Option<u32>,
    /// All that its os-release says, as written there.
    pub release_meta: BTreeMap<String, String>,
}

/// The distribution's name and version, and all that os-release says.
#[fact(stability = immutable, default = serde_json::json!({"name": null, "major": null, "minor": null, "release_meta": {}}))]
pub fn LinuxDistribution() -> Source<Distribution> {
    let command = shell!(
        "cd /etc/ && for file in $(ls -pdL *-release | grep -v /); do echo \"/etc/${{file}}\"; cat \"/etc/${{file}}\"; \
         echo ---; done"
    );
    Source::shell(command, |output| Ok(distribution(&files(&output.lines()))))
}

/// The distribution's name: `Debian`, `Ubuntu`, `CentOS`, …
#[fact(stability = immutable)]
pub fn LinuxName() -> Source<Option<String>> {
    Source::derived(&LinuxDistribution {}, |distribution| Ok(distribution.name))
}

/// Files by name, from a listing of path, lines and `---`.
fn files(lines: &[String]) -> BTreeMap<String, Vec<String>> {
    let file = |lines: &[String]| {
        let (path, content) = lines.split_first()?;
        Some((path.strip_prefix("/etc/")?.to_owned(), content.to_vec()))
    };
    lines.split(|line| line == "---").filter_map(file).collect()
}

fn distribution(files: &BTreeMap<String, Vec<String>>) -> Distribution {
    let mut meta = files
        .get("os-release")
        .map(|lines| variables(lines))
        .unwrap_or_default();
    if let Some(codename) = meta
        .get("VERSION_CODENAME")
        .or_else(|| meta.get("UBUNTU_CODENAME"))
        .cloned()
    {
        meta.insert("CODENAME".to_owned(), codename);
    }
    // What older distributions have instead of os-release, or say more precisely in.
    let releases: Vec<(&str, Release)> = files
        .iter()
        .filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "os-release" | "lsb-release" | "system-release" | "redhat-release"
            )
        })
        .chain(
            files
                .iter()
                .filter(|(name, _)| name.as_str() == "redhat-release"),
        )
        .filter_map(|(name, lines)| {
            Some((name.strip_suffix("-release")?, release(lines.first()?)?))
        })
        .collect();
    let id = meta
        .get("ID")
        .map(String::as_str)
        .or_else(|| releases.first().map(|(id, _)| *id));
    let short = |id: &str| {
        NAMES
            .iter()
            .find(|(known, _)| id.split('-').next() == Some(known))
            .map(|(_, name)| *name)
    };
    let name = id
        .and_then(short)
        .map(str::to_owned)
        .or_else(|| meta.get("NAME").cloned())
        .or_else(|| releases.first().map(|(_, release)| release.name.clone()));
    let own = meta.get("VERSION_ID").cloned();
    let versions = own.into_iter().chain(
        releases
            .iter()
            .filter_map(|(_, release)| release.version.clone()),
    );
    let precise = versions.fold(String::new(), |best, version| {
        if version.matches('.').count() > best.matches('.').count() || best.is_empty() {
            version
        } else {
            best
        }
    });
    let mut numbers = precise.split('.').map(|part| part.parse().ok());
    Distribution {
        name: name.filter(|name| !name.is_empty()),
        major: numbers.next().flatten(),
        minor: numbers.next().flatten(),
        release_meta: meta,
    }
}

struct Release {
    name: String,
    version: Option<String>,
}

/// A line such as `CentOS release 6.9 (Final)`.
fn release(line: &str) -> Option<Release> {
    let (name, rest) = line.split_once(" release")?;
    let version = rest
        .split_whitespace()
        .map(|word| word.trim_matches(['(', ')']))
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let name = name.strip_suffix(" Linux").unwrap_or(name);
    Some(Release {
        name: name.to_owned(),
        version: version.map(str::to_owned),
    })
}

/// The variables of a file of shell assignments (os-release(5)).
fn variables(lines: &[String]) -> BTreeMap<String, String> {
    let variable = |line: &String| {
        let (name, value) = line.trim().split_once('=')?;
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        (plain && !name.is_empty()).then(|| (name.to_owned(), unquote(value)))
    };
    lines.iter().filter_map(variable).collect()
}

/// A value without its quotes and the backslashes that they need.
fn unquote(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\'']
        .iter()
        .find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let mut characters = inner.unwrap_or(value).chars();
    let mut plain = String::with_capacity(value.len());
    while let Some(c) = characters.next() {
        match c {
            '\\' => plain.extend(characters.next()),
            c => plain.push(c),
        }
    }
    plain
}

/// All that os-release says, by lower-case name.
#[fact(stability = immutable, default = {})]
pub fn OsRelease() -> Source<BTreeMap<String, String>> {
    Source::shell(shell!("cat /etc/os-release"), |output| {
        let variables = variables(&output.lines()).into_iter();
        Ok(variables
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect())
    })
}

/// What lsb_release says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lsb {
    /// The distribution.
    pub id: Option<String>,
    /// The distribution with its version.
    pub description: Option<String>,
    /// The version.
    pub release: Option<String>,
    /// The version's name.
    pub codename: Option<String>,
}

/// What lsb_release says of the distribution.
#[fact(stability = immutable, requires = "lsb_release")]
pub fn LsbRelease() -> Source<Lsb> {
    Source::shell(shell!("lsb_release -ca"), |output| {
        let lines = output.lines();
        let field = |name: &str| {
            let value = |line: &String| {
                line.strip_prefix(name)?
                    .strip_prefix(':')
                    .map(|value| value.trim().to_owned())
            };
            lines.iter().find_map(value)
        };
        Ok(Lsb {
            id: field("Distributor ID"),
            description: field("Description"),
            release: field("Release"),
            codename: field("Codename"),
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn debian_is_known_by_its_id() {
        let lines = [
            "/etc/os-release",
            "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"",
            "VERSION_ID=\"12\"",
            "ID=debian",
            "VERSION_CODENAME=bookworm",
            "---",
        ];
        let found = distribution(&files(&lines.map(str::to_owned)));
        assert_eq!(
            (found.name.as_deref(), found.major, found.minor),
            (Some("Debian"), Some(12), None)
        );
        assert_eq!(found.release_meta["CODENAME"], "bookworm");
    }

    #[test]
    fn values_are_unquoted_as_a_shell_would() {
        assert_eq!(unquote(r#""a \"b\" \$c""#), r#"a "b" $c"#);
        assert_eq!(unquote("'single'"), "single");
        assert_eq!(unquote("\""), "\"");
    }
}
