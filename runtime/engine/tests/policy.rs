//! A policy is asked about everything that would reach a host, and what it denies does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fmt;
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::condition::Condition;
use windlass_engine::config::Config;
use windlass_engine::connect::connect_all;
use windlass_engine::deploy::{DeployFunction, FactCall, HostContext, OperationCall};
use windlass_engine::error::EngineError;
use windlass_engine::execute::{Strategy, run_ops};
use windlass_engine::fakes::{FakeHosts, NoLocalFiles, keyed_files};
use windlass_engine::inventory::Inventory;
use windlass_engine::place::Place;
use windlass_engine::policy::{
    Asked, Basis, Ceiling, Chain, Decision, HostNames, Policy, Question,
};
use windlass_engine::prepare::prepare;
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{OperationId, Setup, State};

/// Denies what it is told to, and keeps what it was asked.
struct Denies {
    denied: fn(&Question<'_>) -> bool,
    asked: Mutex<Vec<String>>,
}

impl fmt::Debug for Denies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Denies")
    }
}

impl Policy for Denies {
    fn decide(&self, question: &Question<'_>) -> Decision {
        let asked = match question.asked {
            Asked::Privilege { .. } => {
                let names: Vec<&str> = question
                    .chain
                    .callers()
                    .map(|one| one.name.as_str())
                    .collect();
                format!("{} for {}", question.asked, names.join(" in "))
            }
            asked => asked.to_string(),
        };
        self.asked.lock().unwrap().push(asked);
        let basis = Basis {
            file: String::from("policy"),
            line: 7,
            text: String::from("no"),
        };
        if (self.denied)(question) {
            let remedy = String::from("ask somebody");
            return Decision::Denied { basis, remedy };
        }
        Decision::Allowed(basis)
    }

    fn ceiling(&self, _: HostNames<'_>, _: &Chain) -> Option<Ceiling> {
        None
    }
}

struct Run {
    state: State,
    hosts: FakeHosts,
    policy: Arc<Denies>,
}

fn run_on(names: &[&str], denied: fn(&Question<'_>) -> bool) -> Run {
    let none: [(&str, Json); 0] = [];
    let hosts = FakeHosts::default();
    let policy = Arc::new(Denies {
        denied,
        asked: Mutex::default(),
    });
    let state = State::new(Setup {
        inventory: Inventory::builder().group("web", names, none).build(),
        config: Config::default(),
        plugins: Arc::new(keyed_files()),
        connectors: Arc::new(hosts.clone()),
        local_files: Arc::new(|_, _| Arc::new(NoLocalFiles)),
        secrets: SecretStore::default(),
        folder: ".".into(),
        policy: Some(policy.clone()),
        limit: None,
    })
    .unwrap();
    Run {
        state,
        hosts,
        policy,
    }
}

type Deploy = fn(&HostContext) -> Result<(), EngineError>;

impl Run {
    async fn apply(&self, deploy: Deploy) -> Result<(), EngineError> {
        connect_all(&self.state).await?;
        prepare(
            &self.state,
            &[DeployFunction::shared("deploy", ".", deploy)],
        )
        .await?;
        run_ops(&self.state, Strategy::Barrier).await
    }

    fn commands(&self, host: &str) -> Vec<String> {
        self.hosts.with(host, |host| host.commands.clone())
    }

    fn asked(&self) -> Vec<String> {
        self.policy.asked.lock().unwrap().clone()
    }

    fn failed(&self) -> String {
        self.state.failed_hosts()[0].1.clone()
    }
}

fn add(
    host: &HostContext,
    line: u32,
    operation: &str,
    args: Json,
    globals: GlobalArguments,
) -> Result<OperationId, EngineError> {
    let args = args.as_object().unwrap().clone();
    let mut call = OperationCall::new(operation, args, Place::at("deploy.star", line));
    call.globals = globals;
    host.add(call)
}

fn pair(host: &HostContext) -> Result<(), EngineError> {
    let sudo = GlobalArguments {
        sudo: Some(true),
        ..GlobalArguments::default()
    };
    add(
        host,
        1,
        "fake.pair",
        json!({"path": "x", "content": "y"}),
        sudo,
    )
    .map(|_| ())
}

fn is_operation(question: &Question<'_>, name: &str) -> bool {
    question.asked == Asked::Operation(name)
}

#[tokio::test]
async fn everything_that_reaches_a_host_is_asked_about() {
    let run = run_on(&["web-01"], |_| false);
    run.apply(pair).await.unwrap();
    let mut asked = run.asked();
    asked.sort();
    asked.dedup();
    assert_eq!(
        asked,
        [
            "becoming root by sudo for fake.Content in fake.file in fake.pair",
            "becoming root by sudo for fake.file in fake.pair",
            "becoming root by sudo for fake.pair",
            "connecting with @fake",
            "fake.Content",
            "fake.file",
            "fake.pair",
        ]
    );
}

#[tokio::test]
async fn an_excluded_host_is_left_out_and_the_others_go_on() {
    let run = run_on(&["web-01", "web-02"], |question| {
        question.host.name == "web-01" && matches!(question.asked, Asked::Connect(_))
    });
    run.apply(pair).await.unwrap();
    assert!(run.commands("web-01").is_empty());
    assert!(!run.commands("web-02").is_empty());
    assert_eq!(
        run.failed(),
        "connecting with @fake is not allowed on web-01: policy:7: no\n  ask somebody"
    );
}

#[tokio::test]
async fn what_is_denied_ends_the_deploy_where_it_stands() {
    let run = run_on(&["web-01"], |question| is_operation(question, "fake.pair"));
    let error = run.apply(pair).await.unwrap_err();
    let EngineError::Call { message, place } = error else {
        panic!("{error}");
    };
    assert!(
        message.starts_with("fake.pair is not allowed on web-01"),
        "{message}"
    );
    assert_eq!(place.short(), "deploy.star:1");
    assert!(run.commands("web-01").is_empty());
}

#[tokio::test]
async fn a_nested_call_is_denied_with_those_who_called() {
    let run = run_on(&["web-01"], |question| is_operation(question, "fake.file"));
    assert!(run.apply(pair).await.is_err());
    assert!(
        run.failed()
            .contains("wanted by fake.file, called by fake.pair"),
        "{}",
        run.failed()
    );
    assert!(run.commands("web-01").is_empty());
}

/// What may not be done is not put off until it is known whether it would be.
#[tokio::test]
async fn a_condition_does_not_hide_it() {
    fn deploy(host: &HostContext) -> Result<(), EngineError> {
        let none = GlobalArguments::default;
        let first = add(
            host,
            1,
            "fake.run",
            json!({"command": "echo first"}),
            none(),
        )?;
        let globals = GlobalArguments {
            condition: vec![Condition::Failed(first)],
            ..none()
        };
        add(
            host,
            2,
            "fake.pair",
            json!({"path": "x", "content": "y"}),
            globals,
        )
        .map(|_| ())
    }
    let run = run_on(&["web-01"], |question| is_operation(question, "fake.file"));
    assert!(run.apply(deploy).await.is_err());
    assert!(
        run.commands("web-01").is_empty(),
        "{:?}",
        run.commands("web-01")
    );
}

#[tokio::test]
async fn facts_and_commands_of_programs_are_asked_about() {
    let run = run_on(&["web-01"], |question| {
        question.asked == Asked::Fact("fake.System") || is_operation(question, "server.shell")
    });
    connect_all(&run.state).await.unwrap();
    let host = run.state.host("web-01").unwrap();
    let call = FactCall::new("fake.System", serde_json::Map::new());
    let fact = run.state.fact(&host, call).await.unwrap_err();
    assert!(
        fact.to_string()
            .contains("fake.System is not allowed on web-01"),
        "{fact}"
    );
    let command = run
        .state
        .run_command(&host, "echo x", &mut |_, _| {})
        .await
        .unwrap_err();
    assert!(
        command.to_string().contains("server.shell is not allowed"),
        "{command}"
    );
    assert!(run.commands("web-01").is_empty());
}
