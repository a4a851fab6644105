//! The macros: what they describe, how they dispatch, and what they refuse.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use windlass_sdk::argument::ParameterKind;
use windlass_sdk::prelude::*;
use windlass_sdk::request::{Picked, Selection as _};
use windlass_sdk::step::Action;
use windlass_sdk::testing::TestHost;

windlass_sdk::export! {
    namespace: "demo",
    operations: [apply, r#move, other, grouped],
    facts: [State, Short, Within],
}

fact_request! {
    /// A fact of another namespace.
    pub Owner("files.File") {
        /// Its path.
        path: RemotePath,
        /// Nothing that matters.
        r#type: Option<String>,
    } -> Json;
}

/// The state of a thing.
///
/// Longer text.
#[fact(stability = volatile, requires = "thing", default = [], user_dependent, globals = {"_sudo": true}, example = "demo.State name=x")]
pub fn State(
    /// The thing's name.
    name: String,
    #[default(3)] depth: u32,
) -> Source<Vec<String>> {
    Source::shell(shell!("thing -n {depth} {name}"), move |output| {
        Ok(output
            .lines()
            .into_iter()
            .map(|line| format!("{name}:{line}"))
            .collect())
    })
}

/// The first of it.
#[fact]
pub fn Short(name: String) -> Result<Source<Option<String>>> {
    if name.is_empty() {
        return Err(Error::invalid_value("a name cannot be empty").at("name"));
    }
    Ok(Source::derived(&State { name, depth: 1 }, |states| {
        Ok(states.into_iter().next())
    }))
}

/// Make it so.
///
/// And more.
#[operation(example = "demo.apply(\"x\")", example = "demo.apply(\"y\")", uses = ["files.put"], idempotent = false)]
pub fn apply(
    plan: &mut Plan,
    /// What it is called.
    name: String,
    /// How.
    mode: Option<Mode>,
    #[default(true)] present: bool,
    #[keyword] password: Option<SecretOr<String>>,
    arguments: RestMap<Json>,
) -> Result<()> {
    let words: Vec<String> = arguments.0.keys().cloned().collect();
    let mode = mode.map(|mode| shell!("{{{mode}}} ")).unwrap_or_default();
    plan.run(shell!(
        "apply {mode:text}{name} {} {:raw} {words:words}",
        present.to_string(),
        "&& true"
    ));
    if let Some(password) = password {
        plan.run(Shell::new(shell!("cat")).stdin(Content::Inline(vec![password.as_is()])));
    }
    Ok(())
}

/// A keyword as a name, and a parameter of the operation's own name.
#[operation(hidden)]
pub fn r#move(plan: &mut Plan, r#move: OneOrMany<String>) -> Result<()> {
    plan.run(shell!("mv {:words}", r#move));
    Ok(())
}

/// Another name.
#[operation(name = "sub.other", alias_of = "demo.apply")]
pub fn other(plan: &mut Plan) -> Result<()> {
    plan.note("nothing");
    Ok(())
}

/// Where a thing is.
#[derive(Clone, Debug, PartialEq, Parameters)]
pub struct Place {
    /// Which thing.
    pub name: String,
    /// How far below it.
    #[parameters]
    pub depth: Depth,
}

/// How far down it is.
#[derive(Clone, Debug, PartialEq, Parameters)]
pub struct Depth {
    /// In levels.
    #[default(3)]
    pub depth: u32,
    /// At most.
    #[keyword]
    pub limit: Option<u32>,
}

/// Parameters before, from and after a group.
#[operation]
pub fn grouped(
    plan: &mut Plan,
    first: String,
    #[parameters] place: Place,
    #[default(true)] last: bool,
) -> Result<()> {
    plan.run(shell!(
        "{first} {} {} {}",
        place.name,
        place.depth.depth.to_string(),
        last.to_string()
    ));
    plan.nested("other.place", place.args());
    Ok(())
}

/// A fact of a group.
#[fact]
pub fn Within(#[parameters] place: Place, exact: Option<bool>) -> Source<String> {
    let exact = exact.unwrap_or_default().to_string();
    Source::shell(shell!("within {} {exact}", place.name), |output| {
        Ok(output.text())
    })
}

#[derive(Selection)]
struct Parts {
    user: Option<String>,
    #[pointer("/more/size")]
    size: Option<u64>,
}

fn rendered(plan: &Plan) -> Vec<String> {
    let line = |step: &Step| match &step.action {
        Action::Shell(shell) => shell.text.render(),
        other => format!("{other:?}"),
    };
    plan.steps.iter().map(line).collect()
}

#[test]
fn operations_are_described() {
    let infos = NAMESPACE.describe_operations();
    let names: Vec<_> = infos.iter().map(|info| info.name.as_str()).collect();
    assert_eq!(
        names,
        ["demo.apply", "demo.move", "demo.sub.other", "demo.grouped"]
    );
    let apply = &infos[0];
    assert_eq!(apply.doc, "Make it so.\n\nAnd more.");
    assert!(!apply.idempotent && !apply.hidden && infos[1].hidden);
    assert_eq!(infos[2].alias_of, Some("demo.apply"));
    assert_eq!(
        apply.more(),
        json!({"examples": ["demo.apply(\"x\")", "demo.apply(\"y\")"], "uses": ["files.put"]})
    );
    let parameters: BTreeMap<_, _> = apply
        .parameters
        .iter()
        .map(|parameter| {
            (
                parameter.name,
                (
                    parameter.kind,
                    parameter.default.clone(),
                    parameter.secret,
                    parameter.doc,
                ),
            )
        })
        .collect();
    let null = Some(Json::Null);
    assert_eq!(
        parameters,
        BTreeMap::from([
            (
                "name",
                (ParameterKind::Either, None, false, "What it is called.")
            ),
            ("mode", (ParameterKind::Either, null.clone(), false, "How.")),
            (
                "present",
                (ParameterKind::Either, Some(json!(true)), false, "")
            ),
            ("password", (ParameterKind::Keyword, null, true, "")),
            (
                "arguments",
                (ParameterKind::RestMap, Some(json!({})), false, "")
            ),
        ])
    );
}

#[test]
fn facts_are_described() {
    let infos = NAMESPACE.describe_facts();
    let state = &infos[0];
    assert_eq!(state.name, "demo.State");
    assert_eq!(state.doc, "The state of a thing.\n\nLonger text.");
    assert_eq!(
        (state.stability, state.requires),
        (Stability::Volatile, Some("thing"))
    );
    assert_eq!(
        (&state.default, &state.globals),
        (&json!([]), &json!({"_sudo": true}))
    );
    assert_eq!(
        state.more(),
        json!({"examples": ["demo.State name=x"], "user_dependent": true})
    );
    assert_eq!(
        (infos[1].stability, &infos[1].default),
        (Stability::State, &Json::Null)
    );
}

#[test]
fn command_lines_are_written() {
    let args = json!({"name": "a b", "mode": 755, "arguments": {"x y": 1, "z": 2}});
    let plan = TestHost::new()
        .run(|| NAMESPACE.plan("demo.apply", args))
        .unwrap();
    assert_eq!(rendered(&plan), ["apply {755} 'a b' true && true 'x y' z"]);
    let plan = TestHost::new()
        .run(|| NAMESPACE.plan("demo.move", json!({"move": ["a", "b c"]})))
        .unwrap();
    assert_eq!(rendered(&plan), ["mv a 'b c'"]);
}

#[test]
fn secrets_stand_in_content_only() {
    let args = json!({"name": "x", "password": {"$secret": 4}});
    let plan = TestHost::new()
        .run(|| NAMESPACE.plan("demo.apply", args))
        .unwrap();
    let Action::Shell(shell) = &plan.steps[1].action else {
        unreachable!("a command was planned")
    };
    let secret = Atom::Secret {
        secret: 4,
        encodings: Vec::new(),
    };
    assert_eq!(shell.stdin, Some(Content::Inline(vec![secret])));
}

#[test]
fn facts_are_asked_and_read() {
    let args = vec![json!({"name": "n"})];
    let Origin::Shell(shell) = NAMESPACE.source("demo.State", args.clone()).unwrap() else {
        unreachable!("it is a command")
    };
    assert_eq!(shell.text.render(), "thing -n 3 n");
    let output = Output {
        stdout: b"a\nb\n".to_vec(),
        ..Output::default()
    };
    assert_eq!(
        NAMESPACE
            .parse("demo.State", args.clone(), &output)
            .unwrap(),
        [json!(["n:a", "n:b"])]
    );
    let derived = Output {
        values: vec![json!(["first", "second"])],
        ..Output::default()
    };
    assert_eq!(
        NAMESPACE.parse("demo.Short", args, &derived).unwrap(),
        [json!("first")]
    );
}

#[test]
fn groups_of_parameters_stand_where_they_are_marked() {
    let operations = NAMESPACE.describe_operations();
    let described: Vec<_> = operations[3]
        .parameters
        .iter()
        .map(|parameter| (parameter.name, parameter.kind, parameter.doc))
        .collect();
    let either = ParameterKind::Either;
    assert_eq!(
        described,
        [
            ("first", either, ""),
            ("name", either, "Which thing."),
            ("depth", either, "In levels."),
            ("limit", ParameterKind::Keyword, "At most."),
            ("last", either, ""),
        ]
    );
    let plan = |args: Json| TestHost::new().run(|| NAMESPACE.plan("demo.grouped", args));
    let planned = plan(json!({"first": "do", "name": "x"})).unwrap();
    let Action::Nested { args, .. } = &planned.steps[1].action else {
        unreachable!("an operation was nested")
    };
    assert_eq!(args, &json!({"name": "x", "depth": 3, "limit": null}));
    assert_eq!(rendered(&planned)[0], "do x 3 true");
    let error = plan(json!({"first": "do", "name": "x", "depth": "deep"})).unwrap_err();
    assert_eq!(error.at.as_deref(), Some("depth"));
    let error = plan(json!({"first": "do"})).unwrap_err();
    assert_eq!(error.at.as_deref(), Some("name"));
}

#[test]
fn a_fact_is_known_by_the_arguments_of_its_groups() {
    let depth = Depth {
        depth: 1,
        limit: Some(2),
    };
    let name = "x".to_owned();
    let fact = Within {
        place: Place { name, depth },
        exact: None,
    };
    let args = json!({"name": "x", "depth": 1, "limit": 2, "exact": null});
    assert_eq!(fact.args(), args);
    let Origin::Shell(shell) = NAMESPACE.source("demo.Within", vec![args]).unwrap() else {
        unreachable!("it is a command")
    };
    assert_eq!(shell.text.render(), "within x false");
}

#[test]
fn parts_are_selected_and_values_without_parts_come_whole() {
    assert_eq!(Parts::POINTERS, ["/user", "/more/size"]);
    let owner = |path: &str| Owner {
        path: path.into(),
        r#type: None,
    };
    let mut host = TestHost::new()
        .fact(
            "files.File",
            json!({"path": "/a"}),
            json!({"user": "bob", "more": {"size": 3}, "mode": 1}),
        )
        .fact("files.File", json!({"path": "/b"}), false);
    host.run(|| {
        match pick::<Parts, _>(&owner("/a")).unwrap() {
            Picked::Parts(parts) => {
                assert_eq!((parts.user.as_deref(), parts.size), (Some("bob"), Some(3)))
            }
            Picked::Whole(value) => unreachable!("{value} has parts"),
        }
        assert!(matches!(
            pick::<Parts, _>(&owner("/b")).unwrap(),
            Picked::Whole(Json::Bool(false))
        ));
    });
    assert_eq!(host.asked()[0].select, ["/user", "/more/size"]);
}

#[test]
fn mistakes_are_errors_with_a_place() {
    let plan = |operation: &str, args: Json| {
        let error = TestHost::new()
            .run(|| NAMESPACE.plan(operation, args))
            .unwrap_err();
        (error.kind, error.at)
    };
    let at = |place: &str| Some(place.to_owned());
    assert_eq!(
        plan("demo.apply", json!({})),
        (ErrorKind::InvalidValue, at("name"))
    );
    assert_eq!(
        plan("demo.apply", json!({"name": 1})),
        (ErrorKind::InvalidType, at("name"))
    );
    assert_eq!(
        plan("demo.apply", json!({"name": "x", "nmae": 1})),
        (ErrorKind::InvalidValue, at("nmae"))
    );
    assert_eq!(
        plan("demo.apply", json!([])),
        (ErrorKind::InvalidType, None)
    );
    assert_eq!(plan("demo.none", json!({})).0, ErrorKind::InvalidValue);
    assert_eq!(plan("other.apply", json!({})).0, ErrorKind::InvalidValue);
    let error = NAMESPACE
        .source("demo.Short", vec![json!({"name": ""})])
        .unwrap_err();
    assert_eq!(
        (error.kind, error.at),
        (ErrorKind::InvalidValue, at("name"))
    );
    let two = vec![json!({"name": "a"}), json!({"name": "b"})];
    assert!(NAMESPACE.source("demo.State", two).is_err());
}
