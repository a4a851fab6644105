//! Starting reads no component of a locked pack: what each describes is in the lock, and its file is opened when
//! something of it is called first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use windlass_tests::{Windlass, guest};

const ECHO: [&str; 5] = [
    "echo.ask",
    "echo.say",
    "echo.upload",
    "echo.Length",
    "echo.Word",
];

const HOSTILE: [&str; 9] = [
    "hostile.trap",
    "hostile.spin",
    "hostile.grow",
    "hostile.recurse",
    "hostile.flood_log",
    "hostile.flood_questions",
    "hostile.flood_plan",
    "hostile.spin_after_asking",
    "hostile.Broken",
];

/// A project with a signed pack of two components, locked and vendored; and the folder of its components.
fn project() -> (Windlass, PathBuf) {
    let windlass = Windlass::new();
    let part = |name: &str, exports: &[&str]| {
        format!(
            "[[component]]\npath = \"{name}.wasm\"\nrole = \"planning\"\nexports = {exports:?}\n"
        )
    };
    windlass.write(
        "pack/pack.toml",
        format!(
            "[pack]\nname = \"acme:two\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"x\"\n{}{}",
            part("echo", &ECHO),
            part("hostile", &HOSTILE)
        ),
    );
    for name in ["echo.wasm", "hostile.wasm"] {
        let bytes = fs::read(guest(name.trim_end_matches(".wasm"))).unwrap();
        windlass.write(format!("pack/{name}"), bytes);
    }
    windlass.sign_pack("pack", &["release"]);
    windlass.trust(&["release"], 1, "");
    for line in [
        &["pack", "push", "--layout", "layout", "pack"][..],
        &["pack", "add", "acme:two", "--oci-layout", "layout"],
        &["pack", "vendor"],
    ] {
        let _ = windlass.run(line).succeeds();
    }
    windlass.write("deploy.star", "echo.say(text = \"hi\")\n");
    windlass.write("other.star", "hostile.trap()\n");
    let folder = windlass.dir().join("vendor/packs/acme-two-1.0.0");
    (windlass, folder)
}

fn plan(deploy: &str) -> [&str; 4] {
    ["plan", "@local", deploy, "--frozen"]
}

#[test]
fn a_component_that_is_not_called_is_not_read() {
    let (windlass, folder) = project();
    let component = folder.join("hostile.wasm");
    let whole = fs::read(&component).unwrap();
    // Changed, and then gone: neither is noticed by who does not use it, and neither gets by who does.
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&component, &changed).unwrap();
    let out = windlass.run(plan("deploy.star")).succeeds();
    assert!(out.says("hi"), "{out}");
    let out = windlass.run(plan("other.star")).exits(4);
    assert!(out.says("hostile.wasm was changed"), "{out}");
    fs::remove_file(&component).unwrap();
    let _ = windlass.run(plan("deploy.star")).succeeds();
    let out = windlass.run(plan("other.star")).exits(4);
    assert!(out.says("hostile.wasm: No such file"), "{out}");
}

#[test]
fn what_needs_no_call_needs_no_component() {
    let (windlass, folder) = project();
    for name in ["echo.wasm", "hostile.wasm"] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    windlass.write(
        "deploy.star",
        "files.directory(name = \"root\", path = \"/\")\n",
    );
    let _ = windlass.run(plan("deploy.star")).succeeds();
    let out = windlass.run(["operations", "echo."]).succeeds();
    assert!(out.says("echo.say"), "{out}");
    let out = windlass.run(["help", "echo.say"]).succeeds();
    assert!(out.says("echo.say("), "{out}");
    // Arguments are checked against what the lock says as well.
    windlass.write("deploy.star", "echo.say(txet = \"hi\")\n");
    let out = windlass.run(plan("deploy.star"));
    assert!(out.code != Some(0) && out.says("`text`"), "{out}");
}

#[test]
fn a_failure_of_a_locked_pack_is_seen_again_by_its_lock() {
    let (windlass, _) = project();
    let out = windlass.run(plan("other.star")).exits(4);
    let named = out.stderr.lines();
    let file = named
        .filter_map(|line| line.split_once("windlass pack replay "))
        .next()
        .unwrap_or_else(|| panic!("no replay is named: {out}"));
    let again = windlass.run(["pack", "replay", file.1.trim(), "--frozen"]);
    let again = again.exits(1);
    for says in [
        "hostile.trap of acme:two 1.0.0 (acme:two/hostile.wasm), for @local",
        "hostile.trap: the plugin failed: wasm trap: wasm `unreachable` instruction executed",
    ] {
        assert!(again.says(says), "{again}");
    }
    // Without the lock nobody knows what failed.
    fs::remove_file(windlass.dir().join("packs.lock")).unwrap();
    let out = windlass.run(["pack", "replay", file.1.trim()]);
    assert_ne!(out.code, Some(0), "{out}");
    assert!(!out.says("unreachable"), "{out}");
}
