//! As whom commands run: `nopass` may become anybody without a password, `deploy` with one, `bob` only with theirs.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use windlass_tests::{SshOptions, or_skip};

use crate::Target;

const DEPLOY: &str = "_sudo_password = \"deploy-pw\"";
const BOB: &str = "_su_password = \"bob-pw\"";

#[test]
fn sudo_without_and_with_a_password() {
    let target = or_skip!(Target::start(1));
    let who = |user: &str, globals: &str| target.out(user, "id -un; echo $HOME", globals);
    assert_eq!(who("nopass", ""), "nopass\n/home/nopass");
    assert_eq!(who("nopass", "_sudo = True"), "root\n/root");
    // One that nobody asks for does no harm.
    let given = "_sudo = True, _sudo_password = \"not-asked-for\"";
    assert_eq!(who("nopass", given), "root\n/root");

    let given = "_sudo = True, _sudo_password = \"deploy-pw\"";
    assert_eq!(who("deploy", given), "root\n/root");
    let report = target.refused("deploy", "id", "_sudo = True");
    assert!(report.contains("--ask-sudo-password"), "{report}");
    let report = target.refused(
        "deploy",
        "id",
        "_sudo = True, _sudo_password = \"wrong-one\"",
    );
    assert!(
        report.contains("sudo password") && !report.contains("wrong-one"),
        "{report}"
    );
}

#[test]
fn sudo_changes_to_a_user() {
    let target = or_skip!(Target::start(1));
    let user = "_sudo = True, _sudo_user = \"bob\"";
    assert_eq!(target.out("nopass", "id -un", user), "bob");
    assert_eq!(
        target.out("nopass", "id -un", "_sudo_user = \"bob\""),
        "bob"
    );
    let with_password = format!("{user}, {DEPLOY}");
    assert_eq!(target.out("deploy", "id -un", &with_password), "bob");
}

#[test]
fn the_sudo_password_is_asked_for_once_at_the_terminal() {
    let target = or_skip!(Target::start(2));
    let run = |name: &str| {
        format!(
            "server.shell(name = \"{name}\", commands = [\"id -un >> /var/tmp/who\"], _sudo = True, _use_sudo_password = True)\n"
        )
    };
    target.write("deploy", &format!("{}{}", run("One"), run("Two")));
    let line = ["apply", "inventory.toml", "deploy.star", "--yes"];
    let mut terminal = target.windlass.at_terminal(line);
    terminal.sees("sudo password: ").types("deploy-pw\n");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 0, "{shown}");
    assert_eq!(shown.matches("sudo password: ").count(), 1, "{shown}");
    assert!(!shown.contains("deploy-pw"), "{shown}");
    for host in &target.hosts {
        assert_eq!(host.sh("cat /var/tmp/who"), "root\nroot");
    }

    let mut terminal = target.windlass.at_terminal(line);
    terminal.sees("sudo password: ").types("\x03");
    let (code, shown) = terminal.ends();
    assert_eq!(code, 130, "{shown}");
    let nobody = target.windlass.run(line).exits(1);
    assert!(nobody.stderr.contains("no terminal to ask"), "{nobody}");
    for host in &target.hosts {
        assert_eq!(host.sh("cat /var/tmp/who"), "root\nroot");
    }
}

#[test]
fn sudo_with_a_login_shell() {
    let target = or_skip!(Target::start(1));
    assert_eq!(target.out("nopass", "pwd", "_sudo = True"), "/home/nopass");
    let login = "_sudo = True, _use_sudo_login = True";
    assert_eq!(target.out("nopass", "pwd", login), "/root");
    let with_password = format!("{login}, {DEPLOY}, _sudo_user = \"bob\"");
    assert_eq!(target.out("deploy", "pwd", &with_password), "/home/bob");
}

#[test]
fn sudo_keeps_the_environment() {
    let options = SshOptions {
        sshd: &["SetEnv=GREETING=hi"],
        ..SshOptions::default()
    };
    let target = or_skip!(Target::start_with(1, options));
    let out = |user: &str, globals: &str| target.out(user, "echo [$GREETING]", globals);
    assert_eq!(out("nopass", ""), "[hi]");
    assert_eq!(out("nopass", "_sudo = True"), "[]");
    let keep = "_sudo = True, _preserve_sudo_env = True";
    assert_eq!(out("nopass", keep), "[hi]");
    assert_eq!(out("deploy", &format!("{keep}, {DEPLOY}")), "[hi]");
}

#[test]
fn su_without_and_with_a_password() {
    let target = or_skip!(Target::start(1));
    let who = |user: &str, globals: &str| target.out(user, "id -un; pwd", globals);
    assert_eq!(who("root", "_su_user = \"bob\""), "bob\n/root");
    let given = "_su_user = \"bob\", _su_password = \"bob-pw\"";
    assert_eq!(who("root", given), "bob\n/root");
    assert_eq!(who("nopass", given), "bob\n/home/nopass");
    assert_eq!(
        who("bob", "_su_user = \"root\", _su_password = \"root-pw\""),
        "root\n/home/bob"
    );
    let report = target.refused("nopass", "id", "_su_user = \"bob\"");
    assert!(report.contains("_su_password"), "{report}");
    let wrong = "_su_user = \"bob\", _su_password = \"wrong-one\"";
    let report = target.refused("nopass", "id", wrong);
    assert!(
        report.contains("su password") && !report.contains("wrong-one"),
        "{report}"
    );

    // Both ask, one after the other: sudo for deploy's password, su for bob's.
    let both = format!("_sudo = True, _sudo_user = \"nopass\", {DEPLOY}, {given}");
    assert_eq!(who("deploy", &both), "bob\n/home/deploy");
    let reads = format!("{both}, _stdin = \"data\"");
    assert_eq!(target.out("deploy", "id -un; cat", &reads), "bob\ndata");
}

#[test]
fn su_with_a_login_shell() {
    let target = or_skip!(Target::start(1));
    assert_eq!(target.out("root", "pwd", "_su_user = \"bob\""), "/root");
    let login = "_su_user = \"bob\", _use_su_login = True";
    assert_eq!(target.out("root", "pwd", login), "/home/bob");
    let with_password = format!("{login}, {BOB}");
    assert_eq!(target.out("nopass", "pwd", &with_password), "/home/bob");
}

#[test]
fn su_keeps_the_environment() {
    let target = or_skip!(Target::start(1));
    let home = |user: &str, globals: &str| target.out(user, "echo $HOME", globals);
    assert_eq!(home("root", "_su_user = \"bob\""), "/home/bob");
    let keep = "_su_user = \"bob\", _preserve_su_env = True";
    assert_eq!(home("root", keep), "/root");
    assert_eq!(home("nopass", &format!("{keep}, {BOB}")), "/home/nopass");
}

#[test]
fn su_starts_a_shell() {
    let target = or_skip!(Target::start(1));
    target.hosts[0].sh("useradd --shell /usr/sbin/nologin quiet");
    target.refused("root", "id -un", "_su_user = \"quiet\"");
    let shell = "_su_user = \"quiet\", _su_shell = \"dash\"";
    assert_eq!(target.out("root", "id -un", shell), "quiet");

    let shell = |globals: &str| {
        let globals = format!("_su_user = \"bob\", {BOB}{globals}");
        target.out("nopass", "basename $SHELL", &globals)
    };
    assert_eq!(shell(""), "bash");
    assert_eq!(shell(", _su_shell = \"dash\""), "dash");
}

#[test]
fn doas_changes_to_a_user_and_takes_no_password() {
    let target = or_skip!(Target::start(1));
    let who = |globals: &str| target.out("nopass", "id -un", globals);
    assert_eq!(who("_doas = True"), "root");
    assert_eq!(who("_doas = True, _doas_user = \"bob\""), "bob");
    assert_eq!(who("_doas_user = \"bob\""), "bob");
    // doas reads a password from a terminal only: where it wants one, the report says what to allow.
    for globals in ["_doas = True", "_doas = True, _get_pty = True"] {
        let report = target.refused("deploy", "id -un", globals);
        assert!(
            report.contains("doas") && report.contains("permit nopass"),
            "{report}"
        );
    }
}

#[test]
fn dzdo_changes_to_a_user() {
    let target = or_skip!(Target::start(1));
    // Debian has no dzdo: this stands for it, and behaves as sudo.
    let program = target.hosts[0].path("/usr/local/bin/dzdo");
    fs::write(
        &program,
        "#!/bin/sh\necho \"$*\" >> /var/tmp/dzdo\nexec sudo \"$@\"\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    target.hosts[0].sh("touch /var/tmp/dzdo; chmod 666 /var/tmp/dzdo");
    let who = |globals: &str| target.out("nopass", "id -un", globals);
    assert_eq!(who("_dzdo = True"), "root");
    assert_eq!(who("_dzdo = True, _dzdo_user = \"bob\""), "bob");
    assert_eq!(who("_dzdo_user = \"bob\""), "bob");
    let calls = target.hosts[0].sh("cat /var/tmp/dzdo");
    for beginning in ["-H -n sh", "-H -n -u bob sh"] {
        assert!(calls.contains(beginning), "{calls}");
    }
}
