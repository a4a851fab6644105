//! Actors in each language, through the command line: what the guest `caller` plans, the guest `actor` does.

use serde_json::{Value, json};
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_tests::{Missing, Outcome, Windlass, actors, or_skip};

use crate::components::{Language, build};

fn with_actors(language: Language) -> Result<Windlass, Missing> {
    let capabilities = Capabilities {
        act: true,
        ..Capabilities::default()
    };
    let component = build(language, "actor", Role::Acting, &capabilities)?;
    let windlass = Windlass::new().env("PW", "sesame-street");
    actors::write(&windlass, component);
    Ok(windlass)
}

fn apply(windlass: &Windlass, deploy: &str) -> Outcome {
    let folder = windlass.dir().display().to_string();
    windlass.write("deploy.star", deploy.replace("FOLDER", &folder));
    let words = ["--pack", "mine", "--json", "apply", "--yes"];
    let out = windlass.run([&words[..], &["@local", "deploy.star"]].concat());
    assert!(!out.says("sesame-street"), "{out}");
    out
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

fn acts(language: Language) -> Result<(), Missing> {
    let windlass = with_actors(language)?;
    runs_commands(&windlass);
    puts_and_gets(&windlass);
    uses_operations_facts_and_earlier_results(&windlass);
    fails_with_its_message(&windlass);
    Ok(())
}

fn runs_commands(windlass: &Windlass) {
    let out = apply(
        windlass,
        r#"
caller.act(actor = "run", payload = {"command": "echo $GREETING; exit 3", "globals": {"_env": {"GREETING": "hello"}}})
caller.act(actor = "several")
"#,
    );
    assert_eq!(
        answers(&out.succeeds()),
        [json!({"status": 3, "stdout": "hello"}), json!("done")]
    );
}

fn puts_and_gets(windlass: &Windlass) {
    windlass.write("sent", "from here");
    let out = apply(
        windlass,
        r#"
caller.act(actor = "put", payload = {"content": "password ", "secret": True, "dest": "FOLDER/put"}, password = secret("env:PW"))
caller.act(actor = "put", payload = {"local": "sent", "dest": "FOLDER/arrived"}, file = "sent")
caller.act(actor = "get", payload = {"src": "FOLDER/put", "dest": "got"}, file = "got")
caller.act(actor = "run", payload = {"command": "cat FOLDER/put"}, password = secret("env:PW"))
"#,
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
}

fn uses_operations_facts_and_earlier_results(windlass: &Windlass) {
    let out = apply(
        windlass,
        r#"
first = server.shell(commands = ["echo earlier"])
secret_one = server.shell(commands = ["echo hidden"], _sensitive = True)
line = {"operation": "files.line", "args": {"path": "FOLDER/line", "line": "x"}}
caller.act(actor = "operation", payload = line)
caller.act(actor = "operation", payload = line, name = "again")
caller.act(actor = "look", payload = {"path": "FOLDER/made", "command": "touch FOLDER/made"})
caller.act(actor = "result", payload = {"id": first.id, "pointer": "/stdout"})
caller.act(actor = "result", payload = {"id": secret_one.id, "pointer": "/stdout"})
acted = caller.act(actor = "several")

def later():
    server.shell(commands = ["echo it said " + acted.answers[0]])

call(later)
"#,
    );
    let nested = |changed| json!({"changed": changed, "stdout": "", "answers": []});
    assert_eq!(
        answers(&out.succeeds()),
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

fn fails_with_its_message(windlass: &Windlass) {
    // What the host refuses is an error of the guest's language, and goes on if nobody catches it.
    for (payload, says) in [
        (r#"actor = "nobody""#, "there is no actor `nobody`"),
        (
            r#"actor = "operation", payload = {"operation": "files.lien", "args": {}}"#,
            "there is no operation `files.lien`",
        ),
    ] {
        let out = apply(windlass, &format!("caller.act({payload})\n")).exits(4);
        assert!(out.says(says), "{out}");
    }
}

#[test]
fn rust_acts() {
    or_skip!(acts(Language::Rust));
}

#[test]
fn c_acts() {
    or_skip!(acts(Language::C));
}

#[test]
fn python_acts() {
    or_skip!(acts(Language::Python));
}

#[test]
fn javascript_acts() {
    or_skip!(acts(Language::JavaScript));
}
