//! Actors: what operations have done at execution, through the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use serde_json::json;
use windlass_tests::{Outcome, Windlass, actors, guest};

fn with_actors() -> Windlass {
    let windlass = Windlass::new();
    actors::write(&windlass, fs::read(guest("actor")).unwrap());
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
    windlass.write("mine/pack.toml", actors::MANIFEST.replace("act = true", ""));
    let out = windlass.run(["pack", "inspect", "mine"]).exits(1);
    assert!(out.says("does not ask for it with `act = true`"), "{out}");
}

#[test]
fn a_pack_has_one_component_with_its_actors() {
    let windlass = with_actors();
    let second = "\n[[component]]\npath = \"second.wasm\"\nrole = \"acting\"\n\n[capabilities]";
    windlass.write(
        "mine/pack.toml",
        actors::MANIFEST.replace("\n[capabilities]", second),
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

/// Of actors, and of what plans: with host and component in events, and without the values of secrets.
#[test]
fn remarks_are_events_and_hold_no_secret() {
    const VALUE: &str = "hunter2-and-more";
    let windlass = with_actors().env("TOKEN", VALUE);
    let deploy = "caller.act(actor = \"remark\", password = secret(\"env:TOKEN\"), \
                  payload = {\"command\": \"printf hunter2-; printf and-more\"})\n";
    let out = apply(&windlass, deploy).succeeds();
    let events = out.json_lines();
    let logs: Vec<_> = events
        .iter()
        .filter(|event| event["event"] == "log")
        .collect();
    let log = |level: &str| {
        json!({
            "event": "log", "host": "@local", "component": "acme:mine/actor.wasm",
            "level": level, "message": "it printed ********",
        })
    };
    assert_eq!(logs, [&log("debug"), &log("warning")]);
    assert!(!out.says(VALUE), "{out}");
}
