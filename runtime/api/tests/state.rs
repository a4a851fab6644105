//! What programs read from a state, and what it refuses.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::{Arc, Mutex};

use windlass::engine::deploy::OperationCall;
use windlass::engine::place::Place;
use windlass::{
    Config, Error, Event, Fact, Inventory, Observer, Operation, Stage, State, add_op, connect_all,
    get_facts, json, run_ops,
};

async fn state(hosts: &[&str]) -> State {
    let inventory = Inventory::builder().hosts(hosts).build();
    State::new(inventory, Config::default()).await.unwrap()
}

fn shell(command: &str) -> Operation {
    Operation::new("server.shell").arg("commands", json!([command]))
}

#[tokio::test]
async fn nothing_is_asked_or_added_before_hosts_are_connected() {
    let state = state(&["@fake/a"]).await;
    let added = add_op(&state, shell("true")).await.unwrap_err().to_string();
    assert!(added.contains("connect the hosts first"), "{added}");
    let asked = get_facts(&state, Fact::new("server.Kernel"))
        .await
        .unwrap_err();
    assert!(matches!(asked, Error::Stage { .. }), "{asked}");
    let host = state.host("@fake/a").unwrap();
    let run = host
        .run("true", &Default::default())
        .await
        .unwrap_err()
        .to_string();
    assert!(run.contains("connect it first"), "{run}");
}

#[tokio::test]
async fn without_checking_counts_are_unknown_until_execution() {
    let state = state(&["@fake/a"]).await;
    state.set_check_for_changes(false);
    connect_all(&state).await.unwrap();
    let added = add_op(&state, shell("echo x")).await.unwrap();
    let host = state.host("@fake/a").unwrap();
    assert_eq!(added.on("@fake/a").unwrap().will_change(), None);
    let meta = state.get_meta_for_host(&host);
    assert_eq!(
        (meta.ops, meta.ops_change, meta.ops_no_change),
        (1, None, None)
    );
    assert_eq!(meta.op_hashes, [added.id()]);
    run_ops(&state).await.unwrap();
    assert!(added.on("@fake/a").unwrap().did_change().unwrap());
    assert_eq!(state.get_results_for_host(&host).changed_ops, 1);
}

#[tokio::test]
async fn each_host_keeps_data_of_an_operation_and_a_nested_one_knows_its_parent() {
    let state = state(&["@fake/a"]).await;
    connect_all(&state).await.unwrap();
    let inside = Arc::new(Mutex::new(None));
    let seen = inside.clone();
    let outer = Operation::closure("Outer", move |host| {
        let seen = seen.clone();
        async move {
            let named = [(String::from("commands"), json!(["echo inner"]))]
                .into_iter()
                .collect();
            let call = OperationCall::new("server.shell", named, Place::default());
            let report = host
                .run_operation(call)
                .await
                .map_err(|error| error.to_string())?;
            *seen.lock().unwrap() = Some(report.changed);
            Ok(())
        }
    });
    let added = add_op(&state, outer).await.unwrap();
    let host = state.host("@fake/a").unwrap();
    let mut data = state.get_op_data_for_host(&host, added.id()).unwrap();
    assert_eq!(data.parent, None);
    data.data = json!({"ticket": 7});
    state.set_op_data_for_host(&host, added.id(), data);
    let children = Arc::new(Mutex::new(Vec::new()));
    state.add_observer(Arc::new(Started(children.clone())));
    run_ops(&state).await.unwrap();
    assert_eq!(*inside.lock().unwrap(), Some(true));
    let data = state.get_op_data_for_host(&host, added.id()).unwrap();
    assert_eq!(data.data, json!({"ticket": 7}));
    assert!(data.report.unwrap().changed);
    let nested = host.nested_operations(added.id());
    assert_eq!(nested.len(), 1);
    assert_eq!(nested[0].parent, Some(added.id()));
    assert_eq!(state.get_op_order().unwrap(), [added.id()]);
    assert!(children.lock().unwrap().contains(&String::from("Outer")));
}

/// The names of operations that begin.
struct Started(Arc<Mutex<Vec<String>>>);

impl Observer for Started {
    fn on_event(&self, _: &windlass::engine::state::State, event: &Event) {
        if let Event::OperationStart { name, .. } = event {
            self.0.lock().unwrap().push(name.clone());
        }
    }
}

#[tokio::test]
async fn hosts_that_fail_use_up_the_budget() {
    let inventory = Inventory::builder()
        .hosts(["@fake/a", "@fake/b", "@fake/c"])
        .build();
    let mut config = Config::default();
    config.fail_percent = Some(50);
    let state = State::new(inventory, config).await.unwrap();
    connect_all(&state).await.unwrap();
    let fail = |name: &str| {
        let host = state
            .hosts()
            .into_iter()
            .find(|host| host.name() == name)
            .unwrap();
        let known = state
            .active_hosts()
            .into_iter()
            .find(|known| known.name() == host.name());
        state.fail_hosts(&[(known.unwrap(), String::from("said so"))])
    };
    fail("@fake/a").unwrap();
    assert_eq!(state.active_hosts().len(), 2);
    let error = fail("@fake/b").unwrap_err();
    assert_eq!(error.to_string(), "over 50% of hosts failed (67%)");
}

#[tokio::test]
async fn operations_that_are_wrong_say_where_and_what() {
    let state = state(&["@fake/a"]).await;
    connect_all(&state).await.unwrap();
    let error = add_op(&state, Operation::new("files.directry"))
        .await
        .unwrap_err();
    let Error::Call { message, place } = &error else {
        panic!("{error}")
    };
    assert!(
        message.contains("did you mean `files.directory`"),
        "{message}"
    );
    assert!(format!("{place:?}").contains("state.rs"), "{place:?}");
    let error = add_op(&state, shell("true").global("_sud", true))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`_sudo`"), "{error}");
    run_ops(&state).await.unwrap();
    let late = add_op(&state, shell("true")).await.unwrap_err();
    assert!(
        matches!(
            late,
            Error::Stage {
                stage: Stage::Execute,
                ..
            }
        ),
        "{late}"
    );
}

#[tokio::test]
async fn results_of_operations_that_never_ran_say_why() {
    let inventory = Inventory::builder()
        .host(
            "@fake/a",
            [("fake_responses", json!({"regex:bad": {"status": 1}}))],
        )
        .hosts(["@fake/b"])
        .build();
    let state = State::new(inventory, Config::default()).await.unwrap();
    connect_all(&state).await.unwrap();
    let bad = add_op(&state, shell("echo bad")).await.unwrap();
    let after = add_op(&state, shell("echo after")).await.unwrap();
    run_ops(&state).await.unwrap();
    assert!(!bad.on("@fake/a").unwrap().did_succeed().unwrap());
    let unread = after
        .on("@fake/a")
        .unwrap()
        .stdout()
        .unwrap_err()
        .to_string();
    assert!(unread.contains("an operation before it failed"), "{unread}");
    assert!(after.on("@fake/b").unwrap().did_change().unwrap());
    let host = state.host("@fake/a").unwrap();
    let results = state.get_results_for_host(&host);
    assert_eq!(
        (results.ops, results.error_ops, results.not_run_ops),
        (1, 1, 1)
    );
}
