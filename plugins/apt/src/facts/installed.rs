//! Installed packages, as apt lists them.

use std::collections::BTreeMap;

use windlass_sdk::prelude::*;

/// Installed packages: from each name (with its architecture where it is foreign) to its versions.
#[fact(requires = "apt", default = {})]
pub fn AptPackages() -> Source<BTreeMap<String, Vec<String>>> {
    Source::shell(shell!("apt list --installed 2>/dev/null"), |output| {
        let mut packages: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in output.lines() {
            if let Some((name, version)) = entry(&line) {
                packages
                    .entry(name.to_owned())
                    .or_default()
                    .push(version.to_owned());
            }
        }
        Ok(packages)
    })
}

/// Name and version in a line such as `htop/jammy 3.0.5-7build2 amd64 [installed,automatic]`.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = line.split_once('/')?;
    let mut words = rest.split_whitespace();
    let version = words.nth(1)?;
    rest.contains(" [installed").then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_installed_is_left_out() {
        assert_eq!(
            entry("htop/jammy,now 3.0.5 amd64 [installed,automatic]"),
            Some(("htop", "3.0.5"))
        );
        assert_eq!(entry("htop/jammy 3.0.5 amd64 [residual-config]"), None);
        assert_eq!(
            entry("apt/stable 2.6.1 amd64 [installed,upgradable to: 2.6.2]"),
            Some(("apt", "2.6.1"))
        );
        assert_eq!(entry("Listing..."), None);
    }
}
