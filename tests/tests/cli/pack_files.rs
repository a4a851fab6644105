//! Packs with a manifest: `windlass pack inspect`, `diff`, `docs`, and `--pack FOLDER`

use std::fs;

use windlass_tests::{Windlass, guest};

const MANIFEST: &str = r#"[pack]
name = "acme:echo"
version = "1.2.0"
windlass = ">=0.1"
licence = "Apache-2.0"
summary = "Says words"

[[component]]
path = "echo.wasm"
role = "planning"
exports = ["echo.say", "echo.ask", "echo.upload", "echo.Word", "echo.Length"]

[capabilities]
fact-shell = true
"#;

/// A folder `NAME` with the guest `echo` and this manifest.
fn pack(windlass: &Windlass, name: &str, manifest: &str) {
    windlass.write(format!("{name}/pack.toml"), manifest);
    fs::copy(guest("echo"), windlass.dir().join(name).join("echo.wasm")).unwrap();
}

#[test]
fn a_pack_is_shown_as_it_really_is() {
    let windlass = Windlass::new();
    pack(&windlass, "mine", MANIFEST);
    let out = windlass.run(["pack", "inspect", "mine"]).succeeds();
    assert!(
        out.stdout.starts_with("acme:echo 1.2.0\n  Says words\n"),
        "{out}"
    );
    for text in [
        "echo.wasm  planning, ",
        "sha256:",
        "windlass:plugin/operations@0.1.0",
        "echo.say ",
        "Asks for\n  run shell commands in facts",
    ] {
        assert!(out.stdout.contains(text), "{text} in {out}");
    }
    let json = windlass.run(["pack", "inspect", "mine", "--json"]);
    let json = json.succeeds().json();
    assert_eq!(json["manifest"]["pack"]["name"], "acme:echo");
    assert_eq!(json["components"][0]["role"], "planning");
    assert_eq!(json["mismatches"], serde_json::json!([]));
    let size = fs::metadata(guest("echo")).unwrap().len();
    assert_eq!(json["components"][0]["size"], size);
}

#[test]
fn a_manifest_that_says_otherwise_refuses_the_pack() {
    let windlass = Windlass::new();
    let manifest = MANIFEST.replace("\"echo.ask\", ", "\"echo.aks\", ");
    pack(
        &windlass,
        "mine",
        &manifest.replace("fact-shell", "traffic"),
    );
    insta::assert_snapshot!(
        "mismatch",
        windlass.run(["operations", "--pack", "mine"]).exits(1)
    );
    let out = windlass.run(["pack", "inspect", "mine"]).exits(1);
    assert!(out.says("The manifest and the components differ"), "{out}");
}

#[test]
fn a_manifest_with_mistakes_tells_all_of_them() {
    let windlass = Windlass::new();
    let manifest = MANIFEST
        .replace("licence", "license")
        .replace("1.2.0", "1.2");
    pack(&windlass, "mine", &manifest);
    insta::assert_snapshot!(
        "mistakes",
        windlass.run(["operations", "--pack", "mine"]).exits(1)
    );
}

#[test]
fn a_pack_is_called_by_its_manifest_and_holds_what_that_lists() {
    let windlass = Windlass::new();
    pack(&windlass, "mine", MANIFEST);
    // What the manifest does not list is no part of the pack.
    fs::copy(guest("acting"), windlass.dir().join("mine/acting.wasm")).unwrap();
    let out = windlass.run(["operations", "echo.", "--pack", "mine"]);
    let out = out.succeeds();
    assert!(out.stdout.starts_with("echo."), "{out}");
    fs::remove_file(windlass.dir().join("mine/echo.wasm")).unwrap();
    insta::assert_snapshot!(
        "component_missing",
        windlass.run(["operations", "--pack", "mine"]).exits(1)
    );
}

#[test]
fn a_pack_for_another_windlass_is_refused() {
    let windlass = Windlass::new();
    pack(&windlass, "mine", &MANIFEST.replace(">=0.1", ">=7"));
    let out = windlass.run(["operations", "--pack", "mine"]).exits(1);
    assert!(
        out.says("the pack acme:echo 1.2.0 needs windlass >=7"),
        "{out}"
    );
}

#[test]
fn a_folder_without_a_pack_says_how_to_get_one() {
    let windlass = Windlass::new();
    fs::create_dir(windlass.dir().join("empty")).unwrap();
    let out = windlass.run(["pack", "inspect", "empty"]).exits(1);
    assert!(out.says("empty has no pack.toml and no component"), "{out}");
    assert!(out.says("windlass pack new"), "{out}");
}

#[test]
fn two_versions_are_compared() {
    let windlass = Windlass::new();
    pack(&windlass, "old", MANIFEST);
    let manifest = MANIFEST.replace("1.2.0", "1.2.1");
    pack(&windlass, "new", &format!("{manifest}read = [\"/etc\"]\n"));
    insta::assert_snapshot!(
        "diff",
        windlass.run(["pack", "diff", "old", "new"]).succeeds()
    );
    let same = windlass.run(["pack", "diff", "old", "old"]).succeeds();
    assert!(same.stdout.starts_with("Nothing that a user"), "{same}");
    // Another component: everything of the old one is gone.
    fs::copy(guest("twin"), windlass.dir().join("new/echo.wasm")).unwrap();
    let out = windlass.run(["pack", "diff", "--check", "old", "new"]);
    let out = out.exits(1);
    assert!(
        out.stdout.contains("echo.upload: the operation is gone"),
        "{out}"
    );
    assert!(out.stdout.contains("is 2.0.0 or later, not 1.2.1"), "{out}");
}

#[test]
fn reference_pages_are_written() {
    let windlass = Windlass::new();
    pack(&windlass, "mine", MANIFEST);
    let out = windlass.run(["pack", "docs", "mine", "--out", "reference"]);
    assert_eq!(
        out.succeeds().stdout,
        "Wrote index.md, echo.md to reference.\n"
    );
    let index = windlass.read("reference/index.md");
    assert!(
        index.starts_with("# acme:echo 1.2.0\n\nSays words\n"),
        "{index}"
    );
    let page = windlass.read("reference/echo.md");
    assert!(
        page.contains("\n## echo.say\n\n```python\necho.say("),
        "{page}"
    );
    let all = windlass
        .run(["pack", "docs", "mine"])
        .succeeds()
        .stdout
        .clone();
    assert!(
        all.contains(index.trim_end()) && all.contains(page.trim_end()),
        "{all}"
    );
}
