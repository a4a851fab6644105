//! Packages of any manager: which of the wanted ones are missing, and the commands that put that right.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use windlass_sdk::prelude::*;

use crate::system::pointer;

/// Installed packages: from a name to its versions.
pub type Installed = BTreeMap<String, Json>;

/// What a manager is told, and how it writes versions.
#[derive(Clone, Debug, Default)]
pub struct Manager {
    /// The command that installs, without the packages.
    pub install: ShellText,
    /// The command that removes, without the packages.
    pub uninstall: ShellText,
    /// The command that upgrades, without the packages; empty: packages cannot be upgraded one by one.
    pub upgrade: ShellText,
    /// What stands between a package's name and its version (`=`); empty: versions cannot be asked for.
    pub version_join: &'static str,
}

/// What is wanted of some packages: named with versions where [`Manager::version_join`] allows.
#[derive(Clone, Debug, Parameters)]
pub struct Packages {
    /// The packages.
    pub packages: Option<OneOrMany<String>>,
    /// Whether they should be installed, rather than removed.
    #[default(true)]
    pub present: bool,
    /// Whether those that are installed are upgraded.
    #[default(false)]
    pub latest: bool,
}

impl Packages {
    /// The packages, none where they were left out.
    #[must_use]
    pub fn names(&self) -> &[String] {
        self.packages.as_deref().unwrap_or_default()
    }

    /// Their names alone, where `join` stands between a name and a version ([`Manager::version_join`]).
    #[must_use]
    pub fn without_versions(&self, join: &str) -> Vec<&str> {
        let name = |package| split(package, join).0;
        self.names().iter().map(|package| name(package)).collect()
    }
}

/// What a fact that lists packages by name will answer of these: which version it will be is not known, that it is
/// there is.
pub fn predict_listed(fact: &impl Fact, names: &[&str], present: bool) -> Vec<Prediction> {
    let value = || if present { json!([]) } else { json!(null) };
    names
        .iter()
        .map(|name| Prediction::value(fact, value()).at(pointer(name)))
        .collect()
}

/// A package's name, and its version where one is asked for.
fn split<'a>(package: &'a str, join: &str) -> (&'a str, Option<&'a str>) {
    match package.split_once(join) {
        Some((name, version)) if !join.is_empty() => (name, Some(version)),
        _ => (package, None),
    }
}

/// The versions in what a fact tells of a package: a list, a set, or one.
fn versions(found: &Json) -> Vec<&str> {
    match found.get("$set").unwrap_or(found) {
        Json::Array(versions) => versions.iter().filter_map(Json::as_str).collect(),
        Json::String(version) => vec![version],
        _ => Vec::new(),
    }
}

fn has(installed: &Installed, package: &str, join: &str) -> bool {
    let (name, version) = split(package, join);
    installed
        .get(name)
        .filter(|found| !found.is_null())
        .is_some_and(|found| version.is_none_or(|version| versions(found).contains(&version)))
}

/// Plans what makes the packages so: one command for those to install or remove, one for those to upgrade.
/// `predict` says what the fact that lists packages will answer after a command, given the names and whether they
/// will be there.
pub fn ensure(
    plan: &mut Plan,
    manager: &Manager,
    wanted: &Packages,
    installed: &Installed,
    predict: impl Fn(&[&str], bool) -> Vec<Prediction>,
) {
    let join = manager.version_join;
    let (there, missing): (Vec<&String>, Vec<&String>) = wanted
        .names()
        .iter()
        .partition(|package| has(installed, package, join));
    let name = |package: &&'_ String| split(package, join).0.to_owned();

    let (change, command) = if wanted.present {
        (missing, &manager.install)
    } else {
        for package in missing {
            plan.note(format!("package {package} is not installed"));
        }
        (there.clone(), &manager.uninstall)
    };
    if !change.is_empty() {
        let names: Vec<String> = change.iter().map(name).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        plan.run(shell!("{command:text} {change:words}"))
            .predict_all(predict(&names, wanted.present))
            .changes_more();
    }

    if wanted.present {
        let upgradable: Vec<&String> = there
            .iter()
            .copied()
            .filter(|package| split(package, join).1.is_none())
            .collect();
        if wanted.latest && !upgradable.is_empty() && !manager.upgrade.parts().is_empty() {
            let names: Vec<String> = upgradable.iter().map(name).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let command = &manager.upgrade;
            plan.run(shell!("{command:text} {upgradable:words}"))
                .predict_all(predict(&names, true))
                .changes_more();
        } else {
            for package in there {
                plan.note(format!("package {package} is installed"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plan(packages: &[&str], present: bool, latest: bool) -> Vec<String> {
        let manager = Manager {
            install: shell!("get install"),
            uninstall: shell!("get remove"),
            upgrade: shell!("get upgrade"),
            version_join: "=",
        };
        let packages: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
        let installed: Installed =
            serde_json::from_value(json!({"vim": ["8.1"], "git": {"$set": ["2.0"]}})).unwrap();
        let mut plan = Plan::new();
        ensure(
            &mut plan,
            &manager,
            &Packages {
                packages: Some(OneOrMany(packages)),
                present,
                latest,
            },
            &installed,
            |_, _| Vec::new(),
        );
        plan.steps
            .iter()
            .map(|step| match &step.action {
                windlass_sdk::step::Action::Shell(shell) => shell.text.render(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn only_what_is_missing_is_installed() {
        assert_eq!(
            plan(&["vim", "curl", "a b"], true, false),
            ["get install curl 'a b'"]
        );
        assert!(plan(&["vim", "git=2.0"], true, false).is_empty());
        assert_eq!(plan(&["git=2.1"], true, false), ["get install git=2.1"]);
    }

    #[test]
    fn only_what_is_there_is_removed_or_upgraded() {
        assert_eq!(plan(&["vim", "curl"], false, false), ["get remove vim"]);
        assert_eq!(
            plan(&["vim", "git=2.0", "curl"], true, true),
            ["get install curl", "get upgrade vim"]
        );
    }
}
