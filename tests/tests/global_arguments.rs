//! Each global argument on a real host: what it makes different, so that one that is ignored fails here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use windlass_tests::{SshHosts, Windlass, or_skip};

struct Target {
    hosts: SshHosts,
    windlass: Windlass,
}

impl Target {
    /// Applies a deploy; the exit code, and both streams.
    fn apply(&self, user: &str, deploy: &str) -> (Option<i32>, String) {
        self.windlass
            .write("inventory.toml", self.hosts.inventory(user));
        self.windlass.write("deploy.star", deploy);
        let out = self
            .windlass
            .run(["apply", "inventory.toml", "deploy.star", "--yes", "-vvv"]);
        (out.code, format!("{}{}", out.stdout, out.stderr))
    }

    /// What a command writes to the file that `$OUT` stands for, run with global arguments.
    fn out(&self, user: &str, command: &str, globals: &str) -> String {
        self.hosts[0].sh("rm -f /var/tmp/out");
        let command = command.replace("$OUT", "/var/tmp/out").replace('"', "\\\"");
        let deploy =
            format!("server.shell(name = \"It\", commands = [\"{command}\"], {globals})\n");
        let (code, text) = self.apply(user, &deploy);
        assert_eq!(code, Some(0), "{globals}: {text}");
        self.hosts[0].sh("cat /var/tmp/out").trim().to_owned()
    }
}

#[test]
fn where_and_how_a_command_runs() {
    let hosts = or_skip!(SshHosts::start(1));
    let target = Target {
        hosts,
        windlass: Windlass::new(),
    };
    let out = |command: &str, globals: &str| target.out("root", command, globals);

    assert_eq!(out("pwd > $OUT", ""), "/root");
    assert_eq!(out("pwd > $OUT", "_chdir = \"/usr/share\""), "/usr/share");
    assert_eq!(out("echo [$GREETING] > $OUT", ""), "[]");
    assert_eq!(
        out(
            "echo [$GREETING] > $OUT",
            "_env = {\"GREETING\": \"it's a b\"}"
        ),
        "[it's a b]"
    );
    assert_eq!(out("echo ${BASH_VERSION:+bash} > $OUT", ""), "");
    assert_eq!(
        out(
            "echo ${BASH_VERSION:+bash} > $OUT",
            "_shell_executable = \"bash\""
        ),
        "bash"
    );
    assert_eq!(
        out("test -t 1 && echo tty > $OUT || echo none > $OUT", ""),
        "none"
    );
    assert_eq!(
        out(
            "test -t 1 && echo tty > $OUT || echo none > $OUT",
            "_get_pty = True"
        ),
        "tty"
    );
    assert_eq!(out("cat > $OUT", "_stdin = [\"one\", \"two\"]"), "one\ntwo");
    assert_eq!(
        out("cat > $OUT; exit 3", "_success_exit_codes = [0, 3]"),
        ""
    );
}

#[test]
fn as_whom_a_command_runs() {
    let hosts = or_skip!(SshHosts::start(1));
    let target = Target {
        hosts,
        windlass: Windlass::new(),
    };
    let readable = |command: &str| format!("({command}) > $OUT; chmod 666 $OUT");
    let out = |globals: &str, command: &str| target.out("nopass", &readable(command), globals);
    let root = |globals: &str, command: &str| target.out("root", &readable(command), globals);

    assert_eq!(out("_sudo = True", "id -un; echo $HOME"), "root\n/root");
    assert_eq!(out("_sudo = True, _sudo_user = \"bob\"", "id -un"), "bob");
    assert_eq!(out("_sudo = True", "pwd"), "/home/nopass");
    assert_eq!(out("_sudo = True, _use_sudo_login = True", "pwd"), "/root");
    assert_eq!(out("_doas = True", "id -un"), "root");
    assert_eq!(out("_doas = True, _doas_user = \"bob\"", "id -un"), "bob");
    assert_eq!(root("_su_user = \"bob\"", "id -un; pwd"), "bob\n/root");
    assert_eq!(
        root("_su_user = \"bob\", _use_su_login = True", "id -un; pwd"),
        "bob\n/home/bob"
    );
    assert_eq!(root("_su_user = \"bob\"", "echo $HOME"), "/home/bob");
    assert_eq!(
        root("_su_user = \"bob\", _preserve_su_env = True", "echo $HOME"),
        "/root"
    );
}

#[test]
fn what_becomes_of_failures() {
    let hosts = or_skip!(SshHosts::start(1));
    let target = Target {
        hosts,
        windlass: Windlass::new(),
    };
    let sh = |command: &str| target.hosts[0].sh(command).trim().to_owned();
    let after = "files.file(name = \"After\", path = \"/var/tmp/after\")\n";
    let fails = |globals: &str| {
        sh("rm -f /var/tmp/after /var/tmp/second /var/tmp/tries");
        let first = format!(
            "server.shell(name = \"First\", commands = [\"echo x >> /var/tmp/tries; test $(wc -l < /var/tmp/tries) -ge 3\", \"touch /var/tmp/second\"], {globals})\n"
        );
        let (code, text) = target.apply("root", &format!("{first}{after}"));
        let there = |path: &str| sh(&format!("test -e {path} && echo yes || echo no")) == "yes";
        (
            code,
            there("/var/tmp/second"),
            there("/var/tmp/after"),
            sh("wc -l < /var/tmp/tries"),
            text,
        )
    };
    let short = |globals: &str| {
        let (code, second, after, tries, text) = fails(globals);
        assert!(code.is_some(), "{text}");
        (code.unwrap(), second, after, tries)
    };
    assert_eq!(short(""), (4, false, false, String::from("1")));
    assert_eq!(
        short("_ignore_errors = True"),
        (0, false, true, String::from("1"))
    );
    assert_eq!(
        short("_ignore_errors = True, _continue_on_error = True"),
        (0, true, true, String::from("1"))
    );
    assert_eq!(
        short("_retries = 1, _retry_delay = 0"),
        (4, false, false, String::from("2"))
    );
    assert_eq!(
        short("_retries = 5, _retry_delay = 0"),
        (0, true, true, String::from("3"))
    );
    let until = "_retries = 5, _retry_delay = 0, _success_exit_codes = [0, 1], _retry_until = lambda attempt: len(attempt[\"stdout_lines\"]) == 0";
    assert_eq!(short(until), (0, true, true, String::from("1")));

    sh("rm -f /var/tmp/after");
    let (code, text) = target.apply(
        "root",
        &format!("server.shell(name = \"Slow\", commands = [\"sleep 30\"], _timeout = 0.5, _ignore_errors = True)\n{after}"),
    );
    assert_eq!(code, Some(0), "{text}");
    assert!(
        text.contains("sleep 30") && sh("test -e /var/tmp/after && echo yes") == "yes",
        "{text}"
    );
}

#[test]
fn what_is_sensitive_is_not_shown_and_how_many_hosts_run_at_once() {
    let hosts = or_skip!(SshHosts::start(2));
    let target = Target {
        hosts,
        windlass: Windlass::new(),
    };
    let (code, text) = target.apply(
        "root",
        "server.shell(name = \"Quiet\", commands = [\"echo loud-word\"], _sensitive = True)\n\
         server.shell(name = \"Once\", commands = [\"touch /var/tmp/once\"], _run_once = True)\n",
    );
    assert_eq!(code, Some(0), "{text}");
    let said = text
        .lines()
        .filter(|line| line.contains("loud-word") && !line.contains("server.shell(name"))
        .count();
    assert_eq!(said, 0, "{text}");
    assert!(
        target.hosts[0].path("/var/tmp/once").exists()
            && !target.hosts[1].path("/var/tmp/once").exists()
    );

    let order = |globals: &str| {
        let command = "date +%s%N > /var/tmp/from; sleep 0.5; date +%s%N > /var/tmp/to";
        let deploy =
            format!("server.shell(name = \"Slow\", commands = [\"{command}\"], {globals})\n");
        let (code, text) = target.apply("root", &deploy);
        assert_eq!(code, Some(0), "{text}");
        let read = |host: usize, file: &str| {
            target.hosts[host]
                .sh(&format!("cat {file}"))
                .trim()
                .parse::<u64>()
                .unwrap()
        };
        // Overlapping: each began before the other ended.
        read(1, "/var/tmp/from") < read(0, "/var/tmp/to")
            && read(0, "/var/tmp/from") < read(1, "/var/tmp/to")
    };
    assert!(order(""));
    assert!(!order("_serial = True"));
    assert!(!order("_parallel = 1"));
}
