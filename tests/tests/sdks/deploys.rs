//! Deploys in each language, through the command line: they add what a deploy file adds, decide at execution, and say
//! where they are wrong.

use std::fs;

use serde_json::{Value, json};
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::Role;
use windlass_tests::{Missing, Outcome, Windlass, or_skip};

use crate::components::{Language, build};

/// What the guest `site` adds where nothing else is asked of it, in Starlark.
const STARLARK: &str = r#"
def site():
    files.directory(name = "Folder", path = host.data.folder + "/site", mode = "755")

deploy("Site", site)(_env = {"A": "1"})
for name in ["a", "b"]:
    files.line(path = host.data.folder + "/site/" + name, line = "for " + name)
if host.get_fact(facts.server.Kernel) == "Linux":
    server.shell(name = "Greet", commands = ["echo " + host.data.greeting])
"#;

/// A project of one host with the guest `site` as its deploy, which does what the data `what` says.
struct Project(Windlass);

impl Project {
    fn of(language: Language) -> Result<Self, Missing> {
        let component = build(
            language,
            "site",
            Role::Deploying,
            &Capabilities {
                act: true,
                ..Capabilities::default()
            },
        )?;
        let windlass = Windlass::new().env("PW", "sesame-street");
        let folder = windlass.dir().join("out");
        fs::create_dir_all(&folder).unwrap();
        windlass.write(
            "inventory.toml",
            format!(
                "[hosts.\"@local\"]\nfolder = \"{}\"\ngreeting = \"hello\"\n\
                 password = {{ \"$secret\" = \"env:PW\" }}\n",
                folder.display()
            ),
        );
        windlass.write("site.wasm", component);
        windlass.write("site.star", STARLARK);
        Ok(Self(windlass))
    }

    fn run(&self, what: &str, words: &[&str], deploy: &str) -> Outcome {
        let data = format!("what={what}");
        let all = [&["--data", &data], words, &["inventory.toml", deploy]].concat();
        self.0.run(all)
    }

    /// The operations that are planned, without where they stand and what is made from that.
    fn plan(&self, deploy: &str) -> Value {
        let out = self.run("site", &["--json", "plan"], deploy);
        let mut plan = out.succeeds().json();
        for operation in plan["operations"].as_array_mut().unwrap() {
            let operation = operation.as_object_mut().unwrap();
            for key in ["id", "place"] {
                assert!(operation.remove(key).is_some(), "{key}: {operation:?}");
            }
        }
        plan["operations"].take()
    }

    fn apply(&self, what: &str) -> Vec<Value> {
        let out = self.run(what, &["--json", "apply", "--yes"], "site.wasm");
        out.succeeds().json_lines()
    }
}

/// How operations ended, as (event, name).
fn ended(lines: &[Value]) -> Vec<(&str, &str)> {
    let ended = lines.iter().filter_map(|line| {
        let event = line["event"].as_str()?.strip_prefix("operation-host-")?;
        Some((event, line["name"].as_str()?))
    });
    ended
        .filter(|(event, _)| ["success", "skipped"].contains(event))
        .collect()
}

fn deploys(language: Language) -> Result<Project, Missing> {
    let project = Project::of(language)?;
    adds_what_a_deploy_file_adds(&project);
    evaluates_conditions_at_execution(&project);
    runs_functions_at_execution(&project);
    says_where_it_is_wrong(&project, language);
    Ok(project)
}

fn adds_what_a_deploy_file_adds(project: &Project) {
    let (starlark, component) = (project.plan("site.star"), project.plan("site.wasm"));
    assert_eq!(component, starlark);
    assert_eq!(component.as_array().unwrap().len(), 4);
    project.apply("site");
    assert_eq!(project.0.read("out/site/a"), "for a\n");
    // It found its way, and so did the file.
    assert_eq!(project.plan("site.wasm"), project.plan("site.star"));
}

fn evaluates_conditions_at_execution(project: &Project) {
    let changed = project.apply("conditions");
    assert_eq!(
        ended(&changed)[2..],
        [("success", "One"), ("skipped", "Two"), ("skipped", "Three")]
    );
    let unchanged = project.apply("conditions");
    assert_eq!(
        ended(&unchanged)[2..],
        [("skipped", "One"), ("success", "Two"), ("success", "Three")]
    );
}

fn runs_functions_at_execution(project: &Project) {
    let lines = project.apply("functions");
    let answers: Vec<Value> = lines
        .iter()
        .flat_map(|line| line["answers"].as_array().cloned().unwrap_or_default())
        .collect();
    assert_eq!(
        answers,
        [json!({"changed": true}), json!({"stdout": "earlier\n"})]
    );
    assert!(project.0.read("out/written").ends_with("added\n"));
    // `_retry_until` had it run until it printed 3.
    assert_eq!(project.0.read("out/tries").lines().count(), 3);
    let fails = ["--data", "function=fail", "apply", "--yes"];
    let out = project.run("functions", &fails, "site.wasm").exits(4);
    assert!(out.says("it does not want to"), "{out}");
}

fn says_where_it_is_wrong(project: &Project, language: Language) {
    let source = match language {
        Language::Rust => "site/src/lib.rs:",
        Language::Python => "site.py:",
        Language::JavaScript => "site.js:",
        Language::C => "site.c:",
    };
    for (what, says) in [
        (
            "unknown",
            "there is no operation `files.lien`, did you mean `files.line`?",
        ),
        ("wrong", "there is no argument `moed`"),
    ] {
        let out = project.run(what, &["plan"], "site.wasm").exits(1);
        assert!(out.says(says) && out.says(source), "{says}: {out}");
        assert!(out.says("in the deploy site.wasm, for @local"), "{out}");
    }
    let out = project.run("nonsense", &["plan"], "site.wasm").exits(1);
    assert!(out.says("there is no `nonsense`"), "{out}");
    let out = project.run("act", &["plan"], "site.wasm").exits(1);
    assert!(
        out.says("the host can be acted on at execution only"),
        "{out}"
    );
}

#[test]
fn rust_deploys() {
    or_skip!(deploys(Language::Rust));
}

#[test]
fn c_deploys() {
    or_skip!(deploys(Language::C));
}

/// A secret of the host's data is passed on as it stands there.
fn passes_secrets_on(project: &Project) {
    let out = project.run("secret", &["--json", "apply", "--yes"], "site.wasm");
    assert!(!out.succeeds().says("sesame-street"));
    assert_eq!(project.0.read("out/secret"), "sesame-street");
}

/// What is thrown leaves the part that it was thrown in, and is an error with its place where nobody catches it.
fn throws(project: &Project, source: &str) {
    let out = project.run("throw", &["plan"], "site.wasm").exits(1);
    assert!(out.says("thrown") && out.says(source), "{out}");
    let lines = project.apply("caught");
    assert_eq!(ended(&lines), [("success", "Outside")]);
}

#[test]
fn python_deploys() {
    let project = or_skip!(deploys(Language::Python));
    passes_secrets_on(&project);
    throws(&project, "(site.py, line ");
    for (what, function, says) in [
        ("truth", "", "a condition is known at execution only"),
        ("functions", "undeclared", "declare it with `@function`"),
    ] {
        let function = format!("function={function}");
        let plan = ["--data", &function, "plan"];
        let out = project.run(what, &plan, "site.wasm").exits(1);
        assert!(out.says(says) && out.says("(site.py, line "), "{out}");
    }
}

#[test]
fn javascript_deploys() {
    let project = or_skip!(deploys(Language::JavaScript));
    passes_secrets_on(&project);
    throws(&project, "(site.js:");
    let plan = ["--data", "function=undeclared", "plan"];
    let out = project.run("functions", &plan, "site.wasm").exits(1);
    let says = "there is no function `undeclared`, only `write`, `earlier`, `thrice`, `fail`";
    assert!(out.says(says), "{out}");
}
