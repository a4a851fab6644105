//! Sources of secrets in each language, through the command line: a vault on loopback has what the guest `keeper` gives.

use windlass_engine::capability::{Capabilities, Program};
use windlass_engine::contract::Role;
use windlass_tests::{Missing, Vault, Windlass, or_skip};

use crate::components::{Language, build};

fn provides(language: Language) -> Result<(), Missing> {
    let vault = Vault::start();
    let windlass = Windlass::new();
    vault.known_to(&windlass, "keeper", "");
    let capabilities = Capabilities {
        http: [vault.address()].into(),
        read: ["~/.config/keeper".to_owned()].into(),
        programs: vec![Program {
            name: "sh".to_owned(),
            ..Program::default()
        }],
        ..Capabilities::default()
    };
    let component = build(language, "keeper", Role::Providing, &capabilities)?;
    windlass.write("keeper/keeper.wasm", component);
    let put = |source: &str| {
        let dest = windlass.dir().join("arrived");
        windlass.write(
            "deploy.star",
            format!("files.put(src = {{\"$content\": secret({source:?})}}, dest = {dest:?})\n"),
        );
        let out = windlass.run([
            "--pack",
            "keeper",
            "-vvv",
            "--diff",
            "apply",
            "--yes",
            "@local",
            "deploy.star",
        ]);
        for hidden in Vault::HIDDEN {
            assert!(!out.says(hidden), "{out}");
        }
        out
    };
    let _ = put("keeper:db/root#password").succeeds();
    assert_eq!(windlass.read("arrived"), Vault::VALUE);
    assert_eq!(vault.requests(), ["/v1/db/root"]);
    for (source, says) in [
        (
            "keeper:db/root#passwrd",
            "secret `keeper:db/root#passwrd`: acme:keeper/keeper.wasm: db/root has no `passwrd`",
        ),
        ("keeper:none", "status 404"),
    ] {
        let out = put(source);
        assert_ne!(out.code, Some(0), "{out}");
        assert!(out.says(says), "{says}\n{out}");
    }
    Ok(())
}

#[test]
fn rust_provides() {
    or_skip!(provides(Language::Rust));
}

#[test]
fn c_provides() {
    or_skip!(provides(Language::C));
}

#[test]
fn python_provides() {
    or_skip!(provides(Language::Python));
}

#[test]
fn javascript_provides() {
    or_skip!(provides(Language::JavaScript));
}
