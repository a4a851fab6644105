//! Composition, as text and as a shell understands it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::secrets::SecretStore;
use proptest::prelude::*;
use serde_json::{Value, json};

fn arguments(value: &Value) -> GlobalArguments {
    GlobalArguments::from_json(value, &SecretStore::default()).unwrap()
}

fn composed(value: Value) -> String {
    compose("echo hi", &arguments(&value)).command
}

#[test]
fn lines_are_those_that_users_know() {
    let cases = [
        (json!({}), "sh -c 'echo hi'"),
        (json!({"_sudo": true}), "sudo -H -n sh -c 'echo hi'"),
        (
            json!({"_sudo": true, "_sudo_user": "bob", "_use_sudo_login": true, "_preserve_sudo_env": true}),
            "sudo -H -n -i -E -u bob sh -c 'echo hi'",
        ),
        (
            json!({"_su_user": "bob"}),
            r#"su bob -c 'sh -c '"'"'echo hi'"'"''"#,
        ),
        (
            json!({"_su_user": "bob", "_use_su_login": true, "_preserve_su_env": true, "_su_shell": "bash"}),
            r#"su -l -m -s $(command -v bash) bob -c 'sh -c '"'"'echo hi'"'"''"#,
        ),
        (json!({"_doas": true}), "doas -n sh -c 'echo hi'"),
        (
            json!({"_doas_user": "bob"}),
            "doas -n -u bob sh -c 'echo hi'",
        ),
        (
            json!({"_dzdo_user": "bob"}),
            "dzdo -H -n -u bob sh -c 'echo hi'",
        ),
        (
            json!({"_env": {"A": "1", "B": "x y"}, "_chdir": "/a b"}),
            r#"sh -c 'cd '"'"'/a b'"'"' && export A=1 '"'"'B=x y'"'"' && echo hi'"#,
        ),
        (
            json!({"_shell_executable": null, "_env": {"A": 1}}),
            "export A=1 && echo hi",
        ),
        (
            json!({"_shell_executable": "/bin/bash"}),
            "/bin/bash -c 'echo hi'",
        ),
        (
            json!({"_doas": true, "_dzdo": true, "_sudo": true, "_su_user": "bob"}),
            r#"doas -n dzdo -H -n sudo -H -n su bob -c 'sh -c '"'"'echo hi'"'"''"#,
        ),
    ];
    for (given, expected) in cases {
        assert_eq!(composed(given.clone()), expected, "{given}");
    }
}

#[test]
fn a_program_that_is_off_stays_off_whatever_its_user() {
    assert_eq!(
        composed(json!({"_sudo": false, "_sudo_user": "bob"})),
        "sh -c 'echo hi'"
    );
}

#[test]
fn no_shell_means_one_program_or_a_shell_after_all() {
    let none = json!({"_shell_executable": null, "_sudo": true});
    assert_eq!(
        compose("id -u", &arguments(&none)).command,
        "sudo -H -n id -u"
    );
    assert_eq!(
        compose("cd /x && id", &arguments(&none)).command,
        "sudo -H -n sh -c 'cd /x && id'"
    );
    let su = json!({"_shell_executable": null, "_su_user": "bob"});
    assert_eq!(compose("a; b", &arguments(&su)).command, "su bob -c 'a; b'");
    assert!(!compose("a; b", &arguments(&json!({"_shell_executable": null}))).simple);
}

#[test]
fn values_are_words() {
    let given = json!({"_sudo_user": "a b", "_su_user": "$(x)", "_su_shell": "my sh"});
    assert_eq!(
        composed(given),
        r#"sudo -H -n -u 'a b' su -s "$(command -v 'my sh')" '$(x)' -c 'sh -c '"'"'echo hi'"'"''"#
    );
}

#[test]
fn a_folder_that_is_missing_keeps_all_of_the_text_from_running() {
    for text in [
        "echo a; echo b",
        "false || echo b",
        "true & echo b",
        "echo a\necho b",
    ] {
        let line = compose(text, &arguments(&json!({"_chdir": "/surely/not/there"}))).command;
        let output = std::process::Command::new("sh")
            .args(["-c", &line])
            .output()
            .unwrap();
        assert!(output.stdout.is_empty(), "{text}");
        assert!(!output.status.success(), "{text}");
    }
    let chain = compose("a && b 2>&1", &arguments(&json!({"_chdir": "/x"})));
    assert_eq!(chain.command, "sh -c 'cd /x && a && b 2>&1'");
}

#[test]
fn passwords_are_lines_of_their_own_in_the_order_they_are_read() {
    let given = arguments(
        &json!({"_sudo": true, "_sudo_password": {"$secret": "env:S"},
            "_su_user": "bob", "_su_password": {"$secret": "env:U"}}),
    );
    let composed = compose("echo hi", &given);
    let order: Vec<&str> = composed
        .passwords
        .iter()
        .map(|password| password.secret().0.as_str())
        .collect();
    assert_eq!(order, ["env:S", "env:U"]);
    assert!(!composed.command.contains("env:"));
}

/// Programs that stand for sudo and su: they ask for the password `right`, remember it as the real ones do, and
/// run the command.
struct Programs(tempfile::TempDir);

impl Programs {
    fn new() -> Self {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let sudo = r#"#!/bin/sh
stamp=$(dirname "$0")/stamp.$PPID
case " $* " in
*" -S "*) IFS= read -r p; [ "$p" = 'right \n "x' ] && { echo lecture >&2; : >"$stamp"; exit 0; }
  echo 'sudo: 1 incorrect password attempt' >&2; exit 1;;
esac
[ -e "$stamp" ] || { echo 'sudo: a password is required' >&2; exit 1; }
while :; do case $1 in -u) shift 2;; -*) shift;; *) break;; esac; done
exec "$@"
"#;
        let su = r#"#!/bin/sh
user=$1; shift 2
printf 'Password: ' >&2
p=$(dd bs=1000 count=1 2>/dev/null)
[ "$p" = 'su right' ] || { echo 'su: Authentication failure' >&2; exit 1; }
USER=$user exec sh -c "$1"
"#;
        for (name, text) in [("sudo", sudo), ("su", su)] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self(folder)
    }

    fn run(&self, line: &str, stdin: &[u8]) -> std::process::Output {
        use std::io::Write as _;
        let path = format!(
            "{}:{}",
            self.0.path().display(),
            std::env::var("PATH").unwrap()
        );
        let mut child = std::process::Command::new("sh")
            .args(["-c", line])
            .env("PATH", path)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin).unwrap();
        child.wait_with_output().unwrap()
    }
}

#[test]
fn a_sudo_password_authenticates_apart_and_the_data_stays_whole() {
    let programs = Programs::new();
    let given =
        arguments(&json!({"_sudo": true, "_sudo_user": "bob", "_sudo_password": {"$secret": "x"}}));
    let line = compose("cat; echo done >&2; exit 7", &given).command;
    let output = programs.run(&line, b"right \\n \"x\ndata \\n\n\xff more");
    assert_eq!(output.stdout, b"data \\n\n\xff more");
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "lecture\nwindlass sudo\ndone\n"
    );
    assert_eq!(output.status.code(), Some(7));

    let output = programs.run(&line, b"wrong\ndata");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("windlass sudo-refused "), "{said}");
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(1), &b""[..])
    );
}

#[test]
fn sudo_and_su_with_passwords_compose() {
    let programs = Programs::new();
    let given = arguments(
        &json!({"_sudo": true, "_sudo_password": {"$secret": "x"}, "_su_user": "bob",
            "_su_password": {"$secret": "y"}, "_env": {"A": "it's"}, "_chdir": "/"}),
    );
    let line = compose("pwd; echo $A $USER; cat", &given).command;
    let output = programs.run(&line, b"right \\n \"x\nsu right\nthe data");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "/\nit's bob\nthe data"
    );
    assert!(String::from_utf8_lossy(&output.stderr).ends_with("Password: windlass su\n"));
    let output = programs.run(&line, b"right \\n \"x\nsu wrong\nthe data");
    assert_eq!(output.status.code(), Some(1));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("windlass su\n"));
}

/// What `sudo -i` does to a command's words before the login shell reads them.
fn through_login(line: &str) -> std::process::Output {
    let words = shlex::split(line).unwrap();
    let mut escaped = String::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            escaped.push(' ');
        }
        for c in word.chars() {
            if !(c.is_ascii_alphanumeric() || "_-$".contains(c)) {
                escaped.push('\\');
            }
            escaped.push(c);
        }
    }
    std::process::Command::new("sh")
        .args(["-c", &escaped])
        .output()
        .unwrap()
}

#[test]
fn a_login_shell_in_between_changes_nothing() {
    let given = arguments(&json!({"_sudo": true, "_use_sudo_login": true}));
    let text = "echo 'a b' | awk '{print $2}'\nx=it\\'s; echo \"$x\" `echo ü`";
    let line = compose(text, &given).command;
    let rest = line.strip_prefix("sudo -H -n -i ").unwrap();
    assert_eq!(
        String::from_utf8_lossy(&through_login(rest).stdout),
        "b\nit's ü\n"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_stands_inside_comes_out_whatever_it_is(value in "[^\0]{0,20}", folder in "[a-z '\"$]{1,8}") {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join(&folder);
        std::fs::create_dir(&inside).unwrap();
        let given = arguments(&json!({"_env": {"VALUE": value}, "_chdir": inside.to_str().unwrap()}));
        let line = compose("printf '%s|' \"$VALUE\" \"$(pwd)\"", &given).command;
        let output = std::process::Command::new("sh").args(["-c", &line]).output().unwrap();
        let expected = format!("{value}|{}|", inside.to_str().unwrap().trim_end_matches('\n'));
        prop_assert_eq!(String::from_utf8_lossy(&output.stdout).into_owned(), expected);
    }
}
