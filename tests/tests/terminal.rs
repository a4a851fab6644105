//! The command line at a terminal: unknown host keys, passwords, and bars.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::process::Command;

use windlass_tests::{SshHost, SshHosts, Windlass, or_skip};

const QUESTION: &str = "and go on? [y/N] ";

/// An inventory in which nobody is known yet.
fn strangers(hosts: &SshHosts) -> Windlass {
    let windlass = Windlass::new();
    let known = hosts.known_hosts();
    let inventory = hosts.inventory("root");
    let inventory = inventory.replace(known.to_str().unwrap(), "known");
    windlass.write("inventory.toml", inventory);
    windlass.write("known", "");
    windlass
}

/// What `ssh-keygen -l` says of a host's key.
fn fingerprint(windlass: &Windlass, host: &SshHost) -> String {
    let file = windlass.write("host.pub", &host.host_key);
    let output = Command::new("ssh-keygen")
        .arg("-lf")
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_whitespace().nth(1).unwrap().to_owned()
}

const LINE: [&str; 5] = ["exec", "inventory.toml", "--", "echo", "reached"];

#[test]
fn an_unknown_host_key_is_asked_about() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = strangers(&hosts);
    let place = format!("[{}]:{}", hosts[0].address, hosts[0].port);
    let print = fingerprint(&windlass, &hosts[0]);

    for (answer, status) in [("n\n", 4), ("\n", 4), ("\x03", 130)] {
        let mut terminal = windlass.at_terminal(LINE);
        terminal.sees(&format!("the host key of {place} is not known"));
        terminal.sees(&print).sees(QUESTION).types(answer);
        let (code, shown) = terminal.ends();
        assert_eq!(code, status, "{answer:?}: {shown}");
        assert!(!shown.contains("reached\r\n"), "{shown}");
        assert_eq!(windlass.read("known"), "");
    }
    // Where nobody shall be asked it is refused, and so where the data says what to do.
    let refused = windlass.run(LINE).exits(4);
    assert!(
        refused.stderr.contains("is not known") && !refused.says(QUESTION),
        "{refused}"
    );
    let without: [&[&str]; 2] = [
        &["--yes"],
        &["--data", "ssh_strict_host_key_checking=strict"],
    ];
    for without in without {
        let line = LINE[..2].iter().chain(without).chain(&LINE[2..]).copied();
        let (code, shown) = windlass.at_terminal(line).ends();
        assert_eq!(code, 4, "{shown}");
        assert!(
            shown.contains("is not known") && !shown.contains(QUESTION),
            "{shown}"
        );
    }

    let mut terminal = windlass.at_terminal(LINE);
    terminal.sees(QUESTION).types("y\n");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("reached"), "{shown}");
    let key = hosts[0].host_key.split_whitespace().nth(1).unwrap();
    assert!(windlass.read("known").contains(key));
    let (code, shown) = windlass.at_terminal(LINE).ends();
    assert_eq!(code, 0, "{shown}");
    assert!(!shown.contains(QUESTION), "{shown}");
}

#[test]
fn each_host_is_asked_about_and_the_answer_may_take_its_time() {
    let hosts = or_skip!(SshHosts::start(2));
    let windlass = strangers(&hosts);
    windlass.write("settings.toml", "connect_timeout = 1\n");
    let line = LINE[..2]
        .iter()
        .chain(&["--config", "settings.toml"])
        .chain(&LINE[2..]);
    let mut terminal = windlass.at_terminal(line.copied());
    terminal.sees(QUESTION);
    std::thread::sleep(std::time::Duration::from_millis(1500));
    terminal.types("yes\n").sees(QUESTION).types("n\n");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 4, "{shown}");
    assert_eq!(shown.matches("reached").count(), 1, "{shown}");
    assert_eq!(
        windlass
            .read("known")
            .lines()
            .filter(|line| !line.is_empty())
            .count(),
        1
    );
}

#[test]
fn a_host_key_that_changed_is_refused_without_a_question() {
    let hosts = or_skip!(SshHosts::start(2));
    let windlass = strangers(&hosts);
    let known = fs::read_to_string(hosts.known_hosts()).unwrap();
    let other = hosts[1].host_key.as_str();
    windlass.write("known", known.replace(hosts[0].host_key.as_str(), other));
    let line = LINE[..2]
        .iter()
        .chain(&["--limit", "ssh1"])
        .chain(&LINE[2..]);
    let (code, shown) = windlass.at_terminal(line.copied()).ends();
    assert_eq!(code, 4, "{shown}");
    assert!(
        shown.contains("has CHANGED") && !shown.contains(QUESTION),
        "{shown}"
    );
}

#[test]
fn passwords_are_asked_for_and_not_shown() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory("deploy"));
    let exec = |options: [&'static str; 2], password: &str| {
        let line = ["exec", "inventory.toml", "--ask-sudo-password"];
        let line = line.into_iter().chain(options).chain(["--", "id", "-un"]);
        let mut terminal = windlass.at_terminal(line);
        // A letter that is wrong, and taken back.
        terminal
            .sees("sudo password: ")
            .types(&format!("x\x7f{password}\n"));
        let (code, shown) = terminal.ends();
        assert!(!shown.contains(password), "{shown}");
        (code, shown)
    };
    let (code, shown) = exec(["--sudo", "-v"], "deploy-pw");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("root"), "{shown}");
    let (code, shown) = exec(["--sudo-user", "bob"], "deploy-pw");
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("bob"), "{shown}");
    let (code, shown) = exec(["--sudo", "-v"], "not-that-one");
    assert_eq!(code, 4, "{shown}");
    assert!(shown.contains("sudo password"), "{shown}");
}

#[test]
fn bars_are_drawn_on_a_terminal_that_can_and_are_gone_at_the_end() {
    let hosts = or_skip!(SshHosts::start(2));
    let deploy = "server.shell(name = \"First\", commands = [\"true\"])\n\
        server.shell(name = \"Second\", commands = [\"while [ -e /run/wait ]; do sleep 0.05; done\"])\n";
    let line = ["apply", "inventory.toml", "deploy.star", "--yes"];
    let shown_on = |kind: &str| {
        let windlass = Windlass::new().env("TERM", kind);
        windlass.write("inventory.toml", hosts.inventory("root"));
        windlass.write("deploy.star", deploy);
        for host in &hosts {
            host.sh("touch /run/wait");
        }
        let mut terminal = windlass.at_terminal(line);
        if kind == "xterm" {
            // Both hosts are done with the first of two operations.
            terminal
                .sees("Connecting")
                .sees("Applying")
                .sees("2/4 Second");
        } else {
            terminal.sees("changed: First").sees("changed: First");
        }
        for host in &hosts {
            host.sh("rm /run/wait");
        }
        let (code, shown) = terminal.ends();
        assert_eq!(code, 0, "{shown}");
        shown
    };
    let drawn = shown_on("xterm");
    let last = drawn.rfind("Applying").unwrap();
    assert!(
        drawn[last..].contains("\u{1b}[2K"),
        "the bar was left there: {drawn:?}"
    );
    let plain = shown_on("dumb");
    assert!(
        !plain.contains("Applying") && !plain.contains('\u{1b}'),
        "{plain:?}"
    );
}
