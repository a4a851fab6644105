//! Packages of the managers that use rpm: dnf and yum take the same commands.

use serde_json::{Value as Json, json};
use windlass_sdk::prelude::*;

use crate::packages::{Manager, Wanted, ensure};
use crate::system::{entries, pointer};

fact_request! {
    /// Packages that rpm has installed, with their versions.
    pub RpmPackages("rpm.RpmPackages") {} -> Json;

    /// Packages that provide one: names and versions.
    pub RpmPackageProvides("rpm.RpmPackageProvides") {
        /// What is provided.
        package: String,
    } -> Option<Vec<(String, String)>>;
}

/// What is wanted of some packages.
#[derive(Clone, Debug, Default)]
pub struct Packages {
    /// Their names, or names of what they provide.
    pub packages: Vec<String>,
    /// Whether they should be installed.
    pub present: bool,
    /// Whether those that are installed are upgraded.
    pub latest: bool,
    /// Whether everything is upgraded first.
    pub update: bool,
    /// Whether what was downloaded is thrown away first.
    pub clean: bool,
    /// Whether the best candidate need not be taken.
    pub nobest: bool,
    /// Options for installing, as shell text.
    pub extra_install_args: Option<String>,
    /// Options for removing, as shell text.
    pub extra_uninstall_args: Option<String>,
}

/// Plans packages with a manager, given by its program.
///
/// # Errors
/// The host's.
pub fn packages(plan: &mut Plan, program: &str, wanted: &Packages) -> Result<()> {
    if wanted.clean {
        plan.run(shell!("{program:raw} clean all"));
    }
    if wanted.update {
        plan.run(shell!("{program:raw} update -y"));
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
    let asked = wanted.packages.iter().map(|package| RpmPackageProvides {
        package: package.clone(),
    });
    let provided = get_all(&asked.collect::<Vec<_>>())?;
    let names: Vec<&str> = wanted
        .packages
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
    for (package, providers) in wanted.packages.iter().zip(&provided) {
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
    let of = Wanted {
        packages: &wanted.packages,
        present: wanted.present,
        latest: wanted.latest,
    };
    ensure(plan, &manager, of, &installed, predict);
    Ok(())
}

fn has_version(found: &Json, version: &str) -> bool {
    match found {
        Json::Array(versions) => versions.iter().any(|known| known.as_str() == Some(version)),
        other => other.as_str() == Some(version),
    }
}

fn predict(names: &[&str], present: bool) -> Vec<Prediction> {
    let value = || if present { json!([]) } else { json!(null) };
    names
        .iter()
        .map(|name| Prediction::value(&RpmPackages {}, value()).at(pointer(name)))
        .collect()
}
