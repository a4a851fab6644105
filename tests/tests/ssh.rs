//! Deploys to real hosts over SSH, each with its own root.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use serde_json::Value;
use windlass_tests::{SshHosts, Windlass, or_skip};

const DEPLOY: &str = r#"
server.group(name = "Group", group = "app")
server.user(name = "User", user = "app", group = "app", home = "/home/app", shell = "/bin/sh")
files.directory(name = "Folder", path = "/srv/app/conf", user = "app", group = "app", mode = "750")
site = files.put(name = "File", src = "app.conf", dest = "/srv/app/conf/app.conf", user = "app", group = "app", mode = "640")
files.put(name = "File again", src = "app.conf", dest = "/srv/app/conf/app.conf", user = "app", group = "app", mode = "640")
files.line(name = "Line", path = "/etc/app.list", line = "one")
files.link(name = "Link", path = "/srv/current", target = "/srv/app")
server.shell(name = "Count", commands = ["echo changed >> /var/tmp/count"], _if = site.did_change)
"#;

fn project(hosts: &SshHosts, user: &str, deploy: &str) -> Windlass {
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory(user));
    windlass.write("app.conf", "listen = 80\n");
    windlass.write("deploy.star", deploy);
    windlass
}

/// The steps of a plan, by host.
fn planned(plan: &Value, host: &str) -> Vec<String> {
    let operations = plan["operations"].as_array().unwrap();
    let of_host = operations
        .iter()
        .flat_map(|operation| operation["hosts"].as_array().unwrap());
    let steps = of_host
        .filter(|change| change["host"] == host)
        .flat_map(|change| change["steps"].as_array().unwrap());
    steps
        .map(|step| step.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_first_apply_does_what_the_plan_said_and_the_second_nothing() {
    let hosts = or_skip!(SshHosts::start(3));
    let windlass = project(&hosts, "root", DEPLOY);
    let plan = windlass
        .run(["plan", "inventory.toml", "deploy.star", "--json"])
        .succeeds()
        .json();
    for host in hosts.iter() {
        assert!(
            !host.path("/srv/app").exists(),
            "planning changed {}",
            host.name
        );
    }

    let apply = [
        "apply",
        "inventory.toml",
        "deploy.star",
        "--yes",
        "-vv",
        "--json",
    ];
    let lines = windlass.run(apply).succeeds().json_lines();
    for host in hosts.iter() {
        let ran: Vec<String> = lines
            .iter()
            .filter(|line| line["event"] == "input" && line["host"] == host.name.as_str())
            .map(|line| line["command"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ran, planned(&plan, &host.name), "{}", host.name);
        assert_eq!(
            host.sh("stat -c '%U:%G %a' /srv/app/conf/app.conf").trim(),
            "app:app 640"
        );
        assert_eq!(
            host.sh("cat /srv/app/conf/app.conf /etc/app.list /var/tmp/count")
                .trim(),
            "listen = 80\none\nchanged"
        );
        assert_eq!(host.sh("readlink /srv/current").trim(), "/srv/app");
    }

    let again = windlass
        .run([
            "plan",
            "inventory.toml",
            "deploy.star",
            "--detailed-exitcode",
        ])
        .succeeds();
    assert!(again.stdout.contains("Nothing to do"), "{}", again.stdout);
    let second = windlass
        .run(["apply", "inventory.toml", "deploy.star", "--yes"])
        .succeeds();
    assert!(second.stdout.contains("Nothing to do"), "{}", second.stdout);
    for host in hosts.iter() {
        assert_eq!(host.sh("cat /var/tmp/count").trim(), "changed");
    }
}

#[test]
fn a_dry_run_of_dependent_steps_is_true() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = project(&hosts, "root", DEPLOY);
    let plan = windlass
        .run(["plan", "inventory.toml", "deploy.star", "--json"])
        .succeeds()
        .json();
    let change = |name: &str| {
        let operations = plan["operations"].as_array().unwrap();
        let found = operations
            .iter()
            .find(|operation| operation["name"] == name);
        found.unwrap_or_else(|| panic!("{name} in {plan}"))["hosts"][0]["will_change"].clone()
    };
    for name in ["Group", "User", "Folder", "File", "Line", "Link"] {
        assert_eq!(change(name), Value::Bool(true), "{name}");
    }
    assert_eq!(change("File again"), Value::Bool(false));
}

#[test]
fn privilege_is_what_the_arguments_say() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = project(&hosts, "deploy", "");
    let whoami = |globals: &str| {
        let deploy = format!(
            "server.shell(name = \"Who\", commands = [\"id -un > /var/tmp/who; chmod 666 /var/tmp/who\"], {globals})\n"
        );
        windlass.write("deploy.star", deploy);
        hosts[0].sh("rm -f /var/tmp/who");
        let out = windlass.run(["apply", "inventory.toml", "deploy.star", "--yes"]);
        (
            out.code,
            hosts[0]
                .sh("cat /var/tmp/who 2>/dev/null || true")
                .trim()
                .to_owned(),
            format!("{}{}", out.stdout, out.stderr),
        )
    };
    let who = |globals: &str| {
        let (code, name, text) = whoami(globals);
        assert_eq!(code, Some(0), "{globals}: {text}");
        name
    };
    assert_eq!(who(""), "deploy");
    assert_eq!(who("_sudo = True, _sudo_password = \"deploy-pw\""), "root");
    assert_eq!(
        who("_sudo = True, _sudo_user = \"bob\", _sudo_password = \"deploy-pw\""),
        "bob"
    );
    assert_eq!(who("_su_user = \"bob\", _su_password = \"bob-pw\""), "bob");
    let (code, name, text) = whoami("_sudo = True, _sudo_password = \"not-it-at-all\"");
    assert_eq!((code, name.as_str()), (Some(4), ""), "{text}");
    assert!(
        text.contains("sudo password") && !text.contains("not-it-at-all"),
        "{text}"
    );
    let (code, _, text) = whoami("_sudo = True");
    assert_eq!(code, Some(4), "{text}");

    windlass.write("inventory.toml", hosts.inventory("nopass"));
    assert_eq!(who("_sudo = True"), "root");
    assert_eq!(who("_doas = True"), "root");
    assert_eq!(who("_doas_user = \"bob\""), "bob");
}
