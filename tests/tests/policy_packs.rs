//! What a policy of the machine says of packs: when they are chosen, and before anything of them is run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use windlass_tests::{Outcome, Windlass, or_skip};

const POLICY: &str = "/etc/windlass/policy.toml";

/// A choice that comes to nothing, for this line of the policy.
fn refused(windlass: &Windlass, line: &[&str], at: usize, what: &str) -> Outcome {
    let out = windlass.run(line).exits(1);
    assert!(out.says(&format!("{POLICY}:{at}: {what}")), "{out}");
    assert!(!windlass.dir().join("packs.lock").exists(), "{out}");
    out
}

const ADD: [&str; 6] = ["pack", "add", "acme:echo", "--path", "own", "--approve"];

#[test]
fn a_pack_that_may_not_be_used_is_not_added() {
    let windlass = or_skip!(
        Windlass::new().under_policy("[packs]\ndenied = [\"acme:old\"]\nallowed = [\"other:*\"]\n")
    );
    windlass.write_pack("own", "0.1.0", "");
    refused(&windlass, &ADD, 3, "allowed does not have \"acme:echo\"");
    // The name decides before anything is looked for.
    let old = [
        "pack",
        "add",
        "acme:old",
        "--version",
        "1",
        "--oci",
        "nowhere.invalid/old",
    ];
    refused(&windlass, &old, 2, "denied has \"acme:old\"");
    windlass.set_policy("[packs]\n", 0o644);
    refused(&windlass, &ADD, 1, "[packs] does not allow unsigned ones");
    windlass.sign_pack("own", &["ci"]);
    windlass.trust(&["ci"], 1, "");
    let other = windlass.key("other");
    windlass.set_policy(&format!("[packs]\nsigners = [\"{other}\"]\n"), 0o644);
    let out = refused(
        &windlass,
        &ADD,
        2,
        "signers has no key of those that signed it",
    );
    assert!(out.says(&windlass.key("ci")), "{out}");
    let own = windlass.key("ci");
    windlass.set_policy(
        &format!("[packs]\nsigners = [\"{other}\", \"{own}\"]\n"),
        0o644,
    );
    let _ = windlass.run(ADD).succeeds();
    assert!(windlass.dir().join("packs.lock").exists());
}

#[test]
fn a_pack_that_asks_for_what_it_may_have_nowhere_is_neither_added_nor_updated_to() {
    let rule = "[[rule]]\npacks = [\"acme:*\"]\n\n[rule.capabilities]\nfact-shell = true\n";
    let windlass = or_skip!(Windlass::new().under_policy(rule));
    let asks = |more: &str| format!("[capabilities]\nfact-shell = true\n{more}");
    windlass.write_pack("own", "0.1.0", &asks("read = [\"/etc/ssl\"]"));
    let out = refused(&windlass, &ADD, 4, "[rule.capabilities] does not have that");
    assert!(
        out.says("the pack acme:echo may not read /etc/ssl: "),
        "{out}"
    );
    windlass.write_pack("own", "0.1.0", &asks(""));
    let _ = windlass.run(ADD).succeeds();
    let locked = windlass.read("packs.lock");
    windlass.write_pack("own", "0.2.0", &asks("write = [\"/srv\"]"));
    for line in [
        ["pack", "update", "--approve"],
        ["pack", "lock", "--approve"],
    ] {
        let out = windlass.run(line).exits(1);
        assert!(
            out.says(&format!("{POLICY}:4: [rule.capabilities]")),
            "{out}"
        );
        assert_eq!(windlass.read("packs.lock"), locked);
    }
    // What it may have on some hosts only is no reason to refuse it.
    windlass.set_policy(
        &rule.replace("packs =", "hosts = [\"prod-*\"]\npacks ="),
        0o644,
    );
    let _ = windlass.run(["pack", "lock", "--approve"]).succeeds();
    assert!(windlass.read("packs.lock").contains("0.2.0"));
}

#[test]
fn a_bundle_with_a_pack_that_may_not_be_used_is_not_installed() {
    let maker = Windlass::new();
    let bundle = maker.bundle("[capabilities]\nread = [\"/etc/ssl\"]\n");

    let windlass = or_skip!(Windlass::new().under_policy("[packs]\nallowed = [\"other:*\"]\n"));
    windlass.write("packs.bundle", &bundle);
    // Nobody is asked for a yes to what is refused anyway.
    let install = ["pack", "install", "packs.bundle"];
    let approved = ["pack", "install", "packs.bundle", "--approve"];
    let other = windlass.key("other");
    let capabilities = "[[rule]]\n[rule.capabilities]\nread = [\"/srv\"]\n";
    refused(
        &windlass,
        &install,
        2,
        "allowed does not have \"acme:echo\"",
    );
    windlass.set_policy(capabilities, 0o644);
    refused(
        &windlass,
        &install,
        2,
        "[rule.capabilities] does not have that",
    );
    windlass.set_policy(&format!("[packs]\nsigners = [\"{other}\"]\n"), 0o644);
    refused(&windlass, &approved, 2, "signers has no key");
    assert!(!windlass.dir().join("vendor").exists());
    windlass.set_policy("[packs]\nallowed = [\"acme:*\"]\n", 0o644);
    let _ = windlass.run(approved).succeeds();
}

#[test]
fn the_name_of_a_pack_decides_before_anything_of_it_is_read() {
    let windlass = or_skip!(
        Windlass::new().under_policy("[packs]\nallowed = [\"acme:*\"]\nunsigned = true\n")
    );
    windlass.write("mine.wasm", "no component");
    windlass.write_pack("own", "0.1.0", "");
    windlass.write("own/echo.wasm", "no component");
    let list = |pack: &str| {
        windlass
            .run(["operations", "echo.", "--pack", pack])
            .exits(1)
    };
    let out = list("mine.wasm");
    assert!(
        out.says(&format!("{POLICY}:2: allowed does not have \"mine\"")),
        "{out}"
    );
    assert!(list("own").says("is no component"));
    windlass.set_policy("[packs]\ndenied = [\"acme:echo\"]\n", 0o644);
    assert!(list("own").says(&format!("{POLICY}:2: denied has \"acme:echo\"")));
}
