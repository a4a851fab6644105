//! Deploys that are components, through the command line.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;

use serde_json::{Value, json};
use windlass_tests::{Outcome, Windlass, guest};

/// The inventory of one host, and the deploy beside it.
fn with_site(data: &str) -> Windlass {
    let windlass = Windlass::new();
    let folder = windlass.dir().join("out");
    fs::create_dir_all(&folder).unwrap();
    windlass.write(
        "inventory.toml",
        format!(
            "[hosts.\"@local\"]\nfolder = \"{}\"\ngreeting = \"hello\"\n{data}\n",
            folder.display()
        ),
    );
    let path = windlass.write("deploy/site.wasm", "");
    fs::copy(guest("site"), path).unwrap();
    windlass
}

/// What `site` of the guest says, in Starlark.
const STARLARK: &str = r#"
def site():
    files.directory(name = "Folder", path = host.data.folder + "/site", mode = "755")

deploy("Site", site)(_env = {"A": "1"})
for name in ["a", "b"]:
    files.line(path = host.data.folder + "/site/" + name, line = "for " + name)
if host.get_fact(facts.server.Kernel) == "Linux":
    server.shell(name = "Greet", commands = ["echo " + host.data.greeting])
"#;

fn plan(windlass: &Windlass, deploy: &str) -> Value {
    let out = windlass.run(["--json", "plan", "inventory.toml", deploy]);
    let mut plan = out.succeeds().json();
    for operation in plan["operations"].as_array_mut().unwrap() {
        let operation = operation.as_object_mut().unwrap();
        // Where they stand, and what is made from that.
        for key in ["id", "place"] {
            assert!(operation.remove(key).is_some(), "{key}: {operation:?}");
        }
    }
    plan["operations"].take()
}

fn apply(windlass: &Windlass, deploy: &str) -> Outcome {
    windlass.run(["--json", "apply", "--yes", "inventory.toml", deploy])
}

/// The events of operations that ended, as (event, name).
fn ended(out: &Outcome) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = out.json_lines();
    let ended = lines.iter().filter(|line| {
        ["operation-host-success", "operation-host-skipped"]
            .contains(&line["event"].as_str().unwrap_or_default())
    });
    ended
        .map(|line| (text(&line["event"]), text(&line["name"])))
        .collect()
}

#[test]
fn a_component_adds_what_a_deploy_file_adds() {
    let windlass = with_site("");
    windlass.write("deploy/site.star", STARLARK);
    let (starlark, component) = (
        plan(&windlass, "deploy/site.star"),
        plan(&windlass, "deploy/site.wasm"),
    );
    assert_eq!(component, starlark);
    assert_eq!(component.as_array().unwrap().len(), 4);
    let _ = apply(&windlass, "deploy/site.wasm").succeeds();
    assert_eq!(windlass.read("out/site/a"), "for a\n");
    // It found its way, and so did the file.
    assert_eq!(
        plan(&windlass, "deploy/site.wasm"),
        plan(&windlass, "deploy/site.star")
    );
}

#[test]
fn conditions_are_evaluated_at_execution() {
    let windlass = with_site("what = \"conditions\"");
    let out = apply(&windlass, "deploy/site.wasm").succeeds();
    let of = |event: &str, name: &str| (format!("operation-host-{event}"), name.to_owned());
    assert_eq!(
        ended(&out)[2..],
        [
            of("success", "One"),
            of("skipped", "Two"),
            of("skipped", "Three")
        ]
    );
    let out = apply(&windlass, "deploy/site.wasm").succeeds();
    assert_eq!(
        ended(&out)[2..],
        [
            of("skipped", "One"),
            of("success", "Two"),
            of("success", "Three")
        ]
    );
}

#[test]
fn functions_run_at_execution() {
    let windlass = with_site("what = \"functions\"");
    let out = apply(&windlass, "deploy/site.wasm").succeeds();
    let lines = out.json_lines();
    let answers: Vec<Value> = lines
        .iter()
        .flat_map(|line| line["answers"].as_array().cloned().unwrap_or_default())
        .collect();
    assert_eq!(
        answers,
        [json!({"changed": true}), json!({"stdout": "earlier\n"})]
    );
    assert!(windlass.read("out/written").ends_with("added\n"));
    // `_retry_until` had it run until it printed 3.
    assert_eq!(windlass.read("out/tries").lines().count(), 3);
}

#[test]
fn a_function_that_fails_fails_its_operation_on_its_host() {
    let windlass = with_site("what = \"functions\"\nfunction = \"fail\"");
    let run = ["apply", "--yes", "inventory.toml", "deploy/site.wasm"];
    let out = windlass.run(run).exits(4);
    for part in [
        "it does not want to",
        "in the deploy deploy/site.wasm, for @local",
        "at:      site/src/lib.rs:",
    ] {
        assert!(out.says(part), "{part}: {out}");
    }
}

#[test]
fn an_error_has_component_place_and_host() {
    for (what, parts) in [
        (
            "unknown",
            [
                "there is no operation `files.lien`, did you mean `files.line`?",
                "site/src/lib.rs:",
            ],
        ),
        ("wrong", ["there is no argument `moed`", "site/src/lib.rs:"]),
        (
            "hidden",
            [
                "`apt.install_file` is for other operations to use",
                "site/src/lib.rs:",
            ],
        ),
        ("nonsense", ["there is no `nonsense`", "in the deploy"]),
    ] {
        let windlass = with_site(&format!("what = \"{what}\""));
        let run = ["plan", "inventory.toml", "deploy/site.wasm"];
        let out = windlass.run(run).exits(1);
        for part in parts {
            assert!(out.says(part), "{part}: {out}");
        }
        assert!(
            out.says("in the deploy deploy/site.wasm, for @local"),
            "{out}"
        );
    }
}

#[test]
fn a_secret_of_the_inventory_is_passed_on() {
    let windlass = with_site("what = \"secret\"\npassword = { \"$secret\" = \"env:PW\" }");
    let windlass = windlass.env("PW", "sesame-street");
    let out = apply(&windlass, "deploy/site.wasm").succeeds();
    assert_eq!(windlass.read("out/secret"), "sesame-street");
    assert!(!out.says("sesame-street"), "{out}");
}

#[test]
fn the_deploy_of_a_pack_starts_from_its_folder() {
    let windlass = with_site("");
    let component = "[[component]]\npath = \"site.wasm\"\nrole = \"deploying\"\n";
    windlass.write(
        "mine/pack.toml",
        format!(
            "[pack]\nname = \"acme:site\"\nversion = \"1.0.0\"\nlicence = \"MIT\"\nsummary = \"A site\"\ndeploys = [\"files/*\"]\n\n\
             {component}\n[capabilities]\nact = true\n"
        ),
    );
    windlass.write("mine/files/motd", "welcome");
    fs::copy(guest("site"), windlass.dir().join("mine/site.wasm")).unwrap();
    let added = windlass.run([
        "pack",
        "add",
        "acme:site",
        "--path",
        "mine",
        "--yes",
        "--approve",
    ]);
    let _ = added.succeeds();
    for name in ["@acme:site", "@acme:site//site.wasm"] {
        let run = [
            "--data",
            "what=send",
            "--data",
            "path=files/motd",
            "apply",
            "--yes",
            "inventory.toml",
            name,
        ];
        let _ = windlass.run(run).succeeds();
        assert_eq!(windlass.read("out/sent"), "welcome");
        fs::remove_file(windlass.dir().join("out/sent")).unwrap();
    }
    for (name, says) in [
        (
            "@acme:sight",
            "no pack acme:sight with a component that is a deploy is loaded, did you mean `acme:site`?",
        ),
        (
            "@acme:site//sight.wasm",
            "the pack acme:site has no deploy `sight.wasm`, did you mean `site.wasm`?",
        ),
    ] {
        let out = windlass.run(["plan", "inventory.toml", name]).exits(1);
        assert!(out.says(says), "{out}");
    }
}

#[test]
fn what_is_no_deploy_is_told() {
    let windlass = with_site("");
    let echo = guest("echo").display().to_string();
    let out = windlass.run(["plan", "inventory.toml", &echo]).exits(1);
    assert!(
        out.says("is no deploy: it is a component for planning\n  a deploy exports `deploy`"),
        "{out}"
    );
}
