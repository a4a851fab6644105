//! Packages of the managers that use rpm: dnf and yum take the same commands.

use serde_json::Value as Json;
use windlass_sdk::prelude::*;

use crate::packages::{Manager, Packages, ensure, predict_listed};
use crate::system::entries;

fact_request! {
    /// Packages that rpm has installed, with their versions.
    pub RpmPackages("rpm.RpmPackages") {} -> Json;

    /// Packages that provide one: names and versions.
    pub RpmPackageProvides("rpm.RpmPackageProvides") {
        /// What is provided.
        package: String,
    } -> Option<Vec<(String, String)>>;
}

/// What is wanted of some packages, which may be named by what they provide.
#[derive(Clone, Debug, Parameters)]
pub struct RpmWanted {
    /// Which packages.
    #[parameters]
    pub of: Packages,
    /// Whether all packages are upgraded first.
    #[default(false)]
    pub update: bool,
    /// Whether what was downloaded is thrown away first.
    #[default(false)]
    pub clean: bool,
    /// Whether another than the best candidate will do.
    #[default(false)]
    pub nobest: bool,
    /// Options for installing, as shell text.
    pub extra_install_args: Option<String>,
    /// Options for removing, as shell text.
    pub extra_uninstall_args: Option<String>,
}

/// Plans the upgrade of all packages with a manager, given by its program.
pub fn update(plan: &mut Plan, program: &str) {
    plan.run(shell!("{program:raw} update -y"));
}

/// Plans packages with a manager, given by its program.
///
/// # Errors
/// The host's.
pub fn packages(plan: &mut Plan, program: &str, wanted: &RpmWanted) -> Result<()> {
    if wanted.clean {
        plan.run(shell!("{program:raw} clean all"));
    }
    if wanted.update {
        update(plan, program);
    }
    let with = |command: ShellText, options: Option<&str>| match options {
        Some(options) if !options.is_empty() => shell!("{command:text} {options:raw}"),
        _ => command,
    };
    let install = with(
        shell!("{program:raw} install -y"),
        wanted.nobest.then_some("--nobest"),
    );
    let manager = Manager {
        install: with(install, wanted.extra_install_args.as_deref()),
        uninstall: with(
            shell!("{program:raw} remove -y"),
            wanted.extra_uninstall_args.as_deref(),
        ),
        upgrade: shell!("{program:raw} update -y"),
        version_join: "",
    };
    let asked_for = wanted.of.names();
    let asked = asked_for.iter().map(|package| RpmPackageProvides {
        package: package.clone(),
    });
    let provided = get_all(&asked.collect::<Vec<_>>())?;
    let names: Vec<&str> = asked_for
        .iter()
        .map(String::as_str)
        .chain(
            provided
                .iter()
                .flatten()
                .flatten()
                .map(|(name, _)| name.as_str()),
        )
        .collect();
    let mut installed = entries(&RpmPackages {}, &names)?;
    for (package, providers) in asked_for.iter().zip(&provided) {
        let provider = providers.iter().flatten().find_map(|(name, version)| {
            installed
                .get(name)
                .filter(|found| has_version(found, version))
                .cloned()
        });
        if let (Some(provider), false) = (provider, installed.contains_key(package)) {
            installed.insert(package.clone(), provider);
        }
    }
    ensure(plan, &manager, &wanted.of, &installed, |names, present| {
        predict_listed(&RpmPackages {}, names, present)
    });
    Ok(())
}

fn has_version(found: &Json, version: &str) -> bool {
    match found {
        Json::Array(versions) => versions.iter().any(|known| known.as_str() == Some(version)),
        other => other.as_str() == Some(version),
    }
}
