//! The contract parses, resolves, and keeps its laws.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use wit_parser::{Resolve, TypeDefKind, WorldItem};

fn contract() -> (Resolve, wit_parser::PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit"))
        .unwrap();
    (resolve, package)
}

fn interfaces<'a>(
    resolve: &'a Resolve,
    items: impl Iterator<Item = &'a WorldItem>,
) -> Vec<&'a str> {
    let mut names: Vec<_> = items
        .map(|item| match item {
            WorldItem::Interface { id, .. } => resolve.interfaces[*id].name.as_deref().unwrap(),
            other => panic_on(other),
        })
        .collect();
    names.sort_unstable();
    names
}

#[allow(clippy::panic)]
fn panic_on(item: &WorldItem) -> &'static str {
    panic!(
        "only interfaces stand in worlds, since some languages cannot bind anything else: {item:?}"
    )
}

#[test]
fn the_package_has_its_name_and_version() {
    let (resolve, package) = contract();
    assert_eq!(
        resolve.packages[package].name.to_string(),
        "windlass:plugin@0.1.0"
    );
}

#[test]
fn the_pure_world_looks_and_does_not_act() {
    let (resolve, package) = contract();
    let world = &resolve.worlds[resolve.packages[package].worlds["pure"]];
    assert_eq!(
        interfaces(&resolve, world.imports.values()),
        ["context", "facts", "local-files", "log", "secrets", "types"]
    );
    assert_eq!(
        interfaces(&resolve, world.exports.values()),
        ["fact-source", "operations"]
    );
}

#[test]
fn every_role_has_its_world() {
    let (resolve, package) = contract();
    let exports: Vec<_> = resolve.packages[package]
        .worlds
        .iter()
        .map(|(name, id)| {
            (
                name.as_str(),
                interfaces(&resolve, resolve.worlds[*id].exports.values()),
            )
        })
        .collect();
    assert_eq!(
        exports,
        [
            ("pure", vec!["fact-source", "operations"]),
            ("acting", vec!["actor"]),
            ("deploying-world", vec!["deploy"]),
            ("connecting", vec!["connector"]),
            ("listing", vec!["inventory"]),
            ("observing", vec!["observer"]),
            ("providing", vec!["secret-source"]),
        ]
    );
}

/// What guests send and get can grow only through `more` and `other`, since released shapes never change.
#[test]
fn variants_and_plan_records_can_grow() {
    let (resolve, package) = contract();
    let types = &resolve.interfaces[resolve.packages[package].interfaces["types"]];
    let fixed = ["secret-use", "entry", "exit"];
    for (name, id) in &types.types {
        match &resolve.types[*id].kind {
            TypeDefKind::Record(record) if !fixed.contains(&name.as_str()) => {
                assert!(
                    record.fields.iter().any(|field| field.name == "more"),
                    "{name} has no `more`"
                );
            }
            TypeDefKind::Variant(variant) => {
                assert!(
                    variant.cases.iter().any(|case| case.name == "other"),
                    "{name} has no `other`"
                );
            }
            _ => {}
        }
    }
}

#[test]
fn everything_is_documented() {
    let (resolve, package) = contract();
    for (name, id) in &resolve.packages[package].interfaces {
        let interface = &resolve.interfaces[*id];
        assert!(
            interface.docs.contents.is_some(),
            "interface {name} has no doc"
        );
        for (function, item) in &interface.functions {
            assert!(item.docs.contents.is_some(), "{name}.{function} has no doc");
        }
        for (of, id) in &interface.types {
            let item = &resolve.types[*id];
            if matches!(item.kind, TypeDefKind::Type(_)) && item.docs.contents.is_none() {
                continue; // A `use` of another interface's type.
            }
            assert!(item.docs.contents.is_some(), "{name}.{of} has no doc");
            let parts: Vec<_> = match &item.kind {
                TypeDefKind::Record(record) => record
                    .fields
                    .iter()
                    .map(|part| (&part.name, &part.docs))
                    .collect(),
                TypeDefKind::Variant(variant) => variant
                    .cases
                    .iter()
                    .map(|part| (&part.name, &part.docs))
                    .collect(),
                _ => Vec::new(),
            };
            for (part, docs) in parts {
                assert!(docs.contents.is_some(), "{name}.{of}.{part} has no doc");
            }
        }
    }
}

/// Encoding the package as a binary and reading that gives the same package.
#[test]
fn the_package_round_trips() {
    let print = |resolve: &Resolve, package| {
        let mut printer = wit_component::WitPrinter::default();
        printer.print(resolve, package, &[]).unwrap();
        printer.output.to_string()
    };
    let (resolve, package) = contract();
    let bytes = wit_component::encode(&resolve, package).unwrap();
    let wit_component::DecodedWasm::WitPackage(again, decoded) =
        wit_component::decode(&bytes).unwrap()
    else {
        unreachable!("a package was encoded");
    };
    assert_eq!(print(&resolve, package), print(&again, decoded));
    assert!(again.packages[decoded].worlds.contains_key("pure"));
}
