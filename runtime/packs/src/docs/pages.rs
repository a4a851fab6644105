//! Reference pages in Markdown: one that says what the pack is, and one a namespace.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use windlass_engine::contract::{FactInfo, OperationInfo, Parameter, Role, Stability};
use windlass_engine::json::Json;

use super::words::{call, starlark, takes};
use crate::inspect::PackReport;

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its file's name: `index.md`, or `motd.md` for the namespace `motd`.
    pub file: String,
    /// Markdown.
    pub text: String,
}

/// What a namespace has.
#[derive(Default)]
struct Namespace<'r> {
    operations: Vec<&'r OperationInfo>,
    facts: Vec<&'r FactInfo>,
}

/// The pages of a pack, `index.md` first, then the namespaces by name. Operations that are hidden have no entry.
#[must_use]
pub fn pages(report: &PackReport) -> Vec<Page> {
    let mut namespaces: BTreeMap<&str, Namespace<'_>> = BTreeMap::new();
    for info in report.operations().filter(|info| !info.hidden) {
        let namespace = namespaces.entry(namespace(&info.name)).or_default();
        namespace.operations.push(info);
    }
    for info in report.facts() {
        let namespace = namespaces.entry(namespace(&info.name)).or_default();
        namespace.facts.push(info);
    }
    for namespace in namespaces.values_mut() {
        namespace.operations.sort_by(|a, b| a.name.cmp(&b.name));
        namespace.facts.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let mut pages = vec![Page {
        file: String::from("index.md"),
        text: index(report, &namespaces),
    }];
    for (name, namespace) in &namespaces {
        pages.push(Page {
            file: format!("{name}.md"),
            text: page(name, namespace),
        });
    }
    pages
}

fn namespace(name: &str) -> &str {
    name.rsplit_once('.')
        .map_or(name, |(namespace, _)| namespace)
}

fn index(report: &PackReport, namespaces: &BTreeMap<&str, Namespace<'_>>) -> String {
    let mut text = format!("# {}\n", report.title());
    if let Some(manifest) = &report.manifest {
        let pack = &manifest.pack;
        let _ = write!(text, "\n{}\n\nLicence: {}.", pack.summary, pack.licence);
        if let Some(source) = &pack.source {
            let _ = write!(text, " Source: <{source}>.");
        }
        if pack.windlass != semver::VersionReq::STAR {
            let _ = write!(text, " Runs on Windlass {}.", pack.windlass);
        }
        text.push('\n');
    }
    for (name, namespace) in namespaces {
        let _ = writeln!(text, "\n## [{name}]({name}.md)\n");
        for info in &namespace.operations {
            entry(&mut text, name, &info.name, &info.doc);
        }
        for info in &namespace.facts {
            entry(&mut text, name, &info.name, &info.doc);
        }
    }
    let named = |role: Role| named(report, role);
    for (role, title) in [
        (Role::Connecting, "Connectors"),
        (Role::Listing, "Inventories"),
        (Role::Providing, "Sources of secrets"),
    ] {
        let names = named(role);
        if !names.is_empty() {
            let _ = writeln!(text, "\n## {title}\n\n{}", names.join(", "));
        }
    }
    if let Some(manifest) = &report.manifest {
        text.push_str("\n## What it asks for\n\n");
        let sentences = manifest.capabilities.sentences();
        if sentences.is_empty() {
            text.push_str("Nothing beyond planning.\n");
        }
        for sentence in sentences {
            let _ = writeln!(text, "- {sentence}");
        }
    }
    text
}

/// The names of components that have no operations or facts, from the manifest.
fn named(report: &PackReport, role: Role) -> Vec<String> {
    let declared = report
        .manifest
        .iter()
        .flat_map(|manifest| &manifest.components);
    declared
        .filter(|component| component.role == role)
        .flat_map(|component| &component.exports)
        .map(|name| format!("`{name}`"))
        .collect()
}

fn entry(text: &mut String, page: &str, name: &str, doc: &str) {
    let anchor = anchor(name);
    let _ = writeln!(text, "- [`{name}`]({page}.md#{anchor}): {}", summary(doc));
}

/// What a heading of this name is linked by, as GitHub and mdBook make it.
fn anchor(name: &str) -> String {
    name.to_lowercase().replace('.', "")
}

fn page(name: &str, namespace: &Namespace<'_>) -> String {
    let mut text = format!("# {name}\n");
    for info in &namespace.operations {
        operation(&mut text, info);
    }
    for info in &namespace.facts {
        fact(&mut text, info);
    }
    text
}

fn operation(text: &mut String, info: &OperationInfo) {
    head(text, &info.name, &info.parameters, &info.doc);
    if let Some(other) = &info.alias_of {
        let _ = writeln!(text, "\nAnother name of `{other}`.");
    }
    if !info.idempotent {
        text.push_str("\nChanges something each time it runs.\n");
    }
    parameters(text, &info.parameters);
    examples(text, &info.more);
}

fn fact(text: &mut String, info: &FactInfo) {
    head(text, &info.name, &info.parameters, &info.doc);
    match info.stability {
        Stability::Immutable => text.push_str("\nStays the same during a run.\n"),
        Stability::State => {}
        Stability::Volatile => text.push_str("\nChanges by itself.\n"),
    }
    if let Some(program) = &info.requires {
        let _ = writeln!(
            text,
            "\nNeeds the program `{program}` on the host; without it the value is `{}`.",
            starlark(&info.default)
        );
    }
    parameters(text, &info.parameters);
    examples(text, &info.more);
}

fn head(text: &mut String, name: &str, parameters: &[Parameter], doc: &str) {
    let _ = writeln!(
        text,
        "\n## {name}\n\n```python\n{}\n```\n\n{}",
        call(name, parameters),
        doc.trim()
    );
}

fn parameters(text: &mut String, parameters: &[Parameter]) {
    if parameters.is_empty() {
        return;
    }
    text.push_str("\n| Parameter | Takes | Meaning |\n| --- | --- | --- |\n");
    for parameter in parameters {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            parameter.name,
            cell(&takes(parameter)),
            cell(&parameter.doc)
        );
    }
}

/// Text that stays in its cell of a table.
fn cell(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace('|', "\\|")
}

fn examples(text: &mut String, more: &Json) {
    let list = more.get("examples").and_then(Json::as_array);
    for example in list.into_iter().flatten().filter_map(Json::as_str) {
        let _ = writeln!(text, "\n```python\n{}\n```", example.trim_end());
    }
}

/// The first paragraph, in one line.
fn summary(doc: &str) -> String {
    cell(doc.trim().split("\n\n").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;
    use crate::inspect::ComponentReport;
    use crate::manifest::{FILE, Manifest};

    fn report() -> PackReport {
        let text = "[pack]\nname = 'acme:motd'\nversion = '1.0.0'\nlicence = 'MIT'\nsummary = 'The message of the day'\n[[component]]\npath = 'motd.wasm'\nrole = 'planning'\nexports = ['motd.set', 'motd.Text']\n[capabilities]\nfact-shell = true";
        let parameter = |name: &str, more: Json| {
            let mut whole = json!({"name": name, "kind": "either", "schema": {"type": "string"}, "doc": "One | two.", "secret": false, "more": {}});
            let fields = whole.as_object_mut().unwrap();
            fields.extend(more.as_object().unwrap().clone());
            whole
        };
        let operation = json!({
            "name": "motd.set", "doc": "Set the message.\n\nOn every host.", "idempotent": false,
            "parameters": [parameter("text", json!({})), parameter("mode", json!({"kind": "keyword", "default": null}))],
            "hidden": false, "alias_of": null, "more": {"examples": ["motd.set(text = \"x\")"]},
        });
        let mut hidden = operation.clone();
        hidden["name"] = json!("motd.inner");
        hidden["hidden"] = json!(true);
        let fact = json!({"name": "motd.Text", "doc": "The message.", "parameters": [], "default": null, "stability": "volatile", "requires": "cat", "batch": 1, "globals": {}, "more": {}});
        PackReport {
            name: "acme:motd".into(),
            version: "1.0.0".into(),
            manifest: Some(Manifest::parse(text, FILE).unwrap()),
            components: vec![ComponentReport {
                path: "motd.wasm".into(),
                role: Role::Planning,
                size: 8,
                digest: String::new(),
                imports: Vec::new(),
                exports: Vec::new(),
                operations: vec![
                    serde_json::from_value(operation).unwrap(),
                    serde_json::from_value(hidden).unwrap(),
                ],
                facts: vec![serde_json::from_value(fact).unwrap()],
            }],
        }
    }

    #[test]
    fn pages_say_what_components_describe() {
        let pages = pages(&report());
        let files: Vec<&str> = pages.iter().map(|page| page.file.as_str()).collect();
        assert_eq!(files, ["index.md", "motd.md"]);
        insta::assert_snapshot!("index", pages[0].text);
        insta::assert_snapshot!("motd", pages[1].text);
    }
}
