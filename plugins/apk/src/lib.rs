//! Packages of Alpine.

use std::collections::BTreeMap;

use windlass_plugin_common::packages::{Manager, Packages, ensure, predict_listed};
use windlass_plugin_common::system::entries;
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "apk",
    operations: [packages, update, upgrade],
    facts: [ApkPackages],
}

/// Installed packages: from each name to its versions.
#[fact(requires = "apk", default = {})]
pub fn ApkPackages() -> Source<BTreeMap<String, Vec<String>>> {
    Source::shell(shell!("apk list --installed"), |output| {
        let package = |line: &String| {
            installed(line).map(|(name, version)| (name.to_owned(), vec![version.to_owned()]))
        };
        Ok(output.lines().iter().filter_map(package).collect())
    })
}

/// Name and version in a line such as `musl-1.1.22-r3 x86_64 {musl} (MIT) [installed]`.
fn installed(line: &str) -> Option<(&str, &str)> {
    let word = line
        .contains("[installed")
        .then(|| line.split_whitespace().next())
        .flatten()?;
    let (start, _release) = word.rsplit_once('-')?;
    let (name, _) = start.rsplit_once('-')?;
    Some((name, word.get(name.len() + 1..)?))
}

/// Update the lists of packages.
#[operation(idempotent = false, example = "apk.update()")]
pub fn update(plan: &mut Plan) -> Result<()> {
    plan.run(shell!("apk update"));
    Ok(())
}

/// Upgrade all packages.
#[operation(idempotent = false, example = "apk.upgrade()")]
pub fn upgrade(
    plan: &mut Plan,
    /// Whether packages are also downgraded to what the repositories have.
    #[default(false)]
    available: bool,
) -> Result<()> {
    plan.run(if available {
        shell!("apk upgrade --available")
    } else {
        shell!("apk upgrade")
    });
    Ok(())
}

/// Install, upgrade or remove packages.
///
/// A package may be given with its version, as in `git=2.40.1-r0`.
#[operation(example = r#"apk.packages(packages = ["git"], update = True, _sudo = True)"#)]
pub fn packages(
    plan: &mut Plan,
    #[parameters] wanted: Packages,
    /// Whether the lists of packages are updated first.
    #[default(false)]
    update: bool,
    /// Whether all packages are upgraded first.
    #[default(false)]
    upgrade: bool,
) -> Result<()> {
    if update {
        plan.run(shell!("apk update"));
    }
    if upgrade {
        plan.run(shell!("apk upgrade"));
    }
    let manager = Manager {
        install: shell!("apk add"),
        uninstall: shell!("apk del"),
        upgrade: shell!("apk add -u"),
        version_join: "=",
    };
    let installed = entries(
        &ApkPackages {},
        &wanted.without_versions(manager.version_join),
    )?;
    ensure(plan, &manager, &wanted, &installed, |names, present| {
        predict_listed(&ApkPackages {}, names, present)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_may_have_dashes_and_digits() {
        assert_eq!(
            installed("apk-tools-2.10.4-r2 x86_64 {apk-tools} (GPL2) [installed]"),
            Some(("apk-tools", "2.10.4-r2"))
        );
        assert_eq!(installed("curl-8.0-r0 x86_64 {curl} (MIT)"), None);
        assert_eq!(installed("WARNING: Ignoring APKINDEX: No such file"), None);
    }
}
