//! Installing and removing packages.

use serde_json::json;
use windlass_plugin_common::packages::{Installed, Manager, Packages, ensure, predict_listed};
use windlass_plugin_common::system::{DebPackages, entries};
use windlass_sdk::prelude::*;

use super::update::update_lists;
use crate::apt_get::apt_get;

/// Install, upgrade or remove packages.
///
/// A package may be given with its version, as in `nginx=1.22.1-9`, and with an architecture, as in `libc6:i386`.
#[operation(
    example = r#"apt.packages(name = "Install nginx", packages = ["nginx"], update = True, cache_time = 3600, _sudo = True)"#,
    uses = ["apt.upgrade"]
)]
pub fn packages(
    plan: &mut Plan,
    #[parameters] wanted: Packages,
    /// Whether the lists of packages are updated first.
    #[default(false)]
    update: bool,
    /// How old the lists may be, in seconds, without being updated.
    cache_time: Option<u32>,
    /// Whether all packages are upgraded first.
    #[default(false)]
    upgrade: bool,
    /// Whether apt-get is told to go on where it would stop for safety.
    #[default(false)]
    force: bool,
    /// Whether recommended packages are left out.
    #[default(false)]
    no_recommends: bool,
    /// Whether an older version may replace a newer one.
    #[default(false)]
    allow_downgrades: bool,
    /// Whether removing a package removes its configuration too.
    #[default(false)]
    purge: bool,
    /// Options for installing, as shell text.
    extra_install_args: Option<String>,
    /// Options for removing, as shell text.
    extra_uninstall_args: Option<String>,
) -> Result<()> {
    if update {
        update_lists(plan, cache_time)?;
    }
    if upgrade {
        // An operation of its own: what there is to upgrade is known once the lists are updated.
        plan.nested("apt.upgrade", json!({}));
    }
    let command = |what: &str, options: &[&str]| {
        let line = apt_get(force).raw(" ").raw(what);
        options
            .iter()
            .filter(|option| !option.is_empty())
            .fold(line, |line, option| line.raw(" ").raw(option))
    };
    let set = |is: bool, option: &'static str| if is { option } else { "" };
    let install = command(
        "install",
        &[
            set(no_recommends, "--no-install-recommends"),
            set(allow_downgrades, "--allow-downgrades"),
            extra_install_args.as_deref().unwrap_or_default(),
        ],
    );
    let uninstall = command(
        if purge { "purge" } else { "remove" },
        &[extra_uninstall_args.as_deref().unwrap_or_default()],
    );
    let manager = Manager {
        upgrade: install.clone(),
        install,
        uninstall,
        version_join: "=",
    };
    let installed = installed(&wanted.without_versions(manager.version_join))?;
    ensure(plan, &manager, &wanted, &installed, predict);
    Ok(())
}

/// What is installed of these packages. dpkg's list has no architectures, so a foreign one counts as its name does.
fn installed(names: &[&str]) -> Result<Installed> {
    let asked: Vec<&str> = names
        .iter()
        .map(|name| without_architecture(name))
        .collect();
    let found = entries(&DebPackages {}, &asked)?;
    Ok(names
        .iter()
        .zip(&asked)
        .filter_map(|(name, plain)| Some(((*name).to_owned(), found.get(*plain)?.clone())))
        .collect())
}

fn without_architecture(name: &str) -> &str {
    name.split_once(':').map_or(name, |(name, _)| name)
}

fn predict(names: &[&str], present: bool) -> Vec<Prediction> {
    let names: Vec<&str> = names
        .iter()
        .map(|name| without_architecture(name))
        .collect();
    predict_listed(&DebPackages {}, &names, present)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;
    use windlass_sdk::testing::TestHost;

    #[test]
    fn what_was_planned_to_be_installed_is_not_planned_again() {
        let mut host = TestHost::new().fact("deb.DebPackages", json!({}), json!({}));
        let plan = |host: &mut TestHost, args: serde_json::Value| {
            host.run(|| crate::NAMESPACE.plan("apt.packages", args))
                .unwrap()
        };
        let first = plan(&mut host, json!({"packages": ["nginx", "libc6:i386"]}));
        assert_eq!(first.steps.len(), 1);
        host.apply(&first);
        assert!(plan(&mut host, json!({"packages": ["nginx", "libc6:i386"]})).is_empty());
        let removal = plan(&mut host, json!({"packages": "nginx", "present": false}));
        assert_eq!(removal.steps.len(), 1);
        host.apply(&removal);
        assert_eq!(plan(&mut host, json!({"packages": "nginx"})).steps.len(), 1);
    }
}
