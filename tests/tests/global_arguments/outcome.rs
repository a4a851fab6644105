//! What becomes of failures and of what earlier operations did.

use windlass_tests::or_skip;

use crate::Target;

/// Two commands, of which the first fails twice before it succeeds, and an operation after them.
struct Failing(Target);

impl Failing {
    /// The exit code, whether the second command and the operation after ran, and how often the first was tried.
    fn with(&self, globals: &str) -> (Option<i32>, bool, bool, String) {
        let host = &self.0.hosts[0];
        host.sh("rm -f /var/tmp/after /var/tmp/second /var/tmp/tries");
        let first = "echo x >> /var/tmp/tries; test $(wc -l < /var/tmp/tries) -ge 3";
        let deploy = format!(
            "server.shell(name = \"It\", commands = [\"{first}\", \"touch /var/tmp/second\"], {globals})\n\
             files.file(name = \"After\", path = \"/var/tmp/after\")\n"
        );
        let outcome = self.0.apply("root", &deploy);
        (
            outcome.code,
            self.0.has("/var/tmp/second"),
            self.0.has("/var/tmp/after"),
            host.sh("wc -l < /var/tmp/tries"),
        )
    }
}

#[test]
fn failures_are_ignored() {
    let failing = Failing(or_skip!(Target::start(1)));
    assert_eq!(failing.with(""), (Some(4), false, false, "1".into()));
    let ignored = failing.with("_ignore_errors = True");
    assert_eq!(ignored, (Some(0), false, true, "1".into()));
}

#[test]
fn failures_do_not_end_the_operation() {
    let failing = Failing(or_skip!(Target::start(1)));
    let both = failing.with("_ignore_errors = True, _continue_on_error = True");
    assert_eq!(both, (Some(0), true, true, "1".into()));
    // It says what an ignored failure means, not that it is ignored.
    let alone = failing.with("_continue_on_error = True");
    assert_eq!(alone, (Some(4), false, false, "1".into()));
}

#[test]
fn an_operation_runs_where_a_condition_holds() {
    let target = or_skip!(Target::start(1));
    let deploy = r#"
one = files.file(name = "One", path = "/var/tmp/one")
two = files.file(name = "Two", path = "/var/tmp/two")
server.shell(name = "Both", commands = ["echo both >> /var/tmp/log"], _if = [one.did_change, two.did_change])
server.shell(name = "Neither", commands = ["echo neither >> /var/tmp/log"], _if = [one.did_not_change, two.did_not_change])
server.shell(name = "First", commands = ["echo first >> /var/tmp/log"], _if = one.did_change)
"#;
    let host = &target.hosts[0];
    let log = || {
        assert_eq!(target.apply("root", deploy).code, Some(0));
        host.sh("touch /var/tmp/log; cat /var/tmp/log; rm /var/tmp/log")
    };
    assert_eq!(log(), "both\nfirst");
    assert_eq!(log(), "neither");
    host.sh("rm /var/tmp/one");
    assert_eq!(log(), "first");
}

#[test]
fn an_operation_is_tried_again() {
    let failing = Failing(or_skip!(Target::start(1)));
    let once = failing.with("_retries = 1, _retry_delay = 0");
    assert_eq!(once, (Some(4), false, false, "2".into()));
    let enough = failing.with("_retries = 5, _retry_delay = 0");
    assert_eq!(enough, (Some(0), true, true, "3".into()));
}

#[test]
fn between_tries_there_is_a_delay() {
    let target = or_skip!(Target::start(1));
    // The first try leaves something behind that makes the file after a second; the second try needs the file. The
    // setting says that there is no delay, so that only the argument makes it late enough.
    let command = "test -e /var/tmp/ready && exit; \
        setsid sh -c 'sleep 1; touch /var/tmp/ready' < /dev/null > /dev/null 2>&1 & exit 1";
    let deploy = format!(
        "server.shell(name = \"It\", commands = [{command:?}], _retries = 1, _retry_delay = 4)\n"
    );
    target.write("root", &deploy);
    target.windlass.write("settings.toml", "retry_delay = 0\n");
    let line = ["apply", "inventory.toml", "deploy.star", "--yes"];
    let line = line.into_iter().chain(["--config", "settings.toml"]);
    let outcome = target.windlass.run(line);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!(
        outcome.stdout.contains("trying again (1 of 1)"),
        "{outcome}"
    );
}

#[test]
fn tries_go_on_until_one_is_good_enough() {
    let target = or_skip!(Target::start(1));
    let tries = |globals: &str| {
        target.hosts[0].sh("rm -f /var/tmp/tries");
        let command = "echo x >> /var/tmp/tries; echo try $(wc -l < /var/tmp/tries)";
        let deploy = format!(
            "server.shell(name = \"It\", commands = [\"{command}\"], _retry_delay = 0, {globals})\n"
        );
        let code = target.apply("root", &deploy).code;
        (code, target.hosts[0].sh("wc -l < /var/tmp/tries"))
    };
    assert_eq!(tries("_retries = 5"), (Some(0), "1".into()));
    let until = "_retry_until = lambda attempt: \"try 3\" in attempt[\"stdout_lines\"]";
    assert_eq!(
        tries(&format!("_retries = 5, {until}")),
        (Some(0), "3".into())
    );
    assert_eq!(
        tries(&format!("_retries = 1, {until}")),
        (Some(4), "2".into())
    );
}
