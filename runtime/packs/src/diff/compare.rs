//! Two versions of a pack, side by side.

use std::collections::{BTreeMap, BTreeSet};

use windlass_engine::contract::{FactInfo, OperationInfo};

use super::change::{Change, Difference};
use super::parameters;
use crate::docs::starlark;
use crate::inspect::PackReport;

/// Collects what differs of one subject.
pub(super) struct Changes<'c> {
    subject: &'c str,
    all: &'c mut Vec<Change>,
}

impl Changes<'_> {
    pub(super) fn breaks(&mut self, message: impl Into<String>) {
        self.add(message.into(), true);
    }

    pub(super) fn says(&mut self, message: impl Into<String>) {
        self.add(message.into(), false);
    }

    fn add(&mut self, message: String, breaking: bool) {
        self.all.push(Change {
            subject: self.subject.to_owned(),
            message,
            breaking,
        });
    }
}

/// What differs between two versions of a pack.
#[must_use]
pub fn diff(old: &PackReport, new: &PackReport) -> Difference {
    let mut changes = Vec::new();
    pack(old, new, &mut changes);
    let operations = |report: &PackReport| -> BTreeMap<String, OperationInfo> {
        let all = report
            .operations()
            .map(|info| (info.name.clone(), info.clone()));
        all.collect()
    };
    let facts = |report: &PackReport| -> BTreeMap<String, FactInfo> {
        let all = report.facts().map(|info| (info.name.clone(), info.clone()));
        all.collect()
    };
    each(
        &operations(old),
        &operations(new),
        "operation",
        operation,
        &mut changes,
    );
    each(&facts(old), &facts(new), "fact", fact, &mut changes);
    let (before, after) = (named(old), named(new));
    for name in before.difference(&after) {
        at(name, &mut changes).breaks("the pack has it no more");
    }
    for name in after.difference(&before) {
        at(name, &mut changes).says("is new");
    }
    let asks = |report: &PackReport| {
        let manifest = report.manifest.as_ref();
        manifest
            .map(|manifest| manifest.capabilities.clone())
            .unwrap_or_default()
    };
    Difference {
        old: old.version.clone(),
        new: new.version.clone(),
        asks_more: asks(new).beyond(&asks(old)).sentences(),
        asks_less: asks(old).beyond(&asks(new)).sentences(),
        changes,
    }
}

fn at<'c>(subject: &'c str, all: &'c mut Vec<Change>) -> Changes<'c> {
    Changes { subject, all }
}

/// The names of connectors, inventories and sources of secrets.
fn named(report: &PackReport) -> BTreeSet<String> {
    let components = report
        .manifest
        .iter()
        .flat_map(|manifest| &manifest.components);
    components
        .flat_map(|component| &component.exports)
        .filter(|name| name.starts_with('@') || name.ends_with(':'))
        .cloned()
        .collect()
}

fn pack(old: &PackReport, new: &PackReport, all: &mut Vec<Change>) {
    let mut changes = at("pack", all);
    if old.name != new.name {
        changes.breaks(format!("it is called {}, was {}", new.name, old.name));
    }
    let (Some(old), Some(new)) = (&old.manifest, &new.manifest) else {
        return;
    };
    if old.pack.windlass != new.pack.windlass {
        changes.says(format!(
            "it runs on windlass {}, was {}",
            new.pack.windlass, old.pack.windlass
        ));
    }
    if old.pack.licence != new.pack.licence {
        changes.says(format!(
            "its licence is {}, was {}",
            new.pack.licence, old.pack.licence
        ));
    }
    if old.limits != new.limits {
        changes.says("its limits differ");
    }
}

fn each<T>(
    old: &BTreeMap<String, T>,
    new: &BTreeMap<String, T>,
    what: &str,
    compare: impl Fn(&T, &T, &mut Changes<'_>),
    all: &mut Vec<Change>,
) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let mut changes = at(name, all);
        match (old.get(name), new.get(name)) {
            (Some(_), None) => changes.breaks(format!("the {what} is gone")),
            (None, Some(_)) => changes.says(format!("the {what} is new")),
            (Some(old), Some(new)) => compare(old, new, &mut changes),
            (None, None) => {}
        }
    }
}

fn operation(old: &OperationInfo, new: &OperationInfo, changes: &mut Changes<'_>) {
    parameters::compare(&old.parameters, &new.parameters, changes);
    match (old.idempotent, new.idempotent) {
        (true, false) => changes.breaks("it changes something each time it runs, and did not"),
        (false, true) => changes.says("planning it again after it ran gives nothing to do now"),
        _ => {}
    }
    match (old.hidden, new.hidden) {
        (false, true) => changes.says("it is hidden now"),
        (true, false) => changes.says("it is hidden no more"),
        _ => {}
    }
}

fn fact(old: &FactInfo, new: &FactInfo, changes: &mut Changes<'_>) {
    parameters::compare(&old.parameters, &new.parameters, changes);
    if old.default != new.default {
        changes.breaks(format!(
            "its value is {} where the program is missing, was {}",
            starlark(&new.default),
            starlark(&old.default)
        ));
    }
    if old.requires != new.requires {
        let program = |requires: &Option<String>| match requires {
            Some(program) => format!("the program {program}"),
            None => String::from("no program"),
        };
        changes.says(format!(
            "it needs {} on the host, was {}",
            program(&new.requires),
            program(&old.requires)
        ));
    }
    if old.stability != new.stability {
        changes.says("how long its value holds differs");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use windlass_engine::contract::Role;

    use super::*;
    use crate::inspect::ComponentReport;
    use crate::manifest::{FILE, Manifest};

    fn report(version: &str, more: &str, operations: Vec<Value>) -> PackReport {
        let text = format!(
            "[pack]\nname = 'acme:motd'\nversion = '{version}'\nlicence = 'MIT'\nsummary = 'x'\n[[component]]\npath = 'm.wasm'\nrole = 'planning'\nexports = []\n{more}"
        );
        let infos = operations.into_iter();
        PackReport {
            name: "acme:motd".into(),
            version: version.into(),
            manifest: Some(Manifest::parse(&text, FILE).unwrap()),
            components: vec![ComponentReport {
                path: "m.wasm".into(),
                role: Role::Planning,
                size: 0,
                digest: String::new(),
                imports: Vec::new(),
                exports: Vec::new(),
                operations: infos
                    .map(|info| serde_json::from_value(info).unwrap())
                    .collect(),
                facts: Vec::new(),
            }],
        }
    }

    fn operation(name: &str, parameters: Vec<Value>) -> Value {
        json!({"name": name, "doc": "", "parameters": parameters, "idempotent": true, "hidden": false, "alias_of": null, "more": {}})
    }

    fn parameter(name: &str, schema: Value, more: Value) -> Value {
        let mut whole = json!({"name": name, "kind": "either", "schema": schema, "doc": "", "secret": false, "more": {}});
        for (key, value) in more.as_object().unwrap() {
            whole[key] = value.clone();
        }
        whole
    }

    fn said(old: Vec<Value>, new: Vec<Value>) -> Vec<(bool, String)> {
        let difference = diff(&report("1.0.0", "", old), &report("1.1.0", "", new));
        let changes = difference.changes.iter();
        changes
            .map(|change| (change.breaking, change.to_string()))
            .collect()
    }

    #[test]
    fn the_same_pack_differs_in_nothing() {
        let set = || {
            operation(
                "motd.set",
                vec![parameter("text", json!({"type": "string"}), json!({}))],
            )
        };
        assert_eq!(said(vec![set()], vec![set()]), []);
    }

    #[test]
    fn what_is_gone_breaks_and_what_is_new_does_not() {
        let changes = said(
            vec![operation("a.one", vec![])],
            vec![operation("a.two", vec![])],
        );
        assert_eq!(
            changes,
            [
                (true, String::from("a.one: the operation is gone")),
                (false, String::from("a.two: the operation is new")),
            ]
        );
    }

    #[test]
    fn parameters_break_where_a_call_would() {
        let text = json!({"type": "string"});
        let either = json!({"type": ["string", "integer"]});
        let old = vec![
            parameter("text", text.clone(), json!({})),
            parameter("mode", text.clone(), json!({"default": null})),
            parameter("gone", text.clone(), json!({"default": null})),
            parameter("less", either.clone(), json!({"default": 1})),
            parameter("more", text.clone(), json!({"default": "a"})),
        ];
        let new = vec![
            parameter("mode", text.clone(), json!({"default": "0644"})),
            parameter("text", text.clone(), json!({"default": ""})),
            parameter(
                "less",
                text.clone(),
                json!({"default": "1", "kind": "keyword"}),
            ),
            parameter(
                "more",
                either,
                json!({"default": "a", "kind": "keyword", "secret": true}),
            ),
            parameter("needed", text.clone(), json!({"kind": "keyword"})),
            parameter(
                "optional",
                text,
                json!({"default": null, "kind": "keyword"}),
            ),
        ];
        let all = said(vec![operation("a.b", old)], vec![operation("a.b", new)]);
        let lines: Vec<String> = all
            .iter()
            .map(|(breaking, text)| format!("{} {text}", if *breaking { "!" } else { " " }))
            .collect();
        insta::assert_snapshot!("parameters", lines.join("\n"));
    }

    #[test]
    fn what_is_asked_for_is_compared() {
        let old = report("1.0.0", "[capabilities]\nread = ['/etc']", vec![]);
        let new = report(
            "1.0.1",
            "[capabilities]\nread = ['/srv']\nfact-shell = true",
            vec![],
        );
        let difference = diff(&old, &new);
        assert_eq!(
            difference.asks_more,
            ["read /srv", "run shell commands in facts"]
        );
        assert_eq!(difference.asks_less, ["read /etc"]);
        assert!(!difference.breaking());
    }
}
