//! Packs that are not what their author signed, or that nobody who may has signed, or not any more.

use std::fs;
use std::path::{Path, PathBuf};

use windlass_tests::{Outcome, Windlass};

const DEPLOY: &str = "echo.say(text = \"hi\")\n";

/// A project that has locked `acme:echo` 1.0.0, signed by `release`, from a layout; and the pack's folder in it.
fn project() -> (Windlass, PathBuf) {
    let windlass = Windlass::new();
    push(&windlass, "1.0.0", &["release"]);
    windlass.trust(&["release"], 1, "");
    windlass.write("deploy.star", DEPLOY);
    let _ = add(&windlass).succeeds();
    let _ = windlass.run(["pack", "vendor"]).succeeds();
    let _ = plan(&windlass).succeeds();
    let folder = windlass.dir().join("vendor/packs/acme-echo-1.0.0");
    (windlass, folder)
}

/// Pushes a version of `acme:echo` into the layout, signed by these keys.
fn push(windlass: &Windlass, version: &str, keys: &[&str]) {
    windlass.write_pack("pack", version, "");
    windlass.sign_pack("pack", keys);
    let line = ["pack", "push", "--layout", "layout", "pack"];
    let _ = windlass.run(line).succeeds();
}

fn add(windlass: &Windlass) -> Outcome {
    windlass.run(["pack", "add", "acme:echo", "--oci-layout", "layout"])
}

fn plan(windlass: &Windlass) -> Outcome {
    windlass.run(["plan", "@local", "deploy.star"])
}

/// Changes one byte of a file.
fn change(path: &Path, at: impl FnOnce(&[u8]) -> usize) {
    let mut bytes = fs::read(path).unwrap();
    let at = at(&bytes);
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

fn place(bytes: &[u8], text: &str) -> usize {
    let found = bytes
        .windows(text.len())
        .position(|window| window == text.as_bytes());
    found.unwrap_or_else(|| panic!("no {text}"))
}

#[track_caller]
fn refused(outcome: Outcome, texts: &[&str]) {
    assert_ne!(outcome.code, Some(0), "{outcome}");
    for text in texts {
        assert!(outcome.says(text), "no `{text}` in\n{outcome}");
    }
}

#[test]
fn a_changed_component_does_not_run() {
    let (windlass, folder) = project();
    change(&folder.join("echo.wasm"), |bytes| bytes.len() - 1);
    refused(
        plan(&windlass),
        &[
            "acme:echo/echo.wasm is refused",
            "was changed",
            "the lock says sha256:",
        ],
    );
}

#[test]
fn a_changed_manifest_is_refused() {
    let (windlass, folder) = project();
    change(&folder.join("pack.toml"), |bytes| {
        place(bytes, "Says things")
    });
    refused(
        plan(&windlass),
        &[
            "the pack acme:echo 1.0.0 in",
            "is refused: pack.toml was changed since it was locked",
        ],
    );
}

#[test]
fn a_changed_lock_is_refused_wherever_the_byte_is() {
    let (windlass, _) = project();
    let lock = windlass.dir().join("packs.lock");
    let whole = fs::read(&lock).unwrap();
    for text in [
        "1.0.0",
        "digest = \"sha256",
        "signed by",
        "operations",
        "# Written",
    ] {
        fs::write(&lock, &whole).unwrap();
        change(&lock, |bytes| place(bytes, text) + text.len() - 1);
        refused(plan(&windlass), &["packs.lock"]);
    }
    fs::write(&lock, &whole).unwrap();
    change(&lock, |bytes| place(bytes, "name = \"acme") + 8);
    refused(
        plan(&windlass),
        &["packs.lock was changed since it was written: it says sha256:"],
    );
}

#[test]
fn a_changed_signature_is_refused() {
    let (windlass, folder) = project();
    let signature = fs::read_dir(folder.join("signatures"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "minisig"))
        .unwrap();
    let whole = fs::read(&signature).unwrap();
    change(&signature, |bytes| place(bytes, "\nRU") + 40);
    refused(
        plan(&windlass),
        &["the signature", "is not of what was signed"],
    );
    fs::write(&signature, &whole).unwrap();
    change(&signature, |bytes| place(bytes, "windlass pack"));
    refused(
        plan(&windlass),
        &["the signature", "is not of what was signed"],
    );
}

#[test]
fn a_changed_statement_is_refused() {
    let (windlass, folder) = project();
    change(&folder.join("signatures/statement.json"), |bytes| {
        place(bytes, "1.0.0")
    });
    refused(
        plan(&windlass),
        &["signatures/statement.json was changed since it was locked"],
    );
}

/// The one who sends the pack changes it, and leaves the signatures as they were.
#[test]
fn what_was_changed_after_it_was_signed_is_named() {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    let pack = windlass.write_pack("pack", "1.0.0", "");
    windlass.sign_pack("pack", &["release"]);
    windlass.write_pack("pack", "1.0.0", "[limits]\nmemory = \"1GiB\"\n");
    let out = windlass.run(["pack", "push", "--layout", "layout", "pack"]);
    refused(out, &["acme:echo 1.0.0 is not signed as it is now"]);
    let line = ["pack", "push", "--unsigned", "--layout", "layout", "pack"];
    let _ = windlass.run(line).succeeds();
    refused(
        add(&windlass),
        &[
            "is refused: it is not what release (",
            "signed: pack.toml was changed",
        ],
    );
    assert!(!windlass.dir().join("packs.lock").exists());
    drop(pack);
}

#[test]
fn what_nobody_signed_is_for_local_folders_alone() {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    windlass.write_pack("pack", "1.0.0", "");
    let line = ["pack", "push", "--unsigned", "--layout", "layout", "pack"];
    let _ = windlass.run(line).succeeds();
    refused(
        add(&windlass),
        &["the pack acme:echo 1.0.0 from oci-layout:layout is refused: it is not signed"],
    );
}

#[test]
fn another_key_does_not_count() {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    push(&windlass, "1.0.0", &["stranger"]);
    refused(
        add(&windlass),
        &[
            "is refused: it is signed by",
            "which trust.toml does not name for `acme`",
            "it names release",
        ],
    );
    fs::remove_file(windlass.dir().join("trust.toml")).unwrap();
    refused(
        add(&windlass),
        &[
            "no trust.toml says who may sign for the namespace `acme`",
            "[namespaces.acme]",
        ],
    );
}

#[test]
fn an_expired_key_does_not_count_any_more() {
    let (windlass, _) = project();
    let key = windlass.key("release");
    let text = format!(
        "[namespaces.acme]\nkeys = ['release']\n[keys.release]\nkey = '{key}'\nexpires = '2020-02-29'\n"
    );
    windlass.write("trust.toml", text);
    refused(
        plan(&windlass),
        &["the key release (", "expired on 2020-02-29, says"],
    );
}

#[test]
fn what_is_revoked_is_refused_whoever_signed_it() {
    let (windlass, _) = project();
    let key = windlass.key("release");
    let revoked = format!("[[revoked]]\nkey = \"{key}\"\nreason = \"the laptop was stolen\"\n");
    windlass.trust(&["release"], 1, &revoked);
    refused(
        plan(&windlass),
        &[
            "the key release (",
            "is revoked by",
            "the laptop was stolen",
        ],
    );
    let lock = windlass.read("packs.lock");
    let digest = lock
        .lines()
        .filter_map(|line| line.strip_prefix("digest = "))
        .nth(1)
        .unwrap();
    let revoked = format!("[[revoked]]\ndigest = {digest}\n");
    windlass.trust(&["release"], 1, &revoked);
    refused(plan(&windlass), &["is refused: it is revoked by"]);
    // The user's own file revokes too, beside what the project says.
    windlass.trust(&["release"], 1, "");
    let _ = plan(&windlass).succeeds();
    let own = windlass.home().join("../config/windlass");
    fs::create_dir_all(&own).unwrap();
    fs::write(own.join("trust.toml"), revoked).unwrap();
    refused(plan(&windlass), &["is refused: it is revoked by"]);
}

#[test]
fn one_of_two_signers_is_too_few() {
    let windlass = Windlass::new();
    windlass.trust(&["release", "ci"], 2, "");
    push(&windlass, "1.0.0", &["release"]);
    refused(
        add(&windlass),
        &[
            "1 of 2 signers that trust.toml asks for signed it: release (",
            "missing is one of ci",
        ],
    );
    windlass.sign_pack("pack", &["ci"]);
    let line = ["pack", "push", "--layout", "layout", "pack"];
    let _ = windlass.run(line).succeeds();
    let _ = add(&windlass).succeeds();
}

#[test]
fn an_older_version_does_not_come_back_by_itself() {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    push(&windlass, "1.1.0", &["release"]);
    let line = [
        "pack",
        "add",
        "acme:echo",
        "--version",
        "^1",
        "--oci-layout",
        "layout",
    ];
    let _ = windlass.run(line).succeeds();
    fs::remove_dir_all(windlass.dir().join("layout")).unwrap();
    push(&windlass, "1.0.0", &["release"]);
    let before = windlass.read("packs.lock");
    refused(
        windlass.run(["pack", "update", "--approve", "--yes"]),
        &["offers acme:echo 1.0.0, which is older than the 1.1.0 that is locked"],
    );
    assert_eq!(windlass.read("packs.lock"), before);
    let line = ["pack", "update", "acme:echo", "--to", "1.0.0"];
    let out = windlass.run(line).succeeds();
    assert!(out.says("acme:echo 1.1.0 -> 1.0.0"), "{out}");
}

#[test]
fn one_version_has_one_content() {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    push(&windlass, "1.0.0", &["release"]);
    let _ = add(&windlass).succeeds();
    windlass.write_pack("pack", "1.0.0", "[limits]\nmemory = \"32MiB\"\n");
    windlass.sign_pack("pack", &["release"]);
    let line = ["pack", "push", "--layout", "layout", "pack"];
    let _ = windlass.run(line).succeeds();
    refused(
        windlass.run(["pack", "update"]),
        &["offers another acme:echo 1.0.0 than the one that is locked"],
    );
}

#[test]
fn a_name_that_another_pack_was_signed_under_is_not_taken() {
    let windlass = Windlass::new();
    windlass.trust(&["release"], 1, "");
    push(&windlass, "1.0.0", &["release"]);
    let line = ["pack", "add", "acme:other", "--oci-layout", "layout"];
    refused(windlass.run(line), &["holds acme:echo, not acme:other"]);
}
