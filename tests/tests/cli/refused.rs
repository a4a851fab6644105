//! Hosts that cannot be reached, cannot be trusted, or refuse: each whole message, from a real sshd.

use windlass_tests::{Outcome, SshHosts, SshOptions, Windlass, or_skip};

struct Target {
    hosts: SshHosts,
    windlass: Windlass,
}

impl Target {
    /// Runs `plan` after lines of the inventory that begin with a word have been replaced by another.
    fn plan(&self, user: &str, replace: &str, with: &str) -> Outcome {
        let inventory = self.hosts.inventory(user);
        assert!(
            inventory.contains(&format!("\n{replace} = ")),
            "{inventory}"
        );
        let kept = inventory
            .lines()
            .filter(|line| !line.starts_with(&format!("{replace} = ")));
        let lines: Vec<&str> = kept.chain([with, ""]).collect();
        self.windlass.write("inventory.toml", lines.join("\n"));
        self.windlass.run(["plan", "inventory.toml", "deploy.star"])
    }

    /// Applies an operation, as `deploy` or another user, with global arguments.
    fn apply(&self, user: &str, globals: &str) -> Outcome {
        self.windlass
            .write("inventory.toml", self.hosts.inventory(user));
        let deploy = format!(
            "server.shell(\n    name = \"Who\",\n    commands = [\"id -un > /var/tmp/who\"],\n    {globals}\n)\n"
        );
        self.windlass.write("deploy.star", deploy);
        let out = self
            .windlass
            .run(["apply", "inventory.toml", "deploy.star", "--yes"]);
        assert!(!self.hosts[0].path("/var/tmp/who").exists(), "{out}");
        out
    }
}

fn target() -> Result<Target, windlass_tests::Missing> {
    let options = SshOptions {
        passwords: true,
        ..SshOptions::default()
    };
    let hosts = SshHosts::start_with(1, options)?;
    let windlass = Windlass::new().redact(hosts[0].port.to_string(), "[port]");
    windlass.write("deploy.star", "server.shell(commands = [\"true\"])\n");
    Ok(Target { hosts, windlass })
}

#[test]
fn a_host_that_nobody_answers_for() {
    let target = or_skip!(target());
    let out = target.plan("deploy", "ssh_port", "ssh_port = 1");
    insta::assert_snapshot!("unreachable", out.exits(4));
}

#[test]
fn a_host_whose_key_is_unknown_or_has_changed() {
    let target = or_skip!(target());
    let known = "ssh_known_hosts_file";
    let out = target.plan("deploy", known, "");
    insta::assert_snapshot!("unknown_key", out.exits(4));
    assert!(
        !target.windlass.home().join(".ssh").exists(),
        "nothing is added unasked"
    );

    let right = std::fs::read_to_string(target.hosts.known_hosts()).unwrap();
    let (place, _) = right.split_once(' ').unwrap();
    let other = "AAAAC3NzaC1lZDI1NTE5AAAAIGxvdmVseWtleWxvdmVseWtleWxvdmVseWtleWxvdmVs";
    target
        .windlass
        .write("known", format!("{place} ssh-ed25519 {other}\n"));
    let with = "ssh_known_hosts_file = \"known\"";
    insta::assert_snapshot!("changed_key", target.plan("deploy", known, with).exits(4));
    // Nor is it taken where unknown ones are.
    let with = format!("{with}\nssh_strict_host_key_checking = \"accept-new\"");
    let out = target.plan("deploy", known, &with).exits(4);
    assert!(out.stderr.contains("has CHANGED"), "{out}");
}

#[test]
fn a_host_that_does_not_let_us_in() {
    let target = or_skip!(target());
    let with = "ssh_password = \"wrong-one\"";
    let out = target.plan("deploy", "ssh_key", with).exits(4);
    assert!(!out.says("wrong-one"), "{out}");
    insta::assert_snapshot!("wrong_password", out);
    insta::assert_snapshot!("no_way_in", target.plan("deploy", "ssh_key", "").exits(4));
    let with = "ssh_key = \"none\"";
    insta::assert_snapshot!(
        "missing_key",
        target.plan("deploy", "ssh_key", with).exits(4)
    );
    // The same with the right one.
    let with = "ssh_password = \"deploy-pw\"";
    let _ = target.plan("deploy", "ssh_key", with).succeeds();
}

#[test]
fn a_host_that_does_not_let_us_become_somebody_else() {
    let target = or_skip!(target());
    let wrong = "_sudo = True, _sudo_password = \"wrong-one\"";
    let out = target.apply("deploy", wrong).exits(4);
    assert!(!out.says("wrong-one"), "{out}");
    insta::assert_snapshot!("wrong_sudo_password", out);
    for (name, user, globals) in [
        ("no_sudo_password", "deploy", "_sudo = True"),
        (
            "no_sudoer",
            "bob",
            "_sudo = True, _sudo_password = \"bob-pw\"",
        ),
        (
            "wrong_su_password",
            "deploy",
            "_su_user = \"bob\", _su_password = \"wrong-one\"",
        ),
        ("no_doas", "deploy", "_doas = True"),
    ] {
        let out = target.apply(user, globals).exits(4);
        assert!(!out.says("wrong-one"), "{out}");
        insta::assert_snapshot!(name, out);
    }
}
