//! Cases against a pack of two operations and two facts, written here.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use windlass_engine::contract::{
    Action, Atom, Content, Derived, FactInfo, FactRequest, Nested, OperationInfo, Origin,
    Parameter, ParameterKind, Part, Planned, Prediction, RawOutput, SecretUse, Shell, Stability,
    Step,
};
use windlass_engine::json::JsonMap;
use windlass_engine::plugins::{Bound, ErrorKind, GuestError, PlanningView, PluginError, Plugins};
use windlass_engine::secrets::SecretStore;
use windlass_packs::cases::{Case, Differences, Options, Outcome, Report, run_cases};

/// `motd.set(text, password)` sets a text unless `motd.Text` answers it; `motd.twice(text)` uses it two times.
#[derive(Default)]
struct Motd {
    /// Makes each answer another than the one before.
    forgetful: bool,
    calls: AtomicUsize,
}

fn parameter(name: &str, default: Option<Json>) -> Parameter {
    Parameter {
        name: name.to_owned(),
        kind: ParameterKind::Either,
        schema: json!({}),
        default,
        doc: String::new(),
        secret: name == "password",
        more: Json::Null,
    }
}

fn fact(name: &str, requires: Option<&str>) -> Arc<FactInfo> {
    Arc::new(FactInfo {
        name: name.to_owned(),
        doc: String::new(),
        parameters: vec![parameter("path", Some(json!("/etc/motd")))],
        default: Json::Null,
        stability: Stability::State,
        requires: requires.map(str::to_owned),
        batch: 1,
        globals: Json::Null,
        more: Json::Null,
    })
}

fn bound(parameters: &[Parameter], named: JsonMap) -> Result<Bound, PluginError> {
    let mut args = JsonMap::new();
    let mut secrets = Vec::new();
    for parameter in parameters {
        let value = named
            .get(&parameter.name)
            .cloned()
            .or_else(|| parameter.default.clone());
        let Some(value) = value else {
            return Err(PluginError::Argument {
                argument: None,
                message: format!("{} is missing", parameter.name),
            });
        };
        let value = match value.get("$secret").and_then(Json::as_str) {
            Some(identity) => {
                secrets.push(identity.to_owned());
                json!({"$secret": secrets.len() - 1})
            }
            None => value,
        };
        if !value.is_null() {
            args.insert(parameter.name.clone(), value);
        }
    }
    Ok(Bound {
        args: Json::Object(args),
        secrets,
    })
}

#[async_trait]
impl Plugins for Motd {
    fn operations(&self) -> Vec<Arc<OperationInfo>> {
        ["motd.set", "motd.twice"]
            .into_iter()
            .map(|name| self.operation(name).unwrap())
            .collect()
    }

    fn facts(&self) -> Vec<Arc<FactInfo>> {
        ["motd.Text", "motd.Length"]
            .into_iter()
            .map(|name| self.fact(name).unwrap())
            .collect()
    }

    fn operation(&self, name: &str) -> Result<Arc<OperationInfo>, PluginError> {
        if !matches!(name, "motd.set" | "motd.twice") {
            return Err(PluginError::UnknownOperation {
                name: name.to_owned(),
                nearest: None,
            });
        }
        Ok(Arc::new(OperationInfo {
            name: name.to_owned(),
            doc: String::new(),
            parameters: vec![
                parameter("text", None),
                parameter("password", Some(Json::Null)),
            ],
            idempotent: true,
            hidden: false,
            alias_of: None,
            more: Json::Null,
        }))
    }

    fn fact(&self, name: &str) -> Result<Arc<FactInfo>, PluginError> {
        match name {
            "motd.Text" => Ok(fact(name, Some("cat"))),
            "motd.Length" => Ok(fact(name, None)),
            _ => Err(PluginError::UnknownFact {
                name: name.to_owned(),
                nearest: None,
            }),
        }
    }

    fn bind_operation(
        &self,
        name: &str,
        _: Vec<Json>,
        named: JsonMap,
        _: &SecretStore,
    ) -> Result<Bound, PluginError> {
        bound(&self.operation(name)?.parameters, named)
    }

    fn bind_fact(
        &self,
        name: &str,
        _: Vec<Json>,
        named: JsonMap,
        _: &SecretStore,
    ) -> Result<Bound, PluginError> {
        bound(&self.fact(name)?.parameters, named)
    }

    async fn plan(
        &self,
        name: &str,
        args: &Json,
        view: Arc<dyn PlanningView>,
    ) -> Result<Arc<Planned>, PluginError> {
        let text = args["text"].clone();
        if name == "motd.twice" {
            let nested = Nested {
                operation: String::from("motd.set"),
                args: json!({"text": text}),
                more: Json::Null,
            };
            let steps = vec![
                Step::new(Action::Nested(nested.clone())),
                Step::new(Action::Nested(nested)),
            ];
            return Ok(Arc::new(Planned {
                steps,
                ..Planned::default()
            }));
        }
        let Some(text) = text.as_str() else {
            return Err(GuestError::new(ErrorKind::InvalidType, "text must be text").into());
        };
        let request = FactRequest::new("motd.Text", json!({}));
        let now = view.facts(vec![request]).await.pop().unwrap()?;
        if now == json!(text) {
            return Ok(Arc::new(Planned {
                notes: vec![String::from("it is set")],
                ..Planned::default()
            }));
        }
        let calls = self.calls.fetch_add(1, Ordering::SeqCst);
        let line = if self.forgetful {
            format!("set {calls} ")
        } else {
            String::from("set ")
        };
        let mut shell = Shell {
            text: vec![Part::Raw(line), Part::Word(text.to_owned())],
            ..Shell::default()
        };
        if args.get("password").is_some() {
            let secret = Atom::Secret(SecretUse {
                secret: 0,
                encodings: Vec::new(),
            });
            shell.stdin = Some(Content::Inline(vec![secret]));
        }
        let prediction = Prediction {
            fact: "motd.Text".into(),
            args: json!({"path": "/etc/motd"}).into(),
            partial: false,
            at: String::new(),
            value: Some(json!(text).into()),
        };
        let step = Step {
            action: Action::Shell(shell),
            globals: Json::Null,
            predictions: vec![prediction],
            unpredicted: false,
        };
        Ok(Arc::new(Planned {
            steps: vec![step],
            ..Planned::default()
        }))
    }

    async fn source(
        &self,
        name: &str,
        args: &[Json],
        _: Arc<dyn PlanningView>,
    ) -> Result<Origin, PluginError> {
        let path = args[0]["path"].as_str().unwrap().to_owned();
        Ok(match name {
            "motd.Text" => Origin::Shell(Shell {
                text: vec![Part::Raw(String::from("cat ")), Part::Word(path)],
                ..Shell::default()
            }),
            _ => Origin::Derived(vec![Derived {
                fact: String::from("motd.Text"),
                args: json!({"path": path}),
                select: Vec::new(),
            }]),
        })
    }

    async fn parse(
        &self,
        name: &str,
        _: &[Json],
        output: RawOutput,
        _: Arc<dyn PlanningView>,
    ) -> Result<Vec<Json>, PluginError> {
        Ok(vec![match name {
            "motd.Text" => json!(String::from_utf8_lossy(&output.stdout).trim_end()),
            _ => json!(output.values[0].as_str().unwrap().len()),
        }])
    }
}

fn case(value: Json) -> Case {
    serde_json::from_value(value).unwrap()
}

fn set(id: &str, params: Json, answers: Json, commands: Json) -> Case {
    let facts =
        json!([{"fact": "motd.Text", "args": {"path": {"$path": "/etc/motd"}}, "value": answers}]);
    case(
        json!({"id": id, "op": "motd.set", "params": params, "facts": facts, "expect": {"commands": commands}}),
    )
}

async fn run(plugins: Motd, cases: Vec<Case>, differences: &str) -> Report {
    let options = Options {
        differences: Differences::parse(differences).unwrap(),
        ..Options::default()
    };
    run_cases(Arc::new(plugins), cases, options).await
}

fn why(report: &Report, id: &str) -> String {
    match &report
        .results
        .iter()
        .find(|result| result.id == id)
        .unwrap()
        .outcome
    {
        Outcome::Failed { why } => why.clone(),
        other => panic!("{id}: {other:?}"),
    }
}

fn shell(raw: &str) -> Json {
    json!([{"type": "shell", "raw": raw}])
}

#[tokio::test]
async fn operations_and_facts_pass_where_they_do_what_is_expected() {
    let fact = |id: &str, fact: &str, value: Json| {
        case(json!({
            "id": id, "fact": fact, "output": ["hello"],
            "expect": {"command": {"raw": "cat '/etc/motd'"}, "requires_command": "cat", "value": value},
        }))
    };
    let cases = vec![
        set(
            "a/changes",
            json!({"text": "a b"}),
            json!("x"),
            shell("set \"a b\""),
        ),
        set("a/nothing", json!({"text": "x"}), json!("x"), json!([])),
        fact("f/text", "motd.Text", json!("hello")),
        fact("f/length", "motd.Length", json!(5.0)),
        case(
            json!({"id": "a/error", "op": "motd.set", "params": {"text": 1},
            "expect": {"error": {"kinds": ["invalid-type"], "message": "text must be text"}}}),
        ),
    ];
    let report = run(Motd::default(), cases, "").await;
    assert!(report.success(), "{:#?}", report.results);
    assert_eq!((report.total(), report.passed()), (5, 5));
    assert_eq!(
        (report.scores.messages.passed, report.scores.messages.total),
        (1, 1)
    );
}

#[tokio::test]
async fn what_a_nested_operation_is_predicted_to_change_holds_for_the_next() {
    let facts = json!([{"fact": "motd.Text", "args": {"path": "/etc/motd"}, "value": "x"}]);
    let twice = case(
        json!({"id": "n", "op": "motd.twice", "params": {"text": "y"}, "facts": facts,
        "expect": {"commands": shell("set y")}}),
    );
    assert!(run(Motd::default(), vec![twice], "").await.success());
}

#[tokio::test]
async fn a_secret_is_given_by_value_and_compared_where_it_is_joined_in() {
    let params = json!({"text": "t", "password": {"$secret": "hunter22"}});
    let good = json!([{"type": "shell", "raw": "set t", "stdin": "hunter22"}]);
    let cases = vec![
        set("good", params.clone(), json!(null), good),
        set("bad", params, json!(null), shell("set t")),
    ];
    let report = run(Motd::default(), cases, "").await;
    assert_eq!(report.passed(), 1);
    assert!(why(&report, "bad").contains("[standard input: hunter22]"));
}

#[tokio::test]
async fn a_failure_says_what_differs() {
    let unlisted = case(json!({"id": "u", "op": "motd.set", "params": {"text": "x"},
        "facts": [{"fact": "motd.Text", "args": {"path": "/etc/motd2"}, "value": 1}], "expect": {"commands": []}}));
    let cases = vec![
        set("a/other", json!({"text": "y"}), json!("x"), shell("set z")),
        unlisted,
        case(
            json!({"id": "f", "fact": "motd.Text", "output": ["b"], "default": {},
            "expect": {"command": {"raw": "cat /etc/other"}, "value": "a"}}),
        ),
    ];
    let report = run(Motd::default(), cases, "").await;
    assert_eq!(
        why(&report, "a/other"),
        "the commands differ (- expected, + planned):\n  - set z\n  + set y"
    );
    let unlisted = why(&report, "u");
    assert!(
        unlisted.starts_with(
            "it asks for facts that the case does not list:\n  motd.Text {\"path\":\"/etc/motd\"}\n    nearest that it \
             lists: motd.Text {\"path\":\"/etc/motd2\"}"
        ),
        "{unlisted}"
    );
    assert_eq!(
        why(&report, "f"),
        "the command differs (- expected, + asked):\n  - cat /etc/other\n  + cat /etc/motd\nit requires `cat`, expected \
         nothing\nthe value differs:\n  expected \"a\", got \"b\"\nthe default differs:\n  expected {}, got null"
    );
}

#[tokio::test]
async fn an_answer_that_changes_between_runs_is_a_failure() {
    let forgetful = Motd {
        forgetful: true,
        ..Motd::default()
    };
    let report = run(
        forgetful,
        vec![set("a", json!({"text": "y"}), json!("x"), shell("set 0 y"))],
        "",
    )
    .await;
    assert!(why(&report, "a").starts_with("it gives another answer when run again"));
}

#[tokio::test]
async fn a_difference_with_a_reason_counts_as_passed_and_is_shown() {
    let list = "[[difference]]\nid = \"a/b\"\nreason = \"ours is safer\"\n[[difference]]\nid = \"a/gone\"\nreason = \"r\"\n";
    let report = run(
        Motd::default(),
        vec![set("a/b", json!({"text": "y"}), json!("x"), json!([]))],
        list,
    )
    .await;
    assert_eq!(report.passed(), 1);
    assert_eq!(
        report.errors,
        ["the list of differences names `a/gone`, which is no case of this run"]
    );
    assert!(!report.success());
    let mut text = Vec::new();
    report.write_text(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(
        text.starts_with("differs: a/b\n  ours is safer\nerror: "),
        "{text}"
    );
    let mut lines = Vec::new();
    report.write_json(&mut lines).unwrap();
    let lines: Vec<Json> = String::from_utf8(lines)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        lines[0],
        json!({"id": "a/b", "passed": true, "why": "differs with a reason: ours is safer"})
    );
    assert_eq!(
        (&lines[2]["total"], &lines[2]["passed"]),
        (&json!(2), &json!(1))
    );
}

#[test]
fn the_books_examples_can_be_read() {
    let page = include_str!("../../../docs/src/cases.md");
    let block = |language: &str| {
        let blocks = page.split("```").skip(1).step_by(2);
        blocks
            .filter_map(|block| block.strip_prefix(language))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let ids: Vec<String> = block("json\n")
        .iter()
        .map(|text| {
            serde_json::from_str::<Case>(text)
                .expect(text)
                .id()
                .to_owned()
        })
        .collect();
    assert_eq!(ids, ["motd/set/changes", "motd/Text/two_lines"]);
    for list in block("toml\n") {
        assert!(
            Differences::parse(&list)
                .expect("a list")
                .reason(&ids[0])
                .is_some()
        );
    }
}

#[tokio::test]
async fn cases_of_what_the_pack_lacks_fail_unless_they_are_left_out() {
    let other = json!({"id": "other", "op": "motd.unset", "params": {}, "facts": [], "expect": {"commands": []}});
    let run = |only_known| {
        let options = Options {
            only_known,
            ..Options::default()
        };
        run_cases(
            Arc::new(Motd::default()),
            vec![case(other.clone())],
            options,
        )
    };
    assert!(!run(false).await.success());
    let report = run(true).await;
    assert_eq!((report.total(), report.success()), (0, true));
    assert_eq!(report.results[0].outcome, Outcome::Unknown);
}
