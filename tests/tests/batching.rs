//! What travels together gives the same as what travels one by one, and takes few channels.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use windlass_tests::{SshHosts, SshOptions, Windlass, or_skip};

/// One operation of a random deploy, as a line of it. Paths are few, so that operations meet each other's files.
fn operation() -> impl Strategy<Value = String> {
    let folder = 0..3_u8;
    let file = 0..4_u8;
    let mode = prop_oneof![Just("600"), Just("644"), Just("755")];
    prop_oneof![
        (folder.clone(), mode.clone())
            .prop_map(|(d, m)| format!("files.directory(path = root + \"/d{d}\", mode = \"{m}\")")),
        (folder.clone(), file.clone(), mode.clone()).prop_map(|(d, f, m)| format!(
            "files.file(path = root + \"/d{d}/f{f}\", mode = \"{m}\")"
        )),
        (folder.clone(), file.clone(), 0..3_u8).prop_map(|(d, f, s)| format!(
            "files.put(src = \"source{s}\", dest = root + \"/d{d}/f{f}\")"
        )),
        (folder.clone(), file.clone(), 0..3_u8).prop_map(|(d, f, l)| format!(
            "files.line(path = root + \"/d{d}/f{f}\", line = \"line {l}\")"
        )),
        (folder.clone(), file.clone())
            .prop_map(|(d, f)| format!("files.file(path = root + \"/d{d}/f{f}\", present = False)")),
        (folder.clone(), folder.clone()).prop_map(|(d, e)| format!(
            "files.link(path = root + \"/l{d}\", target = root + \"/d{e}\")"
        )),
        (folder.clone(), file).prop_map(|(d, f)| format!(
            "server.shell(commands = [\"mkdir -p $R/d{d}\", \"echo x >> $R/d{d}/f{f}\", \"wc -c < $R/d{d}/f{f}\"], \
             _env = {{\"R\": root}})"
        )),
        (folder, 0..3_i32).prop_map(|(d, s)| format!(
            "server.shell(commands = [\"echo one; exit {s}\", \"rmdir $R/d{d}\", \"echo two\"], _env = {{\"R\": root}})"
        )),
    ]
}

fn deploy(operations: &[String]) -> String {
    // The first says something, whatever the others do.
    let mut text =
        String::from("root = host.data.root\nserver.shell(commands = [\"echo begun\"])\n");
    for operation in operations {
        // A failing operation must not end the comparison.
        let operation = operation.strip_suffix(')').unwrap();
        text.push_str(&format!("{operation}, _ignore_errors = True)\n"));
    }
    text
}

/// What became of each operation, in order, and the counts.
fn outcome(lines: &[Value], host: &str) -> Value {
    let of_host = lines.iter().filter(|line| {
        line["host"] == host || line["failure"]["host"] == host || line["event"] == "output"
    });
    let seen: Vec<Value> = of_host
        .filter_map(|line| match line["event"].as_str()? {
            "operation-host-success" => Some(json!([line["name"], line["changed"]])),
            "operation-host-error" => Some(json!([
                line["failure"]["operation"],
                line["failure"]["message"],
                line["failure"]["exit"],
                line["partial"]
            ])),
            "output" if line["host"] == host => Some(json!([line["stream"], line["line"]])),
            _ => None,
        })
        .collect();
    json!([seen, lines.last().unwrap()["hosts"][host]["results"]])
}

fn apply(windlass: &Windlass, host: &str, more: &[&str]) -> Vec<Value> {
    let line = [
        "apply",
        "inventory.toml",
        "deploy.star",
        "--yes",
        "--json",
        "-vvv",
        "--limit",
        host,
    ];
    windlass
        .run(line.iter().chain(more))
        .succeeds()
        .json_lines()
}

/// Applies random deploys twice in two places, batched in the one and one by one in the other. `run` applies with these
/// options and says what became of it and what is there then; `reset` empties both places.
fn compare(
    cases: u32,
    windlass: &Windlass,
    run: impl Fn(usize, &[&str]) -> (String, String),
    reset: impl Fn(),
) {
    for number in 0..3 {
        windlass.write(format!("source{number}"), "text\n".repeat(number * 40));
    }
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    };
    let deploys = proptest::collection::vec(operation(), 2..14);
    TestRunner::new(config)
        .run(&deploys, |operations| {
            windlass.write("deploy.star", deploy(&operations));
            for strategy in [&[][..], &["--no-wait"]] {
                reset();
                for first in [true, false] {
                    let batched = run(0, strategy);
                    // The second time there may be nothing to do.
                    prop_assert!(!first || batched.0.contains("[\""), "nothing was told");
                    prop_assert_eq!(batched, run(1, &[strategy, &["--no-batch"]].concat()));
                }
            }
            Ok(())
        })
        .unwrap();
}

/// Everything below the folder `$R`: names, modes, owners, sizes, targets of links, contents.
const TREE: &str =
    "cd $R && find . -printf '%p %M %u %s %l\\n' | sort && find . -type f | sort | xargs -r cat";

#[test]
fn random_deploys_end_the_same_on_this_machine() {
    for (host, cases) in [("@local", 12), ("@fake/a", 6)] {
        let windlass = Windlass::new();
        let places = [windlass.dir().join("one"), windlass.dir().join("two")];
        let run = |place: usize, more: &[&str]| {
            let path = places[place].to_str().unwrap();
            let data = format!("root={path}");
            let line = [
                "apply",
                host,
                "deploy.star",
                "--yes",
                "--json",
                "-vvv",
                "--data",
                &data,
            ];
            let lines = windlass
                .run(line.iter().chain(more))
                .succeeds()
                .json_lines();
            let told = outcome(&lines, host).to_string().replace(path, "ROOT");
            (told, listing(&places[place]))
        };
        compare(cases, &windlass, run, || {
            for place in &places {
                let _ = std::fs::remove_dir_all(place);
                std::fs::create_dir(place).unwrap();
            }
        });
    }
}

/// Names, modes, targets of links and contents of everything below a folder.
fn listing(folder: &std::path::Path) -> String {
    let output = std::process::Command::new("sh")
        .args(["-c", TREE])
        .env("R", folder)
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stdout).replace(folder.to_str().unwrap(), "ROOT")
}

#[test]
fn random_deploys_end_the_same_over_ssh() {
    let hosts = or_skip!(SshHosts::start(2));
    let windlass = Windlass::new();
    let inventory = hosts.inventory("root");
    windlass.write(
        "inventory.toml",
        format!("{inventory}\n[all]\nroot = \"/srv/case\"\n"),
    );
    let run = |place: usize, more: &[&str]| {
        let name = &hosts[place].name;
        let told = outcome(&apply(&windlass, name, more), name).to_string();
        let tree = hosts[place].sh(&format!("R=/srv/case; {TREE}"));
        (told.replace(name.as_str(), "HOST"), tree)
    };
    compare(6, &windlass, run, || {
        for host in hosts.iter() {
            host.sh("rm -rf /srv/case; mkdir /srv/case");
        }
    });
}

const TWENTY: &str = r#"
for i in range(6):
    files.directory(name = "directory %d" % i, path = "/srv/w/d%d" % i, mode = "755")
for i in range(6):
    files.put(name = "put %d" % i, src = "source", dest = "/srv/w/d%d/f" % i, mode = "644")
for i in range(3):
    files.line(name = "line %d" % i, path = "/srv/w/lines", line = "key%d" % i)
for i in range(4):
    server.shell(name = "shell %d" % i, commands = ["true"])
files.link(name = "link", path = "/srv/w/current", target = "/srv/w/d0")
"#;

fn sessions(log: &str) -> usize {
    log.lines()
        .filter(|line| line.starts_with("Starting session: "))
        .count()
}

#[test]
fn twenty_operations_take_a_channel_or_two() {
    let options = SshOptions {
        sshd: &["LogLevel=VERBOSE"],
        ..SshOptions::default()
    };
    let hosts = or_skip!(SshHosts::start_with(1, options));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory("root"));
    windlass.write("source", "content\n");
    windlass.write("deploy.star", TWENTY);
    let mut before = 0;
    let run = |more: &[&str], before: &mut usize| {
        apply(&windlass, "ssh1", more);
        let all = sessions(&hosts[0].log());
        all - std::mem::replace(before, all)
    };
    let first = run(&[], &mut before);
    assert!((1..=2).contains(&first), "{first} channels");
    let second = run(&[], &mut before);
    assert!((1..=2).contains(&second), "{second} channels");
    hosts[0].sh("rm -r /srv/w");
    let single = run(&["--no-batch"], &mut before);
    assert!(single > 40, "{single} channels one by one");
}

#[test]
fn a_host_that_allows_one_channel_is_deployed_all_the_same() {
    let options = SshOptions {
        sshd: &["MaxSessions=1"],
        ..SshOptions::default()
    };
    let hosts = or_skip!(SshHosts::start_with(1, options));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory("root"));
    // Too long to travel with its command: it needs a channel beside the shell's.
    windlass.write("source", "x".repeat(300_000));
    windlass.write("deploy.star", TWENTY);
    apply(&windlass, "ssh1", &[]);
    assert_eq!(hosts[0].sh("wc -c < /srv/w/d5/f").trim(), "300000");
    let again = apply(&windlass, "ssh1", &[]);
    assert_eq!(
        again.last().unwrap()["hosts"]["ssh1"]["results"]["changed_ops"],
        4
    );
}

#[test]
fn a_hundred_names_of_one_machine_all_log_in() {
    let options = SshOptions {
        sshd: &[
            "MaxStartups=10:30:100",
            "MaxSessions=10",
            "LogLevel=VERBOSE",
        ],
        ..SshOptions::default()
    };
    let hosts = or_skip!(SshHosts::start_with(1, options));
    let windlass = Windlass::new();
    let host = &hosts[0];
    let names: Vec<String> = (0..100).map(|number| format!("\"name{number}\"")).collect();
    let inventory = hosts.inventory("root");
    // The target's own data for all of them.
    let data: Vec<&str> = inventory
        .lines()
        .filter(|line| line.contains(" = ") && !line.starts_with("hosts"))
        .collect();
    windlass.write(
        "inventory.toml",
        format!(
            "hosts = [{}]\n\n[all]\n{}\n",
            names.join(", "),
            data.join("\n")
        ),
    );
    let deploy =
        "files.directory(path = \"/srv/\" + host.name)\nserver.shell(commands = [\"true\"])\n";
    windlass.write("deploy.star", deploy);
    let line = [
        "apply",
        "inventory.toml",
        "deploy.star",
        "--yes",
        "--json",
        "--parallel",
        "100",
    ];
    let lines = windlass.run(line).succeeds().json_lines();
    let results = lines.last().unwrap()["hosts"].as_object().unwrap().clone();
    assert_eq!(results.len(), 100);
    for (name, result) in results {
        assert_eq!(result["results"]["changed_ops"], 2, "{name}");
    }
    assert_eq!(host.sh("ls /srv | grep -c name").trim(), "100");
}

#[test]
fn a_timeout_in_a_shell_leaves_no_process_and_the_next_command_runs() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory("root"));
    let mut deploy = String::new();
    for sudo in ["False", "True"] {
        for (command, timeout) in [
            ("echo one", "20"),
            ("trap '' TERM; setsid sleep 4242 & sleep 4242", "1"),
            ("echo two", "20"),
        ] {
            deploy.push_str(&format!(
                "server.shell(commands = [\"{command}\"], _sudo = {sudo}, _timeout = {timeout}, _ignore_errors = True)\n"
            ));
        }
    }
    windlass.write("deploy.star", deploy);
    let lines = apply(&windlass, "ssh1", &[]);
    let results = &lines.last().unwrap()["hosts"]["ssh1"]["results"];
    assert_eq!(
        (&results["success_ops"], &results["ignored_error_ops"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(hosts[0].processes(), Vec::<String>::new());
}

#[test]
fn operations_of_a_host_travel_together_where_nobody_waits() {
    let windlass = Windlass::new();
    windlass.write("source", "content\n");
    let root = windlass.dir().join("w");
    windlass.write(
        "deploy.star",
        TWENTY.replace("/srv/w", root.to_str().unwrap()),
    );
    // How many facts were asked once execution had begun, and what became of the operations.
    let run = |more: &[&str]| {
        let _ = std::fs::remove_dir_all(&root);
        let line = ["apply", "@local", "deploy.star", "--yes", "--json", "-vvv"];
        let lines = windlass.run([&line, more].concat()).succeeds().json_lines();
        let executed = lines
            .iter()
            .skip_while(|line| line["event"] != "operation-host-start");
        let facts = executed.filter(|line| line["event"] == "fact").count();
        (facts, outcome(&lines, "@local"))
    };
    let (each, apart) = run(&[]);
    let (few, together) = run(&["--no-wait"]);
    assert_eq!(apart, together);
    assert!(few <= 6, "{few} facts were asked between operations");
    assert!(each > 20, "{each} facts were asked with a barrier");
    // Operations of one host alone have nobody to wait for, whatever the strategy.
    let (dag, _) = run(&["--strategy", "dag"]);
    assert_eq!(dag, few);
}

#[test]
fn what_fails_stops_what_travels_with_it() {
    let windlass = Windlass::new();
    let root = windlass.dir().join("w");
    let root = root.to_str().unwrap();
    let deploy = format!(
        r#"
files.directory(path = "{root}/one")
files.file(path = "{root}/two")
server.shell(commands = ["echo said; exit 7"])
server.shell(commands = ["touch {root}/never"])
files.file(path = "{root}/three")
"#
    );
    windlass.write("deploy.star", &deploy);
    let run = || {
        windlass.run([
            "apply",
            "@local",
            "deploy.star",
            "--yes",
            "--json",
            "-vvv",
            "--no-wait",
        ])
    };
    let lines = run().exits(4).json_lines();
    let results = &lines.last().unwrap()["hosts"]["@local"]["results"];
    let counts = ["changed_ops", "error_ops", "not_run_ops"].map(|name| results[name].clone());
    assert_eq!(counts, [json!(2), json!(1), json!(2)]);
    let failed = lines
        .iter()
        .find(|line| line["event"] == "operation-host-error");
    assert_eq!(failed.unwrap()["failure"]["exit"]["status"], 7);
    let there = |name: &str| std::path::Path::new(root).join(name).exists();
    assert_eq!(
        ["one", "two", "never", "three"].map(there),
        [true, true, false, false]
    );
    // With its errors ignored, the rest has its turn.
    windlass.write(
        "deploy.star",
        deploy.replace("7\"]", "7\"], _ignore_errors = True"),
    );
    let _ = run().succeeds();
    assert_eq!(["never", "three"].map(there), [true, true]);
}
