//! `windlass apply`

use std::os::unix::fs::PermissionsExt;

use windlass_tests::Windlass;

use crate::with_deploy;

#[test]
fn the_first_changes_and_the_second_says_that_nothing_is_left() {
    let windlass = with_deploy();
    let apply = ["apply", "@local", "deploy.star", "--yes"];
    insta::assert_snapshot!("first", windlass.run(apply).succeeds());
    assert_eq!(windlass.read("out/page"), "hello\n");
    assert_eq!(windlass.read("out/count"), "changed\n");
    insta::assert_snapshot!("second", windlass.run(apply).succeeds());
    assert_eq!(windlass.read("out/count"), "changed\n");
}

#[test]
fn without_a_terminal_it_asks_for_yes() {
    let windlass = with_deploy();
    insta::assert_snapshot!(windlass.run(["apply", "@local", "deploy.star"]).exits(1));
    assert!(!windlass.dir().join("out").exists());
}

#[test]
fn a_failing_command_is_reported_with_its_source_and_exits_with_4() {
    let windlass = Windlass::new();
    windlass.write(
        "deploy.star",
        "server.shell(name = \"Fine\", commands = [\"true\"])\n\
         server.shell(name = \"Breaks\", commands = [\"echo why >&2; exit 7\"])\n\
         server.shell(name = \"Never\", commands = [\"touch never\"])\n",
    );
    let out = windlass.run(["apply", "@local", "deploy.star", "--yes"]);
    insta::assert_snapshot!(out.exits(4));
    assert!(!windlass.dir().join("never").exists());
}

#[test]
fn one_hosts_failure_is_that_hosts_with_every_strategy() {
    let windlass = Windlass::new();
    windlass.write(
        "inventory.toml",
        "[groups.web]\nhosts = [\"@fake/a\", \"@fake/b\"]\n\n\
         [hosts.\"@fake/a\".fake_responses]\n\"regex:first\" = { status = 1 }\n",
    );
    windlass.write(
        "deploy.star",
        "server.shell(name = \"First\", commands = [\"echo first\"])\n\
         server.shell(name = \"Second\", commands = [\"echo second\"])\n",
    );
    for strategy in ["barrier", "dag", "free", "serial"] {
        let line = ["apply", "inventory.toml", "deploy.star", "--yes", "--json"];
        let out = windlass.run(line.iter().chain(&["--strategy", strategy]));
        let lines = out.exits(4).json_lines();
        let hosts = &lines.last().unwrap()["hosts"];
        assert_eq!(hosts["@fake/a"]["results"]["error_ops"], 1, "{strategy}");
        assert_eq!(hosts["@fake/a"]["results"]["not_run_ops"], 1, "{strategy}");
        assert_eq!(hosts["@fake/b"]["results"]["changed_ops"], 2, "{strategy}");
    }
}

#[test]
fn json_is_a_line_an_event_and_a_summary() {
    let windlass = with_deploy();
    let out = windlass.run(["apply", "@local", "deploy.star", "--yes", "--json"]);
    let lines = out.succeeds().json_lines();
    assert!(lines.iter().any(|line| line["event"] == "plan"));
    let last = lines.last().unwrap();
    assert_eq!(last["event"], "summary");
    assert_eq!(last["hosts"]["@local"]["results"]["changed_ops"], 3);
}

#[test]
fn a_record_is_kept_that_only_its_owner_reads_and_no_secret_is_in() {
    let canary = "canary-5f1d0c";
    let windlass = Windlass::new().env("PASSWORD", canary);
    windlass.write(
        "deploy.star",
        "server.user(name = \"U\", user = \"u\", password = secret(\"env:PASSWORD\"), present = False)\n\
         server.shell(name = \"Show\", commands = [\"printenv PASSWORD\"])\n",
    );
    let out = windlass.run(["apply", "@local", "deploy.star", "--yes", "-vvv"]);
    let out = out.succeeds();
    assert!(!out.says(canary), "{out}");
    assert!(out.says("********"), "{out}");
    let runs = windlass.state().join("windlass/runs");
    let record = std::fs::read_dir(runs).unwrap().next().unwrap().unwrap();
    assert_eq!(
        record.metadata().unwrap().permissions().mode() & 0o777,
        0o600
    );
    let text = std::fs::read_to_string(record.path()).unwrap();
    assert!(text.contains("\"run-end\""), "{text}");
    assert!(!text.contains(canary), "{text}");
}

/// Runs `apply` at a terminal, types an answer, and gives the exit code with all that was shown.
fn answered(windlass: &Windlass, answer: &str) -> (u32, String) {
    let mut terminal = windlass.at_terminal(["apply", "@local", "deploy.star"]);
    terminal.sees("Apply these changes? [y/N]").types(answer);
    terminal.ends()
}

#[test]
fn at_a_terminal_it_asks() {
    let windlass = with_deploy();
    let (code, shown) = answered(&windlass, "n\n");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("nothing was changed"), "{shown}");
    assert!(!windlass.dir().join("out").exists());

    let (code, shown) = answered(&windlass, "y\n");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(windlass.read("out/page"), "hello\n");
}
