//! Every example does what it says.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic
)]

#[path = "../examples/closures.rs"]
mod closures;
#[path = "../examples/command_helpers.rs"]
mod command_helpers;
#[path = "../examples/connect_retry.rs"]
mod connect_retry;
#[path = "../examples/custom_connector.rs"]
mod custom_connector;
#[path = "../examples/dry_run.rs"]
mod dry_run;
#[path = "../examples/lifecycle.rs"]
mod lifecycle;
#[path = "../examples/limit.rs"]
mod limit;
#[path = "../examples/local.rs"]
mod local;
#[path = "../examples/progress.rs"]
mod progress;
#[path = "../examples/servers.rs"]
mod servers;
#[path = "../examples/timing.rs"]
mod timing;
#[path = "../examples/transfers.rs"]
mod transfers;

fn lines(out: Vec<u8>) -> Vec<String> {
    String::from_utf8(out)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

macro_rules! printed {
    ($call:expr) => {{
        let mut out = Vec::new();
        let run = $call;
        run(&mut out).await.unwrap();
        lines(out)
    }};
}

fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    (folder, path)
}

#[tokio::test]
async fn local_makes_a_folder_and_reads_a_fact() {
    let (held, path) = folder();
    for changed in ["true", "false"] {
        let mut out = Vec::new();
        local::run(&path, &mut out).await.unwrap();
        let kernel = if cfg!(target_os = "macos") {
            "Darwin"
        } else {
            "Linux"
        };
        assert_eq!(
            lines(out),
            [
                format!("site changed: {changed}"),
                String::from("shell: hello of Rust"),
                format!("@local runs \"{kernel}\""),
            ]
        );
        assert!(held.path().join("site").is_dir());
    }
}

#[tokio::test]
async fn servers_counts_results() {
    assert_eq!(
        printed!(servers::run),
        [
            "@fake/web1: 2 successful, 0 errors",
            "@fake/web2: 2 successful, 0 errors"
        ]
    );
}

#[tokio::test]
async fn timing_has_a_time_for_each_operation_and_host() {
    assert_eq!(
        printed!(timing::run),
        [
            "one on @fake/a: done, timed",
            "one on @fake/b: done, timed",
            "two on @fake/a: done, timed",
            "two on @fake/b: failed, timed",
        ]
    );
}

#[tokio::test]
async fn progress_counts_and_errors_are_collected() {
    assert_eq!(
        printed!(progress::run),
        ["25% 50% 75% 100%", "errors: 1", "  @fake/web1: second"]
    );
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_sees_its_own_predictions() {
    let (held, path) = folder();
    let mut out = Vec::new();
    dry_run::run(&path, &mut out).await.unwrap();
    assert_eq!(
        lines(out),
        [
            "will change: Some(false)",
            "will change: Some(true)",
            "will change: Some(false)",
            "@local: 3 operations, Some(1) will change, Some(2) will not",
        ]
    );
    assert!(!held.path().join("new").exists());
}

#[tokio::test]
async fn a_connector_of_ones_own_lists_and_runs() {
    assert_eq!(
        printed!(custom_connector::run),
        [
            "@mycustom/web-1 in [\"web\"] is \"small\": 42",
            "@mycustom/web-2 in [\"web\"] is \"large\": 42",
        ]
    );
}

#[tokio::test]
async fn the_stages_by_hand() {
    assert_eq!(
        printed!(lifecycle::run),
        [
            "this state is initialised already",
            "  make a new state for a new run",
            "input shown: true",
            "@fake/host1 connected: true",
            "@fake/host2 connected: false",
            "warnings in prepare: 1",
            "to run: server.shell (commands=[\"echo hello\"]), in the order true",
            "reading did_change of `server.shell (commands=[\"echo hello\"])` on @fake/host1 is not allowed in the \
             prepare stage",
            "  it is known after run_ops; to run another operation only then, use only_if with changed()",
            "the stage cannot go backwards, from execute to prepare",
            "  make a new state for a new run",
            "@fake/host1: 1/1 successful, connected: false",
            "@fake/host2: 0/0 successful, connected: false",
        ]
    );
}

#[tokio::test]
async fn files_go_and_come_by_path_bytes_reader_and_writer() {
    let (held, path) = folder();
    let mut out = Vec::new();
    transfers::run(&path, &mut out).await.unwrap();
    let said = lines(out);
    assert_eq!(
        said[..3],
        ["Hello, World!", "from a reader", "Some(3) Hello, World!"]
    );
    assert!(said[3].starts_with("@local: /no/such/file: "), "{said:?}");
    let fetched = std::fs::read_to_string(held.path().join("fetched.txt")).unwrap();
    assert_eq!(fetched, "Hello, World!");
}

#[tokio::test]
async fn closures_run_at_execution_with_operations_inside() {
    let (held, path) = folder();
    let mut out = Vec::new();
    closures::run(&path, &mut out).await.unwrap();
    assert_eq!(
        lines(out),
        [
            "operations in the order: 4",
            "filled: true",
            "new: skipped false, said \"new\\n\"",
            "old: skipped true, said \"\"",
        ]
    );
    assert!(held.path().join("app/ready").is_file());
}

#[tokio::test]
async fn connecting_is_tried_again_and_reported_or_raised() {
    let said = printed!(connect_retry::run);
    assert_eq!(
        said[..5],
        [
            "@fake/web1: connected true",
            "problem-host: attempt 1 failed",
            "problem-host: attempt 2 failed",
            "problem-host: attempt 3 failed",
            "problem-host: connected false",
        ]
    );
    assert!(said[5].starts_with("127.0.0.1:1: "), "{said:?}");
}

#[test]
fn commands_are_composed_without_a_host() {
    let mut out = Vec::new();
    command_helpers::run(&mut out).unwrap();
    assert_eq!(
        lines(out),
        [
            "sudo -H -n -u root sh -c 'export PATH=/usr/local/bin && apt-get update'",
            "'it'\"'\"'s'",
            "[\"Line 1\", \"Line 2\"] [\"Error message\"]",
        ]
    );
}

#[tokio::test]
async fn a_limit_and_the_nearest_name() {
    let said = printed!(limit::run);
    assert!(
        said[0].contains("@fake/web3") && said[0].contains("did you mean `@fake/web"),
        "{said:?}"
    );
    assert_eq!(
        said[1..4],
        [
            "@fake/web1: in the limit true, ran 1",
            "@fake/web2: in the limit false, ran 0",
            "@fake/db1: in the limit false, ran 0",
        ]
    );
    assert!(said[4].contains("was not added on this host"), "{said:?}");
}
