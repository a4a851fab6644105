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

fn apply(windlass: &Windlass, deploy: &str) -> Outcome {
    windlass.run(["--json", "apply", "--yes", "inventory.toml", deploy])
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

/// A call of `files.line` in a deploy file, the same in a component, and what both say of it.
struct Wrong {
    operation: &'static str,
    args: Value,
    globals: Value,
    file: &'static str,
    component: &'static str,
}

impl Wrong {
    /// The call in Starlark.
    fn call(&self) -> String {
        let given = [&self.args, &self.globals];
        let given = given.into_iter().filter_map(Value::as_object).flatten();
        let words: Vec<String> = given
            .map(|(name, value)| format!("{name} = {value}"))
            .collect();
        format!("{}({})\n", self.operation, words.join(", "))
    }
}

fn wrong(args: Value, globals: Value, file: &'static str, component: &'static str) -> Wrong {
    Wrong {
        operation: "files.line",
        args,
        globals,
        file,
        component,
    }
}

#[test]
fn a_wrong_call_is_told_as_clearly_as_in_a_deploy_file() {
    let unknown = "there is no operation `files.lien`, did you mean `files.line`?";
    let line = |more: &str, value: Value| {
        let mut args = json!({"path": "/x", "line": "y"});
        args[more] = value;
        args
    };
    let plain = || json!({"path": "/x", "line": "y"});
    let none = || json!({});
    for mistake in [
        Wrong {
            operation: "files.lien",
            ..wrong(plain(), none(), unknown, unknown)
        },
        wrong(
            line("moed", json!(1)),
            none(),
            "files.line has no argument `moed`\n",
            "files.line: there is no argument `moed`; it takes path, line, ",
        ),
        wrong(
            line("lien", json!("y")),
            none(),
            "has no argument `lien`, did you mean `line`?",
            "there is no argument `lien`, did you mean `line`?",
        ),
        wrong(
            line("sudo_user", json!("x")),
            none(),
            "did you mean the global argument `_sudo_user`?",
            "did you mean the global argument `_sudo_user`?",
        ),
        wrong(
            json!({"path": "/x"}),
            none(),
            "files.line needs `line`",
            "files.line: `line` is missing; it takes text",
        ),
        wrong(
            line("path", json!(7)),
            none(),
            "`path` takes text, not a number",
            "`path` takes text, not a number",
        ),
        wrong(
            plain(),
            json!({"_sdo": 1}),
            "`_sdo`, did you mean `_sudo`?",
            "`_sdo`, did you mean `_sudo`?",
        ),
        wrong(
            plain(),
            json!({"_retries": "x"}),
            "`_retries` takes",
            "`_retries` takes",
        ),
    ] {
        let windlass = with_site("what = \"any\"");
        windlass.write("deploy/site.star", mistake.call());
        let data = [
            format!("operation={}", mistake.operation),
            format!("args={}", mistake.args),
            format!("globals={}", mistake.globals),
        ];
        let mut words = vec!["plan", "inventory.toml"];
        words.extend(data.iter().flat_map(|data| ["--data", data]));
        for (deploy, told, place) in [
            ("deploy/site.star", mistake.file, "site.star:1"),
            ("deploy/site.wasm", mistake.component, "site/src/lib.rs:"),
        ] {
            let out = windlass.run([&words[..], &[deploy]].concat()).exits(1);
            assert!(
                out.says(told) && out.says(place),
                "{told} at {place}: {out}"
            );
        }
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
