//! What the SDK for C has of the contract is made from it, and not edited.

use std::fs;

use wit_bindgen_core::Files;
use wit_bindgen_core::wit_parser::Resolve;

use crate::components::root;
use crate::writing;

/// The worlds of the roles that C has.
const WORLDS: [&str; 7] = [
    "pure",
    "acting",
    "deploying-world",
    "connecting",
    "listing",
    "observing",
    "providing",
];

/// The files of a world by name, as the generator writes them.
fn made(world: &str) -> Vec<(String, String)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit")).unwrap();
    let id = resolve.select_world(&[package], Some(world)).unwrap();
    let mut files = Files::default();
    let mut generator = wit_bindgen_c::Opts::default().build();
    generator.generate(&mut resolve, id, &mut files).unwrap();
    // The object file says which world this is; `windlass pack build` writes that into the component.
    let text = |(name, bytes): (&str, &[u8])| {
        (!name.ends_with(".o"))
            .then(|| (name.to_owned(), String::from_utf8(bytes.to_vec()).unwrap()))
    };
    files.iter().filter_map(text).collect()
}

#[test]
fn those_of_c_are_what_the_contract_makes() {
    for world in WORLDS {
        let files = made(world);
        assert_eq!(files.len(), 2, "a header and a source");
        for (name, text) in files {
            let path = root().join("sdk/c/bindings").join(&name);
            if writing() {
                fs::write(&path, &text).unwrap();
            }
            let there = fs::read_to_string(&path).unwrap_or_default();
            assert!(
                there == text,
                "{name} is not what wit/ makes: run WINDLASS_CONFORMANCE=write cargo test -p windlass-tests --test sdks bindings"
            );
        }
    }
}
