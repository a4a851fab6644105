//! A pack's life from an empty folder: made, built, tested, looked at, used.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use windlass_tests::Windlass;

fn with_cargo() -> Windlass {
    Windlass::new().finding_cargo(concat!(env!("CARGO_TARGET_TMPDIR"), "/packs"))
}

#[test]
fn a_new_pack_in_rust_is_built_tested_and_used() {
    let windlass = with_cargo();
    let out = windlass.run(["pack", "new", "labs:web-page"]).succeeds();
    assert!(out.stdout.contains("windlass pack build"), "{out}");
    let source = windlass.read("web-page/src/lib.rs");
    assert!(source.contains("namespace: \"web_page\""), "{source}");

    let built = windlass.run(["pack", "build", "web-page"]).succeeds();
    assert!(built.stdout.contains("web_page.wasm: "), "{built}");
    assert!(
        built.stdout.ends_with("labs:web-page 0.1.0 is built.\n"),
        "{built}"
    );
    let again = windlass.run(["pack", "build", "web-page"]).succeeds();
    assert!(again.stdout.contains("from rust, as it was"), "{again}");

    let tested = windlass
        .run(["--chdir", "web-page", "pack", "test"])
        .succeeds();
    insta::assert_snapshot!("tested", tested);
    let _ = windlass.run(["pack", "inspect", "web-page"]).succeeds();
    let planned = windlass.run(["operations", "web_page", "--pack", "web-page"]);
    assert!(planned.succeeds().stdout.starts_with("web_page.set "));

    // The law: an operation that predicts what it does not do, or predicts nothing true, is found.
    let source = source.replace(
        "Prediction::value(&Text {}, text)",
        "Prediction::value(&Text {}, \"other\")",
    );
    windlass.write("web-page/src/lib.rs", source);
    let _ = windlass.run(["pack", "build", "web-page"]).succeeds();
    insta::assert_snapshot!("law", windlass.run(["pack", "test", "web-page"]).exits(1));

    // The manifest and the component must agree once it is built.
    let manifest = windlass.read("web-page/pack.toml");
    windlass.write(
        "web-page/pack.toml",
        manifest.replace("web_page.Text", "web_page.Txt"),
    );
    let refused = windlass.run(["pack", "build", "web-page"]).exits(1);
    assert!(refused.says("did you mean `web_page.Text`?"), "{refused}");
}

#[test]
fn what_cannot_be_built_says_why() {
    let windlass = with_cargo();
    let _ = windlass.run(["pack", "new", "acme:motd"]).succeeds();
    let taken = windlass.run(["pack", "new", "acme:motd"]).exits(1);
    assert!(
        taken.says("motd is there already and holds files; nothing was written"),
        "{taken}"
    );
    let manifest = windlass.read("motd/pack.toml");
    windlass.write(
        "motd/pack.toml",
        manifest.replace("Cargo.toml", "Crago.toml"),
    );
    let missing = windlass.run(["pack", "build", "motd"]).exits(1);
    assert!(
        missing.says("`entry` is Crago.toml, and that is no Cargo.toml"),
        "{missing}"
    );
    let bad = windlass.run(["pack", "new", "Motd"]).exits(1);
    assert!(bad.says("namespace:name"), "{bad}");
    let none = windlass.run(["pack", "build", "nowhere"]).exits(1);
    assert!(none.says("nowhere/pack.toml: No such file"), "{none}");
    let none = windlass.run(["pack", "test"]).exits(1);
    assert!(none.says("there are no cases to run"), "{none}");
}
