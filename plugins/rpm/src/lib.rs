//! What rpm knows: installed packages, package files, and what provides what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "rpm",
    operations: [],
    facts: [RpmPackages, RpmPackage, RpmPackageProvides],
}

/// How packages are written: name and version with release.
const FORMAT: &str = r"'%{NAME} %{VERSION}-%{RELEASE}\n'";

/// Installed packages: from each name to its versions.
#[fact(requires = "rpm", default = {})]
pub fn RpmPackages() -> Source<BTreeMap<String, Vec<String>>> {
    Source::shell(shell!("rpm --queryformat {FORMAT:raw} -qa"), |output| {
        let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, version) in output.lines().iter().filter_map(|line| entry(line)) {
            packages.entry(name).or_default().push(version);
        }
        Ok(packages)
    })
}

fn entry(line: &str) -> Option<(String, String)> {
    let (name, version) = line.trim().split_once(' ')?;
    (!version.contains(' ')).then(|| (name.to_owned(), version.to_owned()))
}

/// A package's name and version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version, with the release.
    pub version: String,
}

/// Name and version of an installed package, or of a package file on the target; null where there is none.
#[fact(requires = "rpm", example = "rpm.RpmPackage package=bash")]
pub fn RpmPackage(
    /// The package's name, or the file's path.
    package: String,
) -> Source<Option<Package>> {
    let command = shell!(
        "rpm --queryformat {FORMAT:raw} -q {package} || ! test -e {package} || rpm --queryformat {FORMAT:raw} -qp \
         {package} 2> /dev/null"
    );
    Source::shell(command, |output| {
        let found = output.lines().iter().find_map(|line| entry(line));
        Ok(found.map(|(name, version)| Package { name, version }))
    })
}

/// Packages in the repositories that provide something: their names and versions.
#[fact(requires = "dnf", default = [], example = "rpm.RpmPackageProvides package=vim")]
pub fn RpmPackageProvides(
    /// What is provided: a package's name, or a file's path.
    package: String,
) -> Source<Vec<(String, String)>> {
    Source::shell(
        shell!("dnf repoquery --quiet --queryformat {FORMAT:raw} --whatprovides {package} || true"),
        |output| {
            Ok(output
                .lines()
                .iter()
                .filter_map(|line| entry(line))
                .collect())
        },
    )
}
