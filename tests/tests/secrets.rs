//! A secret's value reaches the host and nothing else: no output, no JSON, no record, no plan, no argument list there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use windlass_tests::{Outcome, SshHosts, Windlass, or_skip};

/// What must not be seen. The first is a file's content, the second a password's digest, the rest are passwords.
const CANARIES: [(&str, &str); 4] = [
    ("CANARY_FILE", "canary-4711-content"),
    ("CANARY_DIGEST", "$6$canary4712$digest"),
    ("CANARY_SUDO", "deploy-pw"),
    ("CANARY_SU", "bob-pw"),
];

const DEPLOY: &str = r#"
sudo = {"_sudo": True, "_sudo_password": secret("env:CANARY_SUDO")}
key = secret("env:CANARY_FILE")

files.put(name = "Key", src = {"$content": key}, dest = "/etc/app.key", mode = "600", **sudo)
files.template(name = "Config", src = "app.j2", dest = "/etc/app.conf", mode = "600", key = key, **sudo)
server.user(name = "User", user = "app", password = secret("env:CANARY_DIGEST"), **sudo)
server.shell(name = "As bob", commands = ["id -un > /tmp/bob"], _su_user = "bob", _su_password = secret("env:CANARY_SU"))
server.shell(name = "Shows it", commands = ["cat /etc/app.key /etc/app.conf", "cat /etc/app.key >&2; exit 3"], _ignore_errors = True, **sudo)
"#;

/// Programs that are called with a secret near: each writes down the arguments of all that runs, its own name with
/// them, and goes on as itself. (Looking at the processes now and then would miss those that are gone at once.)
const WITNESSES: &str = r#"
set -eu
: > /var/tmp/ps
chmod 666 /var/tmp/ps
for program in sudo su chpasswd useradd usermod mv chmod; do
    cat > "/usr/local/bin/$program" <<END
#!/bin/sh
# Where su and sudo have set PATH to one without this folder, the witness is gone: that is fine.
{ echo "witness $program"; cat /proc/[0-9]*/cmdline | tr '\\0' ' '; echo; } >> /var/tmp/ps 2> /dev/null || true
PATH=/usr/sbin:/usr/bin:/sbin:/bin
exec $program "\$@"
END
    chmod 755 "/usr/local/bin/$program"
done
"#;

#[track_caller]
fn shows_none(what: &str, text: &str) {
    for (name, canary) in CANARIES {
        assert!(!text.contains(canary), "{name} is in {what}:\n{text}");
    }
}

#[test]
fn a_secret_is_in_no_output_no_record_and_no_argument_list() {
    let hosts = or_skip!(SshHosts::start(1));
    let host = &hosts[0];
    host.sh(WITNESSES);
    let mut windlass = Windlass::new();
    for (name, value) in CANARIES {
        windlass = windlass.env(name, value);
    }
    windlass.write("inventory.toml", hosts.inventory("deploy"));
    windlass.write("app.j2", "key = {{ key }}\n");
    windlass.write("deploy.star", DEPLOY);
    let run = |command: &str, rest: &[&str]| -> Outcome {
        let line = [command, "inventory.toml", "deploy.star"];
        let out = windlass.run(line.iter().chain(rest)).succeeds();
        shows_none(&format!("{command} {rest:?}, stdout"), &out.stdout);
        shows_none(&format!("{command} {rest:?}, stderr"), &out.stderr);
        out
    };
    let plan = run("plan", &[]);
    run("plan", &["--json"]);
    run(
        "plan",
        &["-vvv", "--debug-operations", "--debug-facts", "--diff"],
    );
    let out = run("apply", &["--yes", "-vvv"]);
    // It is hidden, not left out: this is where it would have been.
    assert!(out.stdout.contains("key = ********"), "{out}");
    assert!(plan.stdout.contains("/etc/app.key"), "{plan}");
    host.sh("rm /etc/app.key /etc/app.conf; userdel app");
    run("apply", &["--yes", "-vvv", "--json"]);
    // A file that is there and is replaced: its difference.
    host.sh("echo other > /etc/app.key");
    run("apply", &["--yes", "--diff", "--no-wait"]);

    let arrived =
        host.sh("cat /etc/app.key /etc/app.conf /tmp/bob; getent shadow app | cut -d: -f2");
    let (file, digest) = (CANARIES[0].1, CANARIES[1].1);
    // Content has no newline of its own.
    assert_eq!(arrived, format!("{file}key = {file}\nbob\n{digest}"));

    let witnessed = host.sh("cat /var/tmp/ps");
    shows_none("the argument lists of the host", &witnessed);
    for program in ["sudo", "su", "chpasswd", "mv"] {
        let line = format!("witness {program}\n");
        assert!(witnessed.contains(&line), "nobody saw {program}");
    }
    // Nor in files of the controller: journals, caches, temporary files.
    for (name, canary) in CANARIES {
        let found = std::process::Command::new("grep")
            .args(["-rlF", "--", canary])
            .arg(windlass.dir().parent().unwrap())
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "", "{name}");
    }
    let journals = std::fs::read_dir(windlass.state().join("windlass/runs")).unwrap();
    assert_eq!(journals.count(), 3, "a record of each run was looked at");
}
