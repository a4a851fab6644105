//! Observers in each language, through the command line: they hear events in order, and an error of one is a warning.

use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_tests::{Missing, Windlass, or_skip};

use crate::components::{Language, build};

fn watches(language: Language) -> Result<(), Missing> {
    let component = build(
        language,
        "witness",
        Role::Observing,
        &Capabilities::default(),
    )?;
    let windlass = Windlass::new();
    windlass.write("witness/witness.wasm", component);
    windlass.write(
        "witness/pack.toml",
        "[pack]\nname = \"acme:witness\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"Watches\"\n\n\
         [[component]]\npath = \"witness.wasm\"\nrole = \"observing\"\n",
    );
    windlass.write(
        "deploy.star",
        "server.shell(name = \"fault\", commands = \"true\")\nserver.shell(name = \"after\", commands = \"true\")\n",
    );
    let apply = [
        "apply",
        "--yes",
        "--pack",
        "witness",
        "@local",
        "deploy.star",
    ];
    let out = windlass.run(apply).succeeds();
    let text = out.to_string();
    let said = text
        .lines()
        .filter_map(|line| line.split_once("warning: acme:witness/witness.wasm: "));
    let said = said.map(|(_, said)| said.trim());
    let heard: Vec<&str> = said
        .clone()
        .filter(|said| said.contains(" operation-host-"))
        .collect();
    let expected = [
        "1 operation-host-start",
        "2 operation-host-success",
        "3 operation-host-start",
        "4 operation-host-success",
    ];
    assert_eq!(heard, expected, "{text}");
    assert!(
        said.clone()
            .any(|said| said.contains("this one is at fault")),
        "{text}"
    );
    Ok(())
}

#[test]
fn python_watches() {
    or_skip!(watches(Language::Python));
}

#[test]
fn javascript_watches() {
    or_skip!(watches(Language::JavaScript));
}

#[test]
fn c_watches() {
    or_skip!(watches(Language::C));
}
