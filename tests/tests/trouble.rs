//! One host's trouble is that host's: guests that trap and spin, commands that hang, bytes that are no text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use windlass_tests::{Outcome, SshHost, SshHosts, Windlass, guest, or_skip};

/// What the second host runs: a command, and a child of it, that only a kill ends.
const HANGS: &str = "(trap '' HUP INT TERM; exec sleep 4321) & trap '' HUP INT TERM; sleep 4321";

/// What the third host prints: bytes that are no text in any encoding.
const BINARY: &str = r"printf 'a\377\000\302b\n'; printf '\200\n' >&2";

/// A project for three hosts, with the kind of trouble of each in its data.
fn project(hosts: &SshHosts, first: &str, deploy: &str) -> Windlass {
    let windlass = Windlass::new();
    let mut inventory = hosts.inventory("root");
    for (host, kind) in hosts.iter().zip([first, "hang", "binary"]) {
        let table = format!("[hosts.{}]\n", host.name);
        assert!(inventory.contains(&table));
        inventory = inventory.replace(&table, &format!("{table}kind = {kind:?}\n"));
    }
    windlass.write("inventory.toml", inventory);
    windlass.write("deploy.star", deploy);
    windlass
}

fn apply(windlass: &Windlass, rest: &[&str]) -> Outcome {
    let pack = guest("hostile");
    let line = ["apply", "inventory.toml", "deploy.star", "--yes", "--pack"];
    let line = line.into_iter().chain([pack.to_str().unwrap()]);
    windlass.run(line.chain(rest.iter().copied()))
}

/// The report of the failure on a host: from its first line to the next report.
fn report(out: &Outcome, host: &str) -> String {
    let starts = |line: &str| line.starts_with("failed: ");
    let mut lines = out.stderr.lines();
    let first = lines
        .by_ref()
        .find(|line| starts(line) && line.contains(&format!(" on {host}: ")))
        .unwrap_or_else(|| panic!("no report of {host}\n{out}"));
    let rest = lines.take_while(|line| !starts(line));
    [first]
        .into_iter()
        .chain(rest)
        .collect::<Vec<_>>()
        .join("\n")
}

#[track_caller]
fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

/// Nothing that was started runs any longer. The sshd may take a moment to notice that a connection is gone.
#[track_caller]
fn nothing_runs(host: &SshHost) {
    let sleeping = host.processes();
    assert!(
        !sleeping.iter().any(|line| line.contains("sleep")),
        "{}: {sleeping:?}",
        host.name
    );
    let mut left = Vec::new();
    for _ in 0..250 {
        left = host.processes();
        if left.is_empty() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("{} still runs {left:?}", host.name);
}

/// The first host's guest fails while the deploy is planned.
fn fails_while_planning(operation: &str, why: &str) {
    let hosts = or_skip!(SshHosts::start(3));
    let deploy = format!(
        "commands = {{\"hang\": {HANGS:?}, \"binary\": {BINARY:?}}}\n\
         if host.data.kind in commands:\n    \
             server.shell(name = \"First\", commands = [commands[host.data.kind]], _timeout = 1)\n\
         else:\n    \
             hostile.{operation}(name = \"First\")\n\
         files.file(name = \"After\", path = \"/var/tmp/after\")\n"
    );
    let windlass = project(&hosts, operation, &deploy);
    let out = apply(&windlass, &["-vvv"]).exits(4);

    let first = report(&out, "ssh1");
    has(
        &first,
        &[
            "failed: First on ssh1: ",
            &format!("hostile.{operation}: "),
            why,
            "at:      deploy.star:5",
            &format!("5 | hostile.{operation}(name = \"First\")"),
        ],
    );
    let second = report(&out, "ssh2");
    has(
        &second,
        &[
            "failed: First on ssh2: ",
            &format!("command: {HANGS}"),
            "at:      deploy.star:3",
            "3 | server.shell(name = \"First\"",
        ],
    );
    assert!(!out.stderr.contains("on ssh3"), "{out}");
    has(
        &out.stdout,
        &["[ssh3] changed: First", "[ssh3] changed: After"],
    );
    for host in &hosts {
        nothing_runs(host);
        let after = host.path("/var/tmp/after").exists();
        assert_eq!(after, host.name == "ssh3", "{}\n{out}", host.name);
    }
}

#[test]
fn a_guest_that_traps_a_command_that_hangs_and_binary_output() {
    fails_while_planning("trap", "wasm trap: wasm `unreachable` instruction executed");
}

#[test]
fn a_guest_that_spins_a_command_that_hangs_and_binary_output() {
    fails_while_planning("spin", "it ran for more than 10s without an answer");
}

/// Planning reaches no guest inside `call`: there it traps in the middle of a run that has changed something.
#[test]
fn a_guest_that_traps_in_the_middle_of_a_run() {
    let hosts = or_skip!(SshHosts::start(3));
    let deploy = format!(
        r#"
commands = {{"hang": {HANGS:?}, "binary": {BINARY:?}}}
files.file(name = "Before", path = "/var/tmp/before")
def late():
    if host.data.kind == "trap":
        hostile.trap(name = "Nested")
    else:
        server.shell(name = "Nested", commands = [commands[host.data.kind]], _timeout = 1)
call(late, name = "Late")
files.file(name = "After", path = "/var/tmp/after")
"#
    );
    let windlass = project(&hosts, "trap", &deploy);
    let out = apply(&windlass, &["--json"]).exits(4);
    let lines = out.json_lines();
    let failure = |host: &str| {
        let mut of_host = lines
            .iter()
            .filter(|line| line["event"] == "operation-host-error")
            .map(|line| &line["failure"])
            .filter(|failure| failure["host"] == host);
        let failure = of_host.next();
        failure.unwrap_or_else(|| panic!("no failure of {host}\n{out}"))
    };
    for (host, parts) in [
        (
            "ssh1",
            ["`hostile.trap` failed", "wasm trap", "deploy.star:6:9"],
        ),
        (
            "ssh2",
            ["`server.shell` failed", "sleep 4321", "deploy.star:8:9"],
        ),
    ] {
        let failure = failure(host);
        assert_eq!(failure["operation"], "Late", "{failure}");
        has(failure["message"].as_str().unwrap(), &parts);
        let at = failure["place"]["frames"].as_array().unwrap().last();
        assert_eq!(at.unwrap()["line"], 9, "{failure}");
        assert_eq!(
            failure["place"]["source"], "call(late, name = \"Late\")",
            "{failure}"
        );
    }
    let hosts_of = &lines.last().unwrap()["hosts"];
    for (host, counts) in hosts.iter().zip([(1, 1, 1), (1, 1, 1), (3, 0, 0)]) {
        let results = &hosts_of[&host.name]["results"];
        let found = ["changed_ops", "error_ops", "not_run_ops"].map(|key| results[key].as_u64());
        let (changed, errors, not_run) = counts;
        assert_eq!(found, [changed, errors, not_run].map(Some), "{out}");
        nothing_runs(host);
        assert!(host.path("/var/tmp/before").exists());
        let after = host.path("/var/tmp/after").exists();
        assert_eq!(after, host.name == "ssh3", "{}\n{out}", host.name);
    }
}
