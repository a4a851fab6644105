//! Actors: what operations have done at execution, through the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use serde_json::{Value, json};
use windlass_tests::{Outcome, Windlass, guest};

const MANIFEST: &str = r#"[pack]
name = "acme:mine"
version = "1.0.0"
licence = "MIT"
summary = "Acts"

[[component]]
path = "caller.wasm"
role = "planning"
exports = ["caller.act", "caller.through"]

[[component]]
path = "actor.wasm"
role = "acting"

[capabilities]
act = true
"#;

fn with_actors() -> Windlass {
    let windlass = Windlass::new();
    windlass.write("mine/pack.toml", MANIFEST);
    for name in ["caller", "actor"] {
        let path = windlass.dir().join(format!("mine/{name}.wasm"));
        fs::copy(guest(name), path).unwrap();
    }
    windlass
}

fn apply(windlass: &Windlass, deploy: &str) -> Outcome {
    windlass.write("deploy.star", deploy);
    windlass.run([
        "--pack",
        "mine",
        "--json",
        "apply",
        "--yes",
        "@local",
        "deploy.star",
    ])
}

/// What the operations' actors gave back, in order.
fn answers(out: &Outcome) -> Vec<Value> {
    let lines = out.json_lines();
    let ended = lines
        .iter()
        .filter(|line| line["event"] == "operation-host-success");
    ended
        .flat_map(|line| line["answers"].as_array().cloned().unwrap_or_default())
        .collect()
}

#[test]
fn an_actor_runs_commands_and_its_answer_is_in_the_result() {
    let windlass = with_actors();
    let out = apply(
        &windlass,
        r#"
caller.act(actor = "run", payload = {"command": "echo $GREETING; exit 3", "globals": {"_env": {"GREETING": "hello"}}})
caller.act(actor = "several")
"#,
    )
    .succeeds();
    assert_eq!(
        answers(&out),
        [json!({"status": 3, "stdout": "hello"}), json!("done")]
    );
}

#[test]
fn the_plan_has_the_call_and_no_secret() {
    let windlass = with_actors().env("PW", "sesame-street");
    windlass.write(
        "deploy.star",
        r#"caller.act(actor = "put", payload = {"dest": "/nowhere", "note": "sesame-street", "inner": [{"$literal": {"a": 1}}]}, password = secret("env:PW"))"#,
    );
    let out = windlass
        .run(["--pack", "mine", "plan", "@local", "deploy.star"])
        .succeeds();
    let step = r#"call put {"dest":"/nowhere","inner":[{"$literal":{"a":1}}],"note":"********"}"#;
    assert!(out.says(step), "{out}");
    assert!(!out.says("sesame-street"), "{out}");
}

#[test]
fn an_actor_puts_and_gets_what_the_arguments_name() {
    let windlass = with_actors().env("PW", "sesame-street");
    windlass.write("sent", "from here");
    let folder = windlass.dir().display().to_string();
    let out = apply(
        &windlass,
        &format!(
            r#"
caller.act(actor = "put", payload = {{"content": "password ", "secret": True, "dest": "{folder}/put"}}, password = secret("env:PW"))
caller.act(actor = "put", payload = {{"local": "sent", "dest": "{folder}/arrived"}}, file = "sent")
caller.act(actor = "get", payload = {{"src": "{folder}/put", "dest": "got"}}, file = "got")
caller.act(actor = "run", payload = {{"command": "cat {folder}/put"}}, password = secret("env:PW"))
"#
        ),
    )
    .succeeds();
    assert_eq!(windlass.read("put"), "password sesame-street");
    assert_eq!(windlass.read("got"), "password sesame-street");
    assert_eq!(windlass.read("arrived"), "from here");
    // It is told what the command printed, and not the secret in it.
    assert_eq!(
        answers(&out).last(),
        Some(&json!({"status": 0, "stdout": "password ********"}))
    );
    assert!(!out.says("sesame-street"), "{out}");
}

#[test]
fn an_actor_uses_operations_facts_and_earlier_results() {
    let windlass = with_actors();
    let folder = windlass.dir().display().to_string();
    let out = apply(
        &windlass,
        &format!(
            r#"
first = server.shell(commands = ["echo earlier"])
secret_one = server.shell(commands = ["echo hidden"], _sensitive = True)
line = {{"operation": "files.line", "args": {{"path": "{folder}/line", "line": "x"}}}}
caller.act(actor = "operation", payload = line)
caller.act(actor = "operation", payload = line, name = "again")
caller.act(actor = "look", payload = {{"path": "{folder}/made", "command": "touch {folder}/made"}})
caller.act(actor = "result", payload = {{"id": first.id, "pointer": "/stdout"}})
caller.act(actor = "result", payload = {{"id": secret_one.id, "pointer": "/stdout"}})
acted = caller.act(actor = "several")

def later():
    server.shell(commands = ["echo it said " + acted.answers[0]])

call(later)
"#
        ),
    )
    .succeeds();
    let nested = |changed| json!({"changed": changed, "stdout": "", "answers": []});
    assert_eq!(
        answers(&out),
        [
            nested(true),
            nested(false),
            json!({"before": true, "after": false}),
            json!({"found": "earlier\n"}),
            json!({"found": null}),
            json!("done"),
        ]
    );
    assert_eq!(windlass.read("line"), "x\n");
}

#[test]
fn what_an_actor_does_is_in_the_audit() {
    let windlass = with_actors();
    windlass.write(
        "deploy.star",
        r#"caller.act(actor = "run", payload = {"command": "echo to-be-recorded; exit 3"})"#,
    );
    windlass.write("audit.toml", "[config]\naudit = true\n");
    let run = [
        "--pack",
        "mine",
        "--config",
        "audit.toml",
        "apply",
        "--yes",
        "@local",
        "deploy.star",
    ];
    let _ = windlass.run(run).succeeds();
    let runs = windlass.run(["audit", "show", "--json"]).succeeds().json();
    let run = runs[0]["run"].as_str().unwrap();
    let records = windlass.run(["audit", "show", "--json", "--run", run]);
    let records = records.succeeds().json_lines();
    let of = |kind: &str| {
        records
            .iter()
            .filter(|record| record["kind"] == kind)
            .collect::<Vec<_>>()
    };
    let (begun, ended) = (of("begin"), of("end"));
    let ran = begun
        .iter()
        .find(|record| record["text"] == "echo to-be-recorded; exit 3");
    let ran = ran.unwrap_or_else(|| panic!("{records:?}"));
    assert_eq!(
        (&ran["what"], &ran["decision"]),
        (&json!("command"), &json!("allowed"))
    );
    let end = ended
        .iter()
        .find(|record| record["of"] == ran["seq"])
        .unwrap();
    assert_eq!(end["exit"], 3);
}

#[test]
fn inspect_shows_that_a_pack_acts_and_the_manifest_has_to_say_so() {
    let windlass = with_actors();
    let out = windlass.run(["pack", "inspect", "mine"]).succeeds();
    assert!(out.says("act on hosts beyond what plans show"), "{out}");
    windlass.write("mine/pack.toml", MANIFEST.replace("act = true", ""));
    let out = windlass.run(["pack", "inspect", "mine"]).exits(1);
    assert!(out.says("does not ask for it with `act = true`"), "{out}");
}

#[test]
fn a_pack_has_one_component_with_its_actors() {
    let windlass = with_actors();
    let second = "\n[[component]]\npath = \"second.wasm\"\nrole = \"acting\"\n\n[capabilities]";
    windlass.write(
        "mine/pack.toml",
        MANIFEST.replace("\n[capabilities]", second),
    );
    fs::copy(guest("actor"), windlass.dir().join("mine/second.wasm")).unwrap();
    let out = apply(&windlass, "caller.act(actor = \"several\")").exits(1);
    assert!(
        out.says("a pack has one component with all its actors"),
        "{out}"
    );
}

#[test]
fn an_actor_finds_the_operations_of_its_pack_under_another_namespace() {
    let windlass = with_actors();
    let add = [
        "pack",
        "add",
        "acme:mine",
        "--path",
        "mine",
        "--as",
        "other",
    ];
    let _ = windlass
        .run([add.as_slice(), &["--yes", "--approve"]].concat())
        .succeeds();
    windlass.write("deploy.star", "other.act(actor = \"again\")\n");
    let run = ["apply", "--yes", "@local", "deploy.star"];
    let out = windlass.run(run).exits(4);
    assert!(
        out.says("operations nest more than 16 deep at other.act"),
        "{out}"
    );
}
