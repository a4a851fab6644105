//! The SDKs: one suite that all of them pass, and the packs that authors copy to begin with.
//!
//! `sdk/conformance` has the same pack in each language. A case is a call of it; what comes back is compared whole
//! with `expected.json`: steps, predictions, notes, differences, what was asked and logged. Where the suite itself
//! changes, `WINDLASS_CONFORMANCE=write cargo test -p windlass-tests --test sdks` writes that file and the table in
//! the docs from what the pack in Rust does; read the difference before it is committed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod acting;
mod bindings;
mod calls;
mod components;
mod deploys;
mod faults;
mod mistakes;
mod observers;
mod providing;
mod reach;
mod roles;
mod system;
mod table;
mod templates;
mod types;
mod view;

use serde_json::Value as Json;
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_packs::manifest;
use windlass_plugins::{CodeCache, Host, Pack, PackComponent};
use windlass_tests::or_skip;

use calls::{cases, described, outcome};
use components::{Language, component};

/// Runs the suite in one language; the cases that come out otherwise.
fn differences(language: Language, component: Vec<u8>) -> Vec<String> {
    let expected = expected();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let name = language.name();
        let pack = Pack::new(
            name,
            "1.0.0",
            vec![PackComponent::new("example.wasm", component)],
        );
        let host = Host::builder()
            .cache(CodeCache::Off)
            .load(pack)
            .build()
            .await;
        let host = host.unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut found = serde_json::Map::new();
        found.insert("describe".to_owned(), described(&host));
        // Twice, the second time in reverse: nothing may stay from one call to the next.
        let all = cases();
        for case in all.iter().chain(all.iter().rev()) {
            let outcome = outcome(&host, case).await;
            if let Some(before) = found.insert(case.id.clone(), outcome.clone()) {
                assert_eq!(
                    before, outcome,
                    "{name}: {} has another outcome when it is run again",
                    case.id
                );
            }
        }
        if language == Language::Rust && writing() {
            write(&Json::Object(found.clone()));
            return Vec::new();
        }
        found
            .into_iter()
            .filter(|(id, outcome)| expected.get(id) != Some(outcome))
            .map(|(id, outcome)| {
                let wanted = expected.get(&id).unwrap_or(&Json::Null);
                format!("{name} {id}\n  expected {wanted}\n  found    {outcome}")
            })
            .collect()
    })
}

fn writing() -> bool {
    std::env::var("WINDLASS_CONFORMANCE").is_ok_and(|value| value == "write")
}

fn expected() -> Json {
    let text = std::fs::read_to_string(components::conformance().join("expected.json"));
    text.map_or(Json::Null, |text| serde_json::from_str(&text).unwrap())
}

fn write(found: &Json) {
    let text = serde_json::to_string_pretty(found).unwrap() + "\n";
    std::fs::write(components::conformance().join("expected.json"), text).unwrap();
}

fn passes(language: Language, component: Vec<u8>) {
    let differences = differences(language, component);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn rust_passes() {
    passes(Language::Rust, or_skip!(component(Language::Rust)));
}

#[test]
fn python_passes() {
    passes(Language::Python, or_skip!(component(Language::Python)));
}

#[test]
fn javascript_passes() {
    passes(
        Language::JavaScript,
        or_skip!(component(Language::JavaScript)),
    );
}

#[test]
fn c_passes() {
    passes(Language::C, or_skip!(component(Language::C)));
}

#[test]
fn every_case_has_an_outcome_and_no_other_is_there() {
    let expected = expected();
    let mut ids: Vec<String> = cases().into_iter().map(|case| case.id).collect();
    ids.push("describe".to_owned());
    ids.sort();
    let mut there: Vec<&String> = expected.as_object().unwrap().keys().collect();
    there.sort();
    assert_eq!(there, ids.iter().collect::<Vec<_>>());
}

/// The same sources make the same bytes: a digest says what was built. Not so in Python and JavaScript. In Python, whose
/// hashes begin with no random number, some thousand of 16 million bytes differ: random numbers with which modules and
/// libraries began, in use and left on the stack; and times of the files that componentize-py 0.25 unpacks for each build,
/// in what remains of them on heap and stack, and from there in bytes of objects that CPython never sets. In JavaScript
/// five places of the snapshot differ, in some hundred bytes: the keys with which a table of the runtime hashes (Rust's
/// `HashMap`), in two; that table's entries, which stand where their hashes put them; and in two more what the clocks
/// said, and the seed of `Math.random` that is made of it. componentize-qjs 0.4 starts the runtime with the system's
/// clocks and random numbers, and takes no others.
#[test]
fn building_again_makes_the_same_component() {
    let first = or_skip!(component(Language::C));
    let second = or_skip!(component(Language::C));
    assert!(first == second, "C makes another component each time");
}

/// Nor is it another one elsewhere: a deploy names the file and line of each operation, and no folder of a machine.
#[test]
fn building_in_another_folder_makes_the_same_component() {
    let first = or_skip!(components::build(
        Language::C,
        "site",
        Role::Deploying,
        &Capabilities::default()
    ));
    let folder = tempfile::tempdir().unwrap();
    let source = components::conformance().join("c/site/site.c");
    let entry = folder.path().join("site.c");
    std::fs::copy(source, &entry).unwrap();
    let second = or_skip!(components::compiled(
        manifest::Language::C,
        &entry,
        Role::Deploying,
        &Capabilities::default()
    ));
    assert!(
        first == second.unwrap(),
        "C makes another component in another folder"
    );
}

/// What is compiled into a guest in Rust names its sources, those of crates among them, as every machine does.
#[test]
fn rust_names_no_folder_of_a_machine() {
    let component = or_skip!(component(Language::Rust));
    let has = |text: &str| {
        component
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    assert!(has("sdk/conformance/rust/src/operations.rs"));
    assert!(has("cargo/registry/src/"));
    let home = std::env::home_dir().unwrap();
    for folder in [components::root().canonicalize().unwrap(), home] {
        let folder = folder.to_str().unwrap();
        assert!(!has(&format!("{folder}/")), "{folder}");
    }
}

#[test]
fn the_table_in_the_docs_is_true() {
    table::check(writing());
}
