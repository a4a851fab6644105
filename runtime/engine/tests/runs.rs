//! Whole runs on hosts in memory: order, strategies, failure, conditions, retries and dry runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::condition::Condition;
use windlass_engine::config::Config;
use windlass_engine::connect::connect_all;
use windlass_engine::deploy::{DeployFunction, HostContext, OperationCall};
use windlass_engine::error::EngineError;
use windlass_engine::events::{Event, Observer};
use windlass_engine::execute::{Strategy, run_ops};
use windlass_engine::fakes::{FakeHosts, NoLocalFiles, keyed_files};
use windlass_engine::inventory::Inventory;
use windlass_engine::place::Place;
use windlass_engine::plan::{PlanDocument, document};
use windlass_engine::prepare::prepare;
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{OperationId, Setup, Stage, State};

type Deploy = fn(&HostContext) -> Result<(), EngineError>;

/// Records what happens, a word or two each.
#[derive(Default)]
struct Seen(Mutex<Vec<String>>);

impl Observer for Seen {
    fn on_event(&self, _: &State, event: &Event) {
        let line = match event {
            Event::OperationStart { name, .. } => format!("start {name}"),
            Event::OperationEnd { name, .. } => format!("end {name}"),
            Event::OperationHostSuccess {
                host,
                name,
                changed,
                ..
            } => format!("{host} {name} {changed}"),
            Event::OperationHostSkipped { host, name, .. } => format!("{host} {name} skipped"),
            Event::OperationHostError {
                failure, ignored, ..
            } => {
                format!(
                    "{} {} failed{}",
                    failure.host,
                    failure.operation,
                    if *ignored { ", ignored" } else { "" }
                )
            }
            Event::OperationHostRetry {
                host,
                name,
                retry_count,
                ..
            } => format!("{host} {name} retry {retry_count}"),
            _ => return,
        };
        self.0.lock().unwrap().push(line);
    }
}

impl Seen {
    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn starting(&self, with: &str) -> Vec<String> {
        let lines = self.lines();
        lines
            .iter()
            .filter_map(|line| line.strip_prefix(with))
            .map(|rest| rest.trim().to_owned())
            .collect()
    }
}

struct Run {
    state: State,
    hosts: FakeHosts,
    seen: Arc<Seen>,
}

fn run_with(groups: &[(&str, &[&str])], config: Config) -> Run {
    let mut builder = Inventory::builder();
    let none: [(&str, Json); 0] = [];
    for (group, hosts) in groups {
        builder = builder.group(group, *hosts, none.clone());
    }
    let hosts = FakeHosts::default();
    let state = State::new(Setup {
        inventory: builder.build(),
        config,
        plugins: Arc::new(keyed_files()),
        connectors: Arc::new(hosts.clone()),
        local_files: Arc::new(|_, _| Arc::new(NoLocalFiles)),
        secrets: SecretStore::default(),
        folder: ".".into(),
        limit: None,
        policy: None,
    })
    .unwrap();
    let seen = Arc::new(Seen::default());
    state.add_observer(seen.clone());
    Run { state, hosts, seen }
}

fn run_on(hosts: &[&str]) -> Run {
    run_with(&[("all_hosts", hosts)], Config::default())
}

impl Run {
    async fn prepare(&self, deploy: Deploy) -> Result<(), EngineError> {
        connect_all(&self.state).await?;
        prepare(
            &self.state,
            &[DeployFunction::shared("deploy", ".", deploy)],
        )
        .await
    }

    async fn all(&self, deploy: Deploy, strategy: Strategy) -> Result<(), EngineError> {
        self.prepare(deploy).await?;
        run_ops(&self.state, strategy).await
    }

    async fn plan(&self) -> PlanDocument {
        document(&self.state, false).await.unwrap()
    }

    fn will_change(&self, plan: &PlanDocument) -> Vec<Option<bool>> {
        plan.operations
            .iter()
            .flat_map(|operation| operation.hosts.iter().map(|host| host.will_change))
            .collect()
    }
}

fn add(
    host: &HostContext,
    line: u32,
    name: &str,
    operation: &str,
    args: Json,
    globals: Json,
) -> Result<OperationId, EngineError> {
    let mut call = OperationCall::new(
        operation,
        args.as_object().unwrap().clone(),
        Place::at("deploy.star", line),
    );
    call.name = Some(name.to_owned());
    call.globals = GlobalArguments::from_json(&globals, host.secrets()).unwrap();
    host.add(call)
}

fn file(
    host: &HostContext,
    line: u32,
    path: &str,
    content: &str,
) -> Result<OperationId, EngineError> {
    add(
        host,
        line,
        path,
        "fake.file",
        json!({"path": path, "content": content}),
        Json::Null,
    )
}

fn command(
    host: &HostContext,
    line: u32,
    command: &str,
    globals: Json,
) -> Result<OperationId, EngineError> {
    add(
        host,
        line,
        command,
        "fake.run",
        json!({"command": command}),
        globals,
    )
}

fn web_and_db(host: &HostContext) -> Result<(), EngineError> {
    file(host, 1, "base", "x")?;
    if host.groups().contains(&String::from("db")) {
        command(host, 5, "wait 30", json!({"_env": {}}))?;
        file(host, 6, "pg_hba", "x")?;
    }
    if host.groups().contains(&String::from("web")) {
        command(host, 9, "wait 20", Json::Null)?;
        file(host, 10, "site", "x")?;
    }
    Ok(())
}

const FOUR: &[(&str, &[&str])] = &[("web", &["web-01", "web-02", "web-03"]), ("db", &["db-01"])];

#[tokio::test]
async fn operations_run_in_the_order_of_the_deploy_each_on_all_its_hosts() {
    let run = run_with(FOUR, Config::default());
    run.all(web_and_db, Strategy::Barrier).await.unwrap();
    assert_eq!(
        run.seen.starting("start "),
        ["base", "wait 30", "pg_hba", "wait 20", "site"]
    );
    let lines = run.seen.lines();
    let at = |line: &str| {
        lines
            .iter()
            .position(|seen| seen == line)
            .unwrap_or_else(|| panic!("{line} in {lines:?}"))
    };
    assert!(at("end pg_hba") < at("start wait 20"));
    for host in ["web-01", "web-02", "web-03"] {
        assert!(at("start site") < at(&format!("{host} site true")));
        assert!(at(&format!("{host} site true")) < at("end site"));
    }
}

#[tokio::test]
async fn with_dag_what_has_no_path_between_overlaps_and_what_has_does_not() {
    let run = run_with(FOUR, Config::default());
    run.all(web_and_db, Strategy::Dag).await.unwrap();
    let lines = run.seen.lines();
    let at = |line: &str| {
        lines
            .iter()
            .position(|seen| seen == line)
            .unwrap_or_else(|| panic!("{line} in {lines:?}"))
    };
    assert!(at("start wait 20") < at("end wait 30"), "{lines:?}");
    assert!(at("end base") < at("start wait 30"));
    assert!(at("end wait 30") < at("start pg_hba"));
    assert!(at("end wait 20") < at("start site"));
}

#[tokio::test]
async fn every_strategy_leaves_the_same_files() {
    for strategy in [
        Strategy::Barrier,
        Strategy::Dag,
        Strategy::Free,
        Strategy::Serial,
    ] {
        let run = run_with(FOUR, Config::default());
        run.all(web_and_db, strategy).await.unwrap();
        assert_eq!(
            run.hosts.stores("db-01"),
            ["store base x", "store pg_hba x"],
            "{strategy:?}"
        );
        assert_eq!(
            run.hosts.stores("web-02"),
            ["store base x", "store site x"],
            "{strategy:?}"
        );
        assert_eq!(run.seen.starting("end ").len(), 5, "{strategy:?}");
    }
}

#[tokio::test]
async fn serial_ends_one_host_before_the_next() {
    let run = run_on(&["a", "b"]);
    let deploy: Deploy = |host| {
        file(host, 1, "one", "x")?;
        file(host, 2, "two", "x").map(|_| ())
    };
    run.all(deploy, Strategy::Serial).await.unwrap();
    let turns: Vec<String> = run
        .seen
        .lines()
        .into_iter()
        .filter(|line| line.ends_with("true"))
        .collect();
    assert_eq!(
        turns,
        ["a one true", "a two true", "b one true", "b two true"]
    );
}

#[tokio::test]
async fn a_second_run_changes_nothing_and_a_plan_lists_what_runs() {
    let run = run_on(&["a"]);
    let deploy: Deploy = |host| {
        file(host, 1, "one", "x")?;
        file(host, 2, "one", "x")?;
        file(host, 3, "one", "y")?;
        add(
            host,
            4,
            "pair",
            "fake.pair",
            json!({"path": "p", "content": "z"}),
            Json::Null,
        )
        .map(|_| ())
    };
    run.prepare(deploy).await.unwrap();
    let plan = run.plan().await;
    assert_eq!(
        run.will_change(&plan),
        [Some(true), Some(false), Some(true), Some(true)]
    );
    let steps: Vec<String> = plan
        .operations
        .iter()
        .flat_map(|operation| operation.hosts[0].steps.clone())
        .collect();
    assert!(
        run.hosts.stores("a").is_empty(),
        "planning changed something"
    );
    run_ops(&run.state, Strategy::Barrier).await.unwrap();
    assert_eq!(run.hosts.stores("a"), steps);

    let again = run_on(&["a"]);
    again.hosts.with("a", |host| {
        for (path, content) in [("one", "y"), ("p.a", "z"), ("p.b", "z")] {
            host.files.insert(path.to_owned(), content.to_owned());
        }
    });
    let same: Deploy = |host| {
        file(host, 3, "one", "y")?;
        add(
            host,
            4,
            "pair",
            "fake.pair",
            json!({"path": "p", "content": "z"}),
            Json::Null,
        )
        .map(|_| ())
    };
    again.all(same, Strategy::Barrier).await.unwrap();
    assert!(again.hosts.stores("a").is_empty());
    let results = again.state.results_for_host(&again.state.hosts()[0]);
    assert_eq!((results.success_ops, results.changed_ops), (2, 0));
}

#[tokio::test]
async fn what_is_not_known_to_be_all_that_changed_makes_what_follows_assumed() {
    let predicted: Deploy = |host| {
        file(host, 1, "zero", "x")?;
        file(host, 2, "one", "x").map(|_| ())
    };
    let unpredicted: Deploy = |host| {
        command(host, 1, "anything", Json::Null)?;
        file(host, 2, "one", "x").map(|_| ())
    };
    let more: Deploy = |host| {
        let args = json!({"path": "zero"});
        add(host, 1, "install", "fake.install", args, Json::Null)?;
        file(host, 2, "one", "x").map(|_| ())
    };
    // It may fail, and the host goes on.
    let lenient: Deploy = |host| {
        let args = json!({"path": "zero", "content": "x"});
        let globals = json!({"_ignore_errors": true});
        add(host, 1, "zero", "fake.file", args, globals)?;
        file(host, 2, "one", "x").map(|_| ())
    };
    for (deploy, kind) in [
        (predicted, "certain"),
        (unpredicted, "assumed"),
        (more, "assumed"),
        (lenient, "assumed"),
    ] {
        let run = run_on(&["a"]);
        run.prepare(deploy).await.unwrap();
        let plan = serde_json::to_value(run.plan().await).unwrap();
        let found = &plan["operations"][1]["hosts"][0]["certainty"]["kind"];
        assert_eq!(found, kind);
    }
}

#[tokio::test]
async fn a_failed_host_takes_no_further_part_and_the_others_go_on() {
    let run = run_on(&["a", "b"]);
    let deploy: Deploy = |host| {
        let verb = if host.name() == "a" { "fail 7" } else { "fine" };
        add(
            host,
            1,
            "first",
            "fake.run",
            json!({"command": verb}),
            Json::Null,
        )?;
        file(host, 2, "one", "x").map(|_| ())
    };
    run.all(deploy, Strategy::Barrier).await.unwrap();
    assert!(run.hosts.stores("a").is_empty());
    assert_eq!(run.hosts.stores("b").len(), 1);
    let results = run.state.results_for_host(&run.state.host("a").unwrap());
    assert_eq!((results.error_ops, results.not_run_ops), (1, 1));
    let (host, _) = &run.state.failed_hosts()[0];
    assert_eq!(host.name(), "a");
    let id = host.operation_order()[0];
    let failure = host
        .operation(id)
        .unwrap()
        .report
        .unwrap()
        .failure
        .clone()
        .unwrap();
    assert_eq!(failure.exit.unwrap().status, Some(7));
    assert_eq!(failure.command.as_deref(), Some("fail 7"));
    assert_eq!(failure.place.short(), "deploy.star:1");
    assert_eq!(failure.output[0].text, "it failed");
}

#[tokio::test]
async fn the_failure_budget_and_the_last_host_end_the_run() {
    let deploy: Deploy = |host| {
        let verb = if host.name() < "c" { "fail 1" } else { "fine" };
        command(host, 1, verb, Json::Null)?;
        file(host, 2, "one", "x").map(|_| ())
    };
    let mut config = Config::default();
    config.fail_percent = Some(40);
    let run = run_with(&[("all_hosts", &["a", "b", "c", "d"])], config);
    let error = run.all(deploy, Strategy::Barrier).await.unwrap_err();
    assert_eq!(error.to_string(), "over 40% of hosts failed (50%)");
    assert!(run.hosts.stores("d").is_empty());
    let all: Deploy = |host| command(host, 1, "fail 1", Json::Null).map(|_| ());
    let error = run_on(&["a", "b"])
        .all(all, Strategy::Free)
        .await
        .unwrap_err();
    assert!(
        matches!(error, EngineError::NoHostsRemaining { activated: 2 }),
        "{error}"
    );
}

#[tokio::test]
async fn ignored_errors_are_errors_but_the_host_goes_on() {
    let run = run_on(&["a"]);
    let deploy: Deploy = |host| {
        let first = command(host, 1, "fail 1", json!({"_ignore_errors": true}))?;
        let mut call = OperationCall::new(
            "fake.file",
            json!({"path": "never", "content": "x"})
                .as_object()
                .unwrap()
                .clone(),
            Place::at("deploy.star", 2),
        );
        call.globals.condition = vec![Condition::Changed(first)];
        host.add(call)?;
        file(host, 3, "after", "x").map(|_| ())
    };
    run.all(deploy, Strategy::Barrier).await.unwrap();
    assert_eq!(run.hosts.stores("a"), ["store after x"]);
    let results = run.state.results_for_host(&run.state.hosts()[0]);
    assert_eq!(
        (
            results.error_ops,
            results.ignored_error_ops,
            results.skipped_ops
        ),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn run_once_is_the_first_host_in_inventory_order_and_parallel_is_kept() {
    for strategy in [Strategy::Barrier, Strategy::Free] {
        let run = run_on(&["c", "a", "b"]);
        let deploy: Deploy =
            |host| command(host, 1, "once", json!({"_run_once": true})).map(|_| ());
        run.all(deploy, strategy).await.unwrap();
        let ran = |name: &str| {
            run.hosts
                .with(name, |host| host.commands.contains(&String::from("once")))
        };
        assert_eq!(
            [ran("c"), ran("a"), ran("b")],
            [true, false, false],
            "{strategy:?}"
        );
    }
}

#[tokio::test]
async fn retries_go_on_until_it_succeeds_or_none_is_left() {
    let run = run_on(&["a"]);
    let deploy: Deploy = |host| {
        let tries = json!({"_retries": 2, "_retry_delay": 0});
        command(host, 1, "fail-until 3", tries.clone())?;
        command(host, 2, "fail-until 9", tries).map(|_| ())
    };
    let error = run.all(deploy, Strategy::Barrier).await.unwrap_err();
    assert!(matches!(error, EngineError::NoHostsRemaining { .. }));
    assert_eq!(
        run.seen
            .lines()
            .into_iter()
            .filter(|line| line.starts_with("a "))
            .collect::<Vec<_>>(),
        [
            "a fail-until 3 retry 1",
            "a fail-until 3 retry 2",
            "a fail-until 3 true",
            "a fail-until 9 retry 1",
            "a fail-until 9 retry 2",
            "a fail-until 9 failed"
        ]
    );
}

#[tokio::test]
async fn a_host_that_hangs_or_goes_away_fails_alone() {
    let run = run_on(&["a", "b", "c"]);
    let deploy: Deploy = |host| {
        let verb = match host.name() {
            "a" => "hang",
            "b" => "drop",
            _ => "binary",
        };
        add(
            host,
            1,
            "first",
            "fake.run",
            json!({"command": verb}),
            json!({"_timeout": 0.05}),
        )
        .map(|_| ())
    };
    run.all(deploy, Strategy::Barrier).await.unwrap();
    let failed: Vec<(String, String)> = run
        .state
        .failed_hosts()
        .into_iter()
        .map(|(host, why)| (host.name().to_owned(), why))
        .collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(
        failed
            .iter()
            .any(|(host, why)| host == "a" && why.contains("0.05")),
        "{failed:?}"
    );
    assert!(
        failed
            .iter()
            .any(|(host, why)| host == "b" && why.contains("went away")),
        "{failed:?}"
    );
    let report = run.state.host("c").unwrap().operation(OperationId::of(
        &Place::at("deploy.star", 1),
        0,
        None,
    ));
    assert_eq!(
        report.unwrap().report.unwrap().stdout,
        "\u{fffd}\0\u{fffd}\n"
    );
}

#[tokio::test]
async fn a_connector_that_never_ends_is_ended_by_the_engine() {
    let mut config = Config::default();
    config.set("connect_timeout", &json!(0.2)).unwrap();
    let run = run_with(&[("all_hosts", &["a", "b"])], config);
    run.hosts.with("a", |host| host.silent = true);
    connect_all(&run.state).await.unwrap();
    let failed = run.state.failed_hosts();
    assert_eq!(failed.len(), 1);
    let (host, error) = &failed[0];
    assert_eq!(host.name(), "a");
    assert!(error.contains("did not reach a within 0.2 s"), "{error}");
    assert_eq!(run.state.active_hosts()[0].name(), "b");
}

#[tokio::test]
async fn the_inventory_that_operations_see_has_all_groups() {
    let groups: &[(&str, &[&str])] = &[("web", &["a", "b"]), ("empty", &[]), ("db", &["b"])];
    let run = run_with(groups, Config::default());
    assert_eq!(
        run.state.inventory_json()["groups"],
        json!({"all": ["a", "b"], "web": ["a", "b"], "empty": [], "db": ["b"]})
    );
}

#[tokio::test]
async fn hosts_that_refuse_to_connect_take_no_part() {
    let run = run_on(&["a", "b"]);
    run.hosts
        .with("a", |host| host.refuse = Some(String::from("no route")));
    let deploy: Deploy = |host| file(host, 1, "one", "x").map(|_| ());
    run.all(deploy, Strategy::Barrier).await.unwrap();
    assert_eq!(run.state.active_hosts().len(), 1);
    assert!(run.state.failed_hosts()[0].1.contains("no route"));
}

#[tokio::test]
async fn hosts_that_disagree_on_the_order_are_told_the_fix() {
    let run = run_on(&["a", "b"]);
    let deploy: Deploy = |host| {
        let (first, second) = if host.name() == "a" { (1, 2) } else { (2, 1) };
        file(host, first, &format!("f{first}"), "x")?;
        file(host, second, &format!("f{second}"), "x").map(|_| ())
    };
    let error = run.prepare(deploy).await.unwrap_err().to_string();
    assert!(
        error.contains("f1 (deploy.star:1) comes before f2 (deploy.star:2) on a"),
        "{error}"
    );
    assert!(error.contains("sorted("), "{error}");
}

#[tokio::test]
async fn arguments_that_hosts_must_share_are_checked() {
    let run = run_on(&["a", "b"]);
    let deploy: Deploy =
        |host| command(host, 1, "x", json!({"_serial": host.name() == "a"})).map(|_| ());
    let error = run.prepare(deploy).await.unwrap_err().to_string();
    assert!(
        error.contains("`_serial`") && error.contains("same on all"),
        "{error}"
    );
}

#[tokio::test]
async fn without_checking_nothing_is_asked_before_execution_and_counts_are_unknown() {
    let run = run_on(&["a"]);
    run.state.set_check_for_changes(false);
    let deploy: Deploy = |host| file(host, 1, "one", "x").map(|_| ());
    run.prepare(deploy).await.unwrap();
    let meta = run.state.meta_for_host(&run.state.hosts()[0]);
    assert_eq!(
        (meta.ops, meta.ops_change, meta.ops_no_change),
        (1, None, None)
    );
    assert!(run.hosts.with("a", |host| host.commands.is_empty()));
    run_ops(&run.state, Strategy::Barrier).await.unwrap();
    assert_eq!(run.hosts.stores("a"), ["store one x"]);
}

#[tokio::test]
async fn stages_only_go_forward_and_operations_come_before_execution() {
    let run = run_on(&["a"]);
    let deploy: Deploy = |host| file(host, 1, "one", "x").map(|_| ());
    run.all(deploy, Strategy::Barrier).await.unwrap();
    assert!(matches!(
        run.state.set_stage(Stage::Prepare),
        Err(EngineError::StageBackwards { .. })
    ));
    let error = prepare(&run.state, &[]).await.unwrap_err();
    assert!(
        matches!(error, EngineError::StageBackwards { .. }),
        "{error}"
    );
    let error = run
        .state
        .configure(|config| config.set("parallel", &json!(1)))
        .unwrap_err();
    assert!(matches!(error, EngineError::Stage { .. }), "{error}");
}

#[tokio::test]
async fn one_fact_is_asked_once_however_many_operations_read_it() {
    let run = run_on(&["a"]);
    run.hosts.with("a", |host| {
        host.files.insert(String::from("one"), String::from("x"))
    });
    let deploy: Deploy = |host| {
        for line in 1..20 {
            file(host, line, "one", "x")?;
        }
        Ok(())
    };
    run.all(deploy, Strategy::Barrier).await.unwrap();
    let asked = run.hosts.with("a", |host| {
        host.commands
            .iter()
            .filter(|seen| *seen == "show one")
            .count()
    });
    assert_eq!(asked, 1);
}
