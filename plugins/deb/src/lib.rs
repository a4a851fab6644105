//! What dpkg knows: installed packages, package files, the architecture.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "deb",
    operations: [],
    facts: [DebArch, DebPackages, DebPackage],
}

/// The architecture that dpkg installs for, such as `amd64`.
#[fact(requires = "dpkg", stability = immutable)]
pub fn DebArch() -> Source<Option<String>> {
    Source::shell(shell!("dpkg --print-architecture"), |output| {
        Ok(output
            .lines()
            .into_iter()
            .next()
            .filter(|line| !line.is_empty()))
    })
}

/// Installed packages: from each name, without its architecture, to its versions.
#[fact(requires = "dpkg", default = {})]
pub fn DebPackages() -> Source<BTreeMap<String, Vec<String>>> {
    Source::shell(shell!("dpkg -l"), |output| {
        let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in output.lines() {
            if let Some((name, version)) = installed(&line) {
                let versions = packages.entry(name.to_owned()).or_default();
                if !versions.iter().any(|known| known == version) {
                    versions.push(version.to_owned());
                }
            }
        }
        Ok(packages)
    })
}

/// Name and version in a line of `dpkg -l` that lists an installed package: its status is `ii`, or `hi` where it is held.
fn installed(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    if !matches!(words.next()?, "ii" | "hi") {
        return None;
    }
    let name = words.next()?;
    Some((
        name.split_once(':').map_or(name, |(name, _)| name),
        words.next()?,
    ))
}

/// A package's name and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// Name and version of an installed package, or of a package file (`*.deb`) on the target; null where there is none.
#[fact(requires = "dpkg", example = "deb.DebPackage package=/root/some.deb")]
pub fn DebPackage(
    /// The package's name, or the file's path.
    package: String,
) -> Source<Option<Package>> {
    let status = shell!("dpkg -s {package} 2>/dev/null || true");
    let command = shell!(
        "test -f {package} && case {package} in *.deb) dpkg -I {package} ;; *) {status:text} ;; esac || {status:text}"
    );
    Source::shell(command, |output| {
        let lines = output.lines();
        let field = |name: &str| {
            let value = |line: &String| {
                line.trim()
                    .strip_prefix(name)?
                    .strip_prefix(':')
                    .map(|value| value.trim().to_owned())
            };
            lines.iter().find_map(value)
        };
        Ok(field("Package")
            .zip(field("Version"))
            .map(|(name, version)| Package { name, version }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_installed_counts() {
        assert_eq!(
            installed("ii  libc6:amd64 2.36-9 amd64 GNU C Library"),
            Some(("libc6", "2.36-9"))
        );
        assert_eq!(installed("hi  vim 9.0 amd64 held"), Some(("vim", "9.0")));
        assert_eq!(installed("rc  old 1.0 amd64 configuration only"), None);
        assert_eq!(installed("||/ Name Version"), None);
    }
}
