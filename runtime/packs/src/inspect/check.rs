//! A manifest against its components. A mismatch in either direction refuses the pack: what is declared and not there
//! misleads its readers, what is there and not declared was approved by nobody.
//!
//! | declared | compared with |
//! | --- | --- |
//! | `role` | the role that the component's exports give it |
//! | `exports` of a planning component | the operations and facts that it describes, both ways |
//! | `uses` | its own names, and whether it can ask for facts at all |
//! | `capabilities` | the roles of its components and the interfaces that they import, both ways |

use std::fmt;

use windlass_engine::contract::Role;
use windlass_engine::nearest::nearest;

use super::report::ComponentReport;
use crate::manifest::{Component, FILE, Manifest};

/// One thing that the manifest says otherwise than the components.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The line of the manifest that it is about, from 1; none: the file as a whole.
    pub line: Option<usize>,
    /// What differs, and what would right it.
    pub message: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{FILE}:{line}: {}", self.message),
            None => write!(f, "{FILE}: {}", self.message),
        }
    }
}

/// All that a manifest says otherwise than its components. `found` are the components in the manifest's order.
#[must_use]
pub fn check(manifest: &Manifest, found: &[ComponentReport]) -> Vec<Mismatch> {
    let mut all = Vec::new();
    for (declared, found) in manifest.components.iter().zip(found) {
        component(declared, found, &mut |message| {
            all.push(Mismatch {
                line: Some(declared.line),
                message,
            });
        });
    }
    capabilities(manifest, found, &mut |message| {
        all.push(Mismatch {
            line: None,
            message,
        });
    });
    all
}

fn component(declared: &Component, found: &ComponentReport, say: &mut impl FnMut(String)) {
    let path = &declared.path;
    if declared.role != found.role {
        say(format!(
            "`role` of {path} is `{}`, and what the component exports ({}) makes it `{}`",
            declared.role,
            found.exports.join(", "),
            found.role
        ));
        return;
    }
    if declared.role == Role::Planning {
        names(declared, found, say);
    }
    let asks = found.interfaces().imports("facts");
    for used in &declared.uses {
        if found.names().contains(&used.as_str()) {
            say(format!(
                "`uses` of {path} has `{used}`, which is its own; only those of other components belong there"
            ));
        } else if is_fact(used) && !asks {
            say(format!(
                "`uses` of {path} has the fact `{used}`, and the component does not import `facts`"
            ));
        }
    }
}

fn names(declared: &Component, found: &ComponentReport, say: &mut impl FnMut(String)) {
    let path = &declared.path;
    let there = found.names();
    for name in &declared.exports {
        if there.contains(&name.as_str()) {
            continue;
        }
        let undeclared = there
            .iter()
            .copied()
            .filter(|name| !declared.exports.iter().any(|other| other == name));
        let hint = match nearest(name, undeclared) {
            Some(near) => format!(", did you mean `{near}`?"),
            None => format!("; it has {}", listed(&there)),
        };
        say(format!(
            "`exports` of {path} has `{name}`, which the component does not have{hint}"
        ));
    }
    for name in &there {
        if !declared.exports.iter().any(|declared| declared == name) {
            say(format!(
                "the component {path} has `{name}`, which is missing in its `exports`"
            ));
        }
    }
}

/// What asks for a capability, and the interfaces of which one must be imported to make use of it.
fn capabilities(manifest: &Manifest, found: &[ComponentReport], say: &mut impl FnMut(String)) {
    let asked = &manifest.capabilities;
    let imported = |interface: &str| {
        found
            .iter()
            .find(|part| part.interfaces().imports(interface))
    };
    let has = |role: Role| found.iter().any(|part| part.role == role);
    let wants: [(&str, bool, &str); 2] = [
        ("programs", !asked.programs.is_empty(), "process"),
        ("http", !asked.http.is_empty(), "http"),
    ];
    for (capability, asked, interface) in wants {
        match (asked, imported(interface)) {
            (true, None) => say(format!(
                "[capabilities] asks for `{capability}`, and no component imports `{interface}`, which it is for"
            )),
            (false, Some(part)) => say(format!(
                "{} imports `{interface}`, and [capabilities] asks for no `{capability}`; without it every call is refused",
                part.path
            )),
            _ => {}
        }
    }
    acting(asked.act, found, say);
    let facts = found.iter().any(|part| !part.facts.is_empty());
    let operations = found.iter().any(|part| !part.operations.is_empty());
    let needs: [(&str, bool, bool, &str); 5] = [
        (
            "env",
            !asked.env.is_empty(),
            !asked.programs.is_empty(),
            "it starts no program that could get them",
        ),
        (
            "fact-shell",
            asked.fact_shell,
            facts,
            "no component has facts",
        ),
        (
            "fact-command",
            asked.fact_command,
            facts,
            "no component has facts",
        ),
        (
            "traffic",
            asked.traffic,
            has(Role::Connecting),
            "no component is a connector",
        ),
        (
            "privilege",
            asked.privilege,
            operations
                || has(Role::Acting)
                || has(Role::Deploying)
                || !manifest.pack.deploys.is_empty(),
            "it has neither operations nor deploys",
        ),
    ];
    for (capability, asked, there, why) in needs {
        if asked && !there {
            say(format!("[capabilities] asks for `{capability}`, and {why}"));
        }
    }
}

/// Whether what acts on hosts at execution is said.
fn acting(asked: bool, found: &[ComponentReport], say: &mut impl FnMut(String)) {
    let acts =
        |part: &&ComponentReport| part.role == Role::Acting || part.interfaces().imports("target");
    match (asked, found.iter().find(acts)) {
        (true, None) => say(String::from(
            "[capabilities] asks for `act`, and no component acts: none is for acting, and no deploy imports `target`",
        )),
        (false, Some(part)) => say(format!(
            "{} acts on hosts at execution, and [capabilities] does not ask for it with `act = true`; without it every call is refused",
            part.path
        )),
        _ => {}
    }
}

/// Facts are told from operations by the capital letter behind the last dot.
fn is_fact(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.starts_with(|c: char| c.is_ascii_uppercase())
}

fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return String::from("none");
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value, json};
    use windlass_engine::contract::{FactInfo, OperationInfo};

    use super::*;

    fn manifest(more: &str) -> Manifest {
        let text = format!(
            "[pack]\nname = 'acme:motd'\nversion = '1.0.0'\nlicence = 'MIT'\nsummary = 'x'\n\n[[component]]\npath = 'motd.wasm'\n{more}"
        );
        Manifest::parse(&text, FILE).unwrap()
    }

    fn found(imports: &[&str]) -> ComponentReport {
        let operation = json!({"name": "motd.set", "doc": "", "parameters": [], "idempotent": true, "hidden": false, "alias_of": null, "more": {}});
        let fact = json!({"name": "motd.Text", "doc": "", "parameters": [], "default": null, "stability": "state", "requires": null, "batch": 1, "globals": {}, "more": {}});
        let info = |value: Value| serde_json::from_value::<OperationInfo>(value).unwrap();
        let imports = imports
            .iter()
            .map(|name| format!("windlass:plugin/{name}@0.1.0"));
        ComponentReport {
            path: "motd.wasm".into(),
            role: Role::Planning,
            size: 8,
            digest: String::new(),
            imports: imports.collect(),
            exports: vec![String::from("windlass:plugin/operations@0.1.0")],
            operations: vec![info(operation)],
            facts: vec![serde_json::from_value::<FactInfo>(fact).unwrap()],
        }
    }

    fn said(more: &str, imports: &[&str]) -> Vec<String> {
        let all = check(&manifest(more), &[found(imports)]);
        all.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_declared_and_there_is_right() {
        let more = "role = 'planning'\nexports = ['motd.set', 'motd.Text']\nuses = ['files.put', 'files.File']\n[capabilities]\nfact-shell = true";
        assert_eq!(said(more, &["facts"]), Vec::<String>::new());
    }

    #[test]
    fn names_differ_in_both_directions() {
        let more = "role = 'planning'\nexports = ['motd.sett', 'motd.Text']";
        assert_eq!(
            said(more, &[]),
            [
                "pack.toml:7: `exports` of motd.wasm has `motd.sett`, which the component does not have, did you mean `motd.set`?",
                "pack.toml:7: the component motd.wasm has `motd.set`, which is missing in its `exports`",
            ]
        );
    }

    #[test]
    fn another_role_is_told_by_what_makes_it() {
        let said = said("role = 'observing'", &[]);
        assert_eq!(
            said,
            [
                "pack.toml:7: `role` of motd.wasm is `observing`, and what the component exports (windlass:plugin/operations@0.1.0) makes it `planning`"
            ]
        );
    }

    #[test]
    fn uses_are_of_others_and_possible() {
        let more = "role = 'planning'\nexports = ['motd.set', 'motd.Text']\nuses = ['motd.set', 'files.File']";
        let said = said(more, &[]);
        assert!(said[0].contains("`motd.set`, which is its own"), "{said:?}");
        assert!(said[1].contains("does not import `facts`"), "{said:?}");
        assert_eq!(said.len(), 2);
    }

    #[test]
    fn capabilities_differ_in_both_directions() {
        let base = "role = 'planning'\nexports = ['motd.set', 'motd.Text']\n";
        let all = "[capabilities]\nhttp = ['https://a.example']\nenv = ['A']\ntraffic = true\nprograms = [{name = 'ssh'}]";
        let over = said(&format!("{base}{all}"), &[]);
        assert_eq!(over.len(), 3, "{over:?}");
        assert!(
            over[0].contains("no component imports `process`"),
            "{over:?}"
        );
        let under = said(base, &["process"]);
        assert_eq!(
            under,
            [
                "pack.toml: motd.wasm imports `process`, and [capabilities] asks for no `programs`; without it every call is refused"
            ]
        );
        let acts = said(&format!("{base}[capabilities]\nact = true"), &[]);
        assert!(acts[0].contains("no component acts"), "{acts:?}");
        let target = said(base, &["target"]);
        assert!(
            target[0].contains("ask for it with `act = true`"),
            "{target:?}"
        );
        let nothing_to_start = said(&format!("{base}[capabilities]\nenv = ['A']"), &[]);
        assert!(
            nothing_to_start[0].contains("starts no program"),
            "{nothing_to_start:?}"
        );
    }
}
