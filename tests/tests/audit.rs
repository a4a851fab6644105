//! The audit of runs: what is in it, that changes to it are found, and that nothing is done that cannot be recorded.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::path::PathBuf;

use serde_json::Value;
use windlass_tests::{Outcome, SshHosts, Windlass, or_skip};

const SETTINGS: &str = r#"
[config]
audit = true
audit_heads = ["file:heads.log"]
"#;

fn windlass() -> Windlass {
    let windlass = Windlass::new();
    windlass.write("audit.toml", SETTINGS);
    windlass
}

fn ledger(windlass: &Windlass) -> PathBuf {
    windlass.state().join("windlass/audit/ledger.jsonl")
}

fn exec(windlass: &Windlass, command: &str) -> Outcome {
    windlass.run(["--config", "audit.toml", "exec", "@local", "--", command])
}

fn verify(windlass: &Windlass) -> Outcome {
    windlass.run(["audit", "verify", "--heads", "heads.log"])
}

#[test]
fn everything_that_is_done_on_a_host_is_in_it_and_no_secret() {
    const CANARY: &str = "canary-4711-audit";
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = Windlass::new()
        .env("CANARY", CANARY)
        .env("CANARY_SUDO", "deploy-pw");
    windlass.write("audit.toml", SETTINGS);
    windlass.write("inventory.toml", hosts.inventory("deploy"));
    windlass.write(
        "deploy.star",
        r#"
sudo = {"_sudo": True, "_sudo_password": secret("env:CANARY_SUDO")}
files.put(name = "Key", src = {"$content": secret("env:CANARY")}, dest = "/etc/app.key", mode = "600", **sudo)
server.shell(name = "Hidden", commands = ["echo not-for-all"], _sensitive = True)
server.shell(name = "Fails", commands = ["cat /etc/app.key; exit 3"], _ignore_errors = True, **sudo)
"#,
    );
    let line = [
        "--config",
        "audit.toml",
        "apply",
        "--yes",
        "inventory.toml",
        "deploy.star",
    ];
    let _ = windlass.run(line).succeeds();
    let text = std::fs::read_to_string(ledger(&windlass)).unwrap();
    for hidden in [CANARY, "deploy-pw", "not-for-all"] {
        assert!(!text.contains(hidden), "{hidden}\n{text}");
    }

    let runs = windlass.run(["audit", "show", "--json"]).succeeds().json();
    assert_eq!(runs[0]["command"], "apply");
    assert_eq!(runs[0]["outcome"], "ended");
    assert_eq!(runs[0]["signed"], true);
    let run = runs[0]["run"].as_str().unwrap();
    let records = windlass
        .run(["audit", "show", "--json", "--run", run])
        .succeeds()
        .json_lines();
    let of = |kind: &str| -> Vec<&Value> {
        records
            .iter()
            .filter(|record| record["kind"] == kind)
            .collect()
    };
    let pack = &of("run")[0]["packs"][0];
    assert_eq!(pack["name"], "windlass:standard", "{pack}");
    assert_eq!(pack["digest"].as_str().unwrap().len(), 64);
    let plan = of("plan")[0];
    assert_eq!(plan["digest"], runs[0]["plan"]);
    assert_eq!(plan["operations"], 3);
    assert_eq!(of("approved")[0]["by"], "--yes");
    let put = of("begin")
        .into_iter()
        .find(|record| record["what"] == "put")
        .unwrap();
    assert_eq!(put["text"], "/etc/app.key");
    assert_eq!(put["as"]["_sudo"], true);
    assert_eq!(put["in"], CANARY.len());
    assert_eq!(put["decision"], "allowed");
    let fails = of("begin")
        .into_iter()
        .find(|record| record["text"] == "cat /etc/app.key; exit 3")
        .unwrap();
    let end = of("end")
        .into_iter()
        .find(|record| record["of"] == fails["seq"])
        .unwrap();
    assert_eq!(end["exit"], 3);
    assert_eq!(end["out"], CANARY.len());
    // What was begun has an end, each.
    assert_eq!(of("begin").len(), of("end").len());
    let states: Vec<&str> = of("operation")
        .iter()
        .map(|record| record["state"].as_str().unwrap())
        .collect();
    assert_eq!(
        states,
        [
            "begun",
            "changed",
            "begun",
            "changed",
            "begun",
            "failed, ignored"
        ]
    );
    let _ = verify(&windlass).succeeds();
    let other = windlass.run(["audit", "show", "--host", "nobody", "--json"]);
    assert_eq!(other.succeeds().json(), serde_json::json!([]));
}

/// A ledger of two runs, each with one command.
fn two_runs() -> (Windlass, Vec<String>) {
    let windlass = windlass();
    let _ = exec(&windlass, "echo one").succeeds();
    let _ = exec(&windlass, "echo two; exit 5").exits(4);
    let out = verify(&windlass).succeeds();
    assert!(out.says("of 2 runs: whole"), "{out}");
    let text = std::fs::read_to_string(ledger(&windlass)).unwrap();
    (windlass, text.lines().map(str::to_owned).collect())
}

fn tampered(windlass: &Windlass, lines: &[String]) -> Outcome {
    std::fs::write(ledger(windlass), lines.join("\n") + "\n").unwrap();
    verify(windlass).exits(1)
}

#[test]
fn whatever_is_changed_in_it_is_found_with_its_line() {
    let (windlass, lines) = two_runs();
    let at = lines
        .iter()
        .position(|line| line.contains("\"exit\":5"))
        .unwrap();

    let mut changed = lines.clone();
    changed[at] = changed[at].replace("\"exit\":5", "\"exit\":0");
    let out = tampered(&windlass, &changed);
    let place = format!("ledger.jsonl:{}: the record was changed", at + 1);
    assert!(out.says(&place), "{out}");

    let mut missing = lines.clone();
    missing.remove(at);
    let out = tampered(&windlass, &missing);
    let text = format!("record {} is missing before record {}", at + 1, at + 2);
    assert!(out.says(&text), "{out}");

    let mut moved = lines.clone();
    moved.swap(at - 1, at);
    let out = tampered(&windlass, &moved);
    assert!(out.says("it was moved or repeated"), "{out}");

    let out = tampered(&windlass, &lines[..lines.len() - 1]);
    let text = format!(
        "the end was cut off: the second place knows record {}",
        lines.len()
    );
    assert!(out.says(&text), "{out}");
    // Without the second place this cannot be known, and that is said.
    let out = windlass.run(["audit", "verify"]).succeeds();
    assert!(out.says("an end that was cut off cannot be found"), "{out}");
    assert!(out.says("has no end"), "{out}");
}

#[test]
fn a_history_that_somebody_else_wrote_is_found_by_key_and_by_heads() {
    let (windlass, _) = two_runs();
    let (other, forged) = two_runs();
    let key = windlass.state().join("windlass/audit/key.pub");
    let key = key.to_str().unwrap();
    let by_key = ["audit", "verify", "--key", key];
    let _ = windlass.run(by_key).succeeds();
    let out = tampered(&windlass, &forged);
    assert!(
        out.says("the second place knows no head of the ledger"),
        "{out}"
    );
    let out = windlass.run(by_key).exits(1);
    assert!(out.says("is not signed by the key that was named"), "{out}");
    // Where the forger's own is the only one that is asked, it looks whole.
    let _ = verify(&other).succeeds();
}

#[test]
fn a_run_that_cannot_write_its_audit_does_not_begin() {
    for (setting, says) in [
        (
            "audit_file = \"/dev/full\"",
            "the audit cannot be kept: writing /dev/full",
        ),
        (
            "audit_file = \"/proc/none/ledger\"",
            "the audit cannot be kept: making the folder of",
        ),
        (
            "audit_heads = [\"command:false\"]",
            "the audit's head cannot be sent to command:false",
        ),
        (
            "audit_heads = [\"file:/proc/heads\"]",
            "the audit's head cannot be sent to file:/proc/heads",
        ),
    ] {
        let windlass = Windlass::new();
        windlass.write("audit.toml", format!("[config]\naudit = true\n{setting}\n"));
        let out = exec(&windlass, "touch was-here").exits(1);
        assert!(out.says(says), "{out}");
        assert!(!windlass.dir().join("was-here").exists(), "{setting}");
    }
}

#[test]
fn a_run_that_can_no_longer_write_its_audit_stops() {
    let windlass = windlass();
    let ledger = ledger(&windlass);
    let ledger = ledger.to_str().unwrap();
    windlass.write(
        "deploy.star",
        format!(
            "server.shell(name = \"Empties it\", commands = [\": > {ledger}\"])\n\
             server.shell(name = \"Next\", commands = [\"touch was-here\"], _ignore_errors = True)\n"
        ),
    );
    let line = [
        "--config",
        "audit.toml",
        "apply",
        "--yes",
        "@local",
        "deploy.star",
    ];
    let out = windlass.run(line).exits(1);
    assert!(
        out.says("it was cut to 0 bytes while it was in use"),
        "{out}"
    );
    assert!(!windlass.dir().join("was-here").exists(), "{out}");
}

#[test]
fn wrong_settings_say_what_is_right() {
    let windlass = Windlass::new();
    windlass.write(
        "audit.toml",
        "[config]\naudit = true\naudit_heads = [\"sislog\"]\n",
    );
    let out = exec(&windlass, "true").exits(1);
    assert!(
        out.says("audit.toml:3")
            && out.says("`sislog` is no place for the audit's heads, did you mean `syslog`?"),
        "{out}"
    );
    let out = windlass.run(["audit", "verify"]).exits(1);
    assert!(
        out.says("`audit = true` in the settings of a run keeps one"),
        "{out}"
    );
}
