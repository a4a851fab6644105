//! Users on a real host: the plan of adding them is what runs, home folders that `useradd` makes included.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use serde_json::Value;
use windlass_tests::{SshHosts, Windlass, or_skip};

const DEPLOY: &str = r#"
server.group(name = "Group", group = "staff-of-app")
server.user(name = "Made", user = "made", create_home = True, group = "staff-of-app", home = "/srv/far/away/made", public_keys = ["ssh-ed25519 AAAA made"])
server.user(name = "Own group", user = "own", create_home = True, shell = "/bin/sh", password = secret("env:DIGEST"))
server.user(name = "Found", user = "found", create_home = True, home = "/srv/found")
server.user(name = "Plain", user = "plain")
server.user_authorized_keys(name = "Keys", user = "own", public_keys = ["ssh-ed25519 AAAA own"])
files.put(name = "Profile", src = "profile", dest = "/home/own/notes", user = "own", group = "own")
server.user(name = "Gone", user = "bob", present = False)
"#;

/// The steps of a plan, in order.
fn planned(plan: &Value) -> Vec<String> {
    let operations = plan["operations"].as_array().unwrap().iter();
    let hosts = operations.flat_map(|operation| operation["hosts"].as_array().unwrap());
    let steps = hosts.flat_map(|host| host["steps"].as_array().unwrap());
    steps
        .map(|step| step.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_plan_of_users_is_what_runs() {
    let hosts = or_skip!(SshHosts::start(1));
    let host = &hosts[0];
    host.sh("mkdir /srv/found");
    let windlass = Windlass::new().env("DIGEST", "$6$salt$digest");
    windlass.write("inventory.toml", hosts.inventory("root"));
    windlass.write("profile", "notes\n");
    windlass.write("deploy.star", DEPLOY);
    let plan = windlass.run(["plan", "inventory.toml", "deploy.star", "--json"]);
    let plan = planned(&plan.succeeds().json());
    let made = "useradd -d /srv/far/away/made -g staff-of-app -m made";
    assert!(plan.iter().any(|step| step == made), "{plan:#?}");
    let own = |step: &String| step.contains("mkdir") && step.contains("/home/own");
    assert!(
        plan.iter()
            .filter(|step| own(step))
            .all(|step| step.ends_with(".ssh"))
    );
    // Nobody makes these two.
    for step in ["chown found:found /srv/found", "mkdir -p /home/plain"] {
        assert!(plan.iter().any(|planned| planned == step), "{plan:#?}");
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
    let ran = lines.iter().filter(|line| line["event"] == "input");
    let ran: Vec<&str> = ran.map(|line| line["command"].as_str().unwrap()).collect();
    assert_eq!(ran, plan);
    for (home, owner) in [
        ("/srv/far/away/made", "made:staff-of-app"),
        ("/home/own", "own:own"),
        ("/srv/found", "found:found"),
        ("/home/plain", "plain:plain"),
        ("/home/own/.ssh/authorized_keys", "own:own"),
    ] {
        assert_eq!(host.sh(&format!("stat -c %U:%G {home}")), owner, "{home}");
    }

    let again = windlass
        .run(["plan", "inventory.toml", "deploy.star"])
        .succeeds();
    assert!(again.stdout.contains("Nothing to do"), "{again}");
}
