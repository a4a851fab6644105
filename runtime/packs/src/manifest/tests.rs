//! Manifests that are right, and all that is wrong with others.
#![allow(clippy::unwrap_used)]

use windlass_engine::contract::Role;

use super::*;

const GOOD: &str = r#"
[pack]
name = "acme:pods"
version = "1.2.0"
windlass = ">=0.1"
licence = "Apache-2.0"
summary = "Pods"
cases = ["cases/*.jsonl"]

[[component]]
path = "./pods.wasm"
role = "planning"
exports = ["acme.pod", "acme.PodList"]
uses = ["files.put"]

[component.build]
language = "rust"
entry = "Cargo.toml"

[[component]]
path = "connect.wasm"
role = "connecting"
exports = ["@pods"]

[capabilities]
fact-shell = true
http = ["https://api.example.org"]
read = ["~/.kube"]

[[capabilities.programs]]
name = "kubectl"
commands = ["exec"]
options = ["-i"]

[limits]
memory = "64MiB"
running = "2s"
"#;

fn wrong(text: &str) -> String {
    Manifest::parse(text, "pack.toml").unwrap_err().to_string()
}

#[test]
fn a_good_one_says_what_it_says() {
    let manifest = Manifest::parse(GOOD, "pack.toml").unwrap();
    assert_eq!(manifest.title(), "acme:pods 1.2.0");
    let [pods, connect] = &manifest.components[..] else {
        unreachable!("{manifest:?}")
    };
    assert_eq!(
        (pods.path.as_str(), pods.role),
        ("pods.wasm", Role::Planning)
    );
    assert_eq!(pods.build.as_ref().unwrap().language, Language::Rust);
    assert_eq!(pods.line, 10);
    assert_eq!(connect.exports, ["@pods"]);
    assert_eq!(
        manifest.capabilities.sentences(),
        [
            "call https://api.example.org",
            "read ~/.kube",
            "run shell commands in facts",
            "start kubectl (exec) with -i"
        ]
    );
    assert_eq!(manifest.limits.memory, Some(64 << 20));
    assert_eq!(manifest.limits.running, Some(2000));
}

#[test]
fn all_that_is_wrong_is_said_at_once() {
    insta::assert_snapshot!(
        "everything",
        wrong(
            r#"
[pack]
name = "Acme:pods"
version = "1.2"
windlas = ">=0.1"
licence = 2
cases = ["../cases/*.jsonl"]

[[component]]
path = "/etc/pods.wasm"
role = "planing"
exports = ["acme.pod"]
tests = true

[component.build]
language = "rusty"
entry = "Cargo.toml"

[capabilities]
reed = ["/etc"]
http = ["https://api.example.org/path"]
connect = ["db"]
read = ["etc"]
env = ["A=B"]
programs = [{ name = "bin/x", options = ["i"], commands = ["-c"] }]

[limits]
memory = "64"
time = "2s"

[extra]
"#
        )
    );
}

#[test]
fn a_text_that_is_no_toml_is_refused_with_each_place() {
    insta::assert_snapshot!("no_toml", wrong("[pack\nname = \n"));
}

#[test]
fn what_a_pack_needs_is_asked_for() {
    insta::assert_snapshot!("empty", wrong(""));
    insta::assert_snapshot!(
        "incomplete",
        wrong(
            "[pack]\nname = 'a:b'\nversion = '1.0.0'\nlicence = 'MIT'\nsummary = ''\n[[component]]\npath = 'a.wasm'\nrole = 'connecting'\n[[component]]\npath = 'a.wasm'\nrole = 'planning'"
        )
    );
}

#[test]
fn components_share_no_file_and_no_name() {
    let text = GOOD.replace("connect.wasm", "pods.wasm");
    assert!(wrong(&text).contains("two components are in `pods.wasm`"));
    let text = GOOD.replace(
        "\"connecting\"\nexports = [\"@pods\"]",
        "\"planning\"\nexports = [\"acme.pod\"]",
    );
    assert!(wrong(&text).contains("another component has `acme.pod` already"));
}

#[test]
fn a_folder_without_a_manifest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let folder = camino::Utf8Path::from_path(folder.path()).unwrap();
    let error = from_folder(folder).unwrap_err().to_string();
    assert!(error.contains("pack.toml: No such file"), "{error}");
    std::fs::write(folder.join(FILE), GOOD).unwrap();
    assert_eq!(
        from_folder(folder).unwrap().pack.name.to_string(),
        "acme:pods"
    );
}
