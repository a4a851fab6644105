//! A run straight from a bundle: nothing is installed, and nothing of the bundle is believed for its own sake.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;

use windlass_tests::{Outcome, Windlass};

const DEPLOY: &str = "echo.say(text = \"hi\")\n";

/// A machine with a bundle of the pack `acme:echo`, and nothing else but a deploy.
fn with_bundle(change: impl FnOnce(&mut Vec<u8>)) -> (Windlass, String) {
    let maker = Windlass::new();
    let mut bytes = maker.bundle("[capabilities]\nread = [\"/etc/ssl\"]\n");
    change(&mut bytes);
    let windlass = Windlass::new();
    windlass.write("packs.bundle", bytes);
    windlass.write("deploy.star", DEPLOY);
    (windlass, maker.read("trust.toml"))
}

fn run(windlass: &Windlass, more: &[&str]) -> Outcome {
    let line = ["apply", "--yes", "@fake/one", "deploy.star"];
    windlass.run(line.iter().chain(&["--bundle", "packs.bundle"]).chain(more))
}

#[test]
fn a_run_takes_its_packs_from_a_bundle_and_leaves_nothing() {
    let (windlass, trust) = with_bundle(|_| ());
    // The bundle names keys itself; that is for installing it, with a yes.
    let out = run(&windlass, &["--approve"]).exits(1);
    assert!(
        out.says("the pack acme:echo 1.0.0 from oci-layout:layout is refused"),
        "{out}"
    );
    windlass.write("trust.toml", trust);
    let out = run(&windlass, &[]).exits(1);
    assert!(
        out.says("somebody must approve that acme:echo may read /etc/ssl; nothing was run"),
        "{out}"
    );
    let out = run(&windlass, &["--approve", "--frozen"]).succeeds();
    assert!(out.says("[@fake/one] changed: echo.say"), "{out}");
    let there = fs::read_dir(windlass.dir()).unwrap();
    let mut there: Vec<_> = there.map(|entry| entry.unwrap().file_name()).collect();
    there.sort();
    assert_eq!(there, ["deploy.star", "packs.bundle", "trust.toml"]);
    // The project's own packs are not used besides.
    windlass.write_pack("mine", "1.0.0", "");
    windlass.write(
        "packs.toml",
        "[packs]\n\"acme:other\" = { path = \"mine\" }\n",
    );
    let _ = run(&windlass, &["--approve"]).succeeds();
    windlass.write("trust.toml", "[[revoked]]\nkey = \"none\"\n");
    assert!(run(&windlass, &["--approve"]).exits(1).says("trust.toml:2"));
}

#[test]
fn a_changed_bundle_runs_nothing() {
    let (windlass, trust) = with_bundle(|bytes| {
        let wasm = bytes.windows(4).position(|four| four == b"\0asm").unwrap();
        bytes[wasm + 5000] ^= 1;
    });
    windlass.write("trust.toml", trust);
    let out = run(&windlass, &["--approve"]).exits(1);
    assert!(
        out.says("the pack acme:echo 1.0.0 from oci-layout:layout is refused"),
        "{out}"
    );
    assert!(out.says("echo.wasm was changed"), "{out}");
    let plan = [
        "plan",
        "@fake/one",
        "deploy.star",
        "--bundle",
        "deploy.star",
    ];
    assert!(windlass.run(plan).exits(1).says("deploy.star"));
}
