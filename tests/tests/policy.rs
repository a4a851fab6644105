//! What a policy of the machine does, whatever a project, its inventory and the command line say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use windlass_tests::{Missing, Outcome, SshHosts, Windlass, guest, or_skip};

fn under(policy: &str) -> Result<Windlass, Missing> {
    Windlass::new().under_policy(policy)
}

/// Runs a deploy, and asserts that no `done` came of it.
fn refused(windlass: &Windlass, inventory: &str, deploy: &str, code: i32) -> Outcome {
    windlass.write("deploy.star", deploy);
    let out = windlass.run(["apply", "--yes", inventory, "deploy.star"]);
    assert!(!windlass.dir().join("done").exists(), "{out}");
    out.exits(code)
}

#[test]
fn every_way_to_a_shell_is_the_same_way() {
    let windlass = or_skip!(under("[[rule]]\ndeny-operations = [\"server.shell\"]\n"));
    let because = "/etc/windlass/policy.toml:2: deny-operations has \"server.shell\"";
    let done = windlass.dir().join("done").display().to_string();
    let touch = format!("touch {done}");

    let exec = windlass.run(["exec", "@local", "--", &touch]);
    insta::assert_snapshot!("exec", exec);
    let shell = format!("commands=[\"{touch}\"]");
    let op = windlass.run(["op", "--yes", "@local", "server.shell", &shell]);
    assert!(op.says(because), "{op}");

    let deploy = format!("server.shell(commands = [\"{touch}\"])\n");
    insta::assert_snapshot!("deploy", refused(&windlass, "@local", &deploy, 1));

    let function =
        format!("def later():\n    server.shell(commands = [\"{touch}\"])\n\ncall(later)\n");
    let out = refused(&windlass, "@local", &function, 4);
    assert!(out.says(because) && out.says("called by call"), "{out}");
    assert!(!windlass.dir().join("done").exists());

    // Another operation that runs commands is another thing: this line is no boundary.
    windlass.write("touch.sh", format!("{touch}\n"));
    windlass.write("deploy.star", "server.script(src = \"touch.sh\")\n");
    let out = windlass
        .run(["apply", "--yes", "@local", "deploy.star"])
        .succeeds();
    assert!(windlass.dir().join("done").exists(), "{out}");
}

#[test]
fn privilege_is_refused_wherever_it_comes_from() {
    let policy = "[[rule]]\ngroups = [\"prod\"]\nallow-users = [\"www-data\"]\n";
    let windlass = or_skip!(under(policy));
    windlass.write(
        "inventory.toml",
        "[groups.prod]\nhosts = [\"@local\"]\n[hosts.\"@local\"]\n",
    );
    let done = windlass.dir().join("done").display().to_string();
    let deploy = |globals: &str| format!("server.shell(commands = [\"touch {done}\"]{globals})\n");
    let because = "/etc/windlass/policy.toml:3: allow-users does not have \"root\"";
    for globals in [
        ", _sudo = True",
        ", _su_user = \"root\"",
        ", _doas = True",
        ", _dzdo_user = \"root\"",
        ", _sudo = True, _su_user = \"www-data\"",
    ] {
        let out = refused(&windlass, "inventory.toml", &deploy(globals), 1);
        assert!(out.says(because), "{globals}\n{out}");
    }
    let scope = format!(
        "def inner():\n    server.shell(commands = [\"touch {done}\"])\n\nscope = deploy(\"Scope\", inner)\nscope(_sudo = True)\n"
    );
    let out = refused(&windlass, "inventory.toml", &scope, 1);
    assert!(out.says(because), "{out}");

    windlass.write("deploy.star", deploy(""));
    let flag = windlass.run(["--sudo", "apply", "--yes", "inventory.toml", "deploy.star"]);
    assert!(flag.exits(1).says(because));
    let data = windlass.run([
        "--data",
        "_sudo=true",
        "apply",
        "--yes",
        "inventory.toml",
        "deploy.star",
    ]);
    assert!(data.exits(1).says(because));
    windlass.write("settings.toml", "[config]\nsudo = true\n");
    let config = windlass.run([
        "--config",
        "settings.toml",
        "exec",
        "inventory.toml",
        "--",
        "true",
    ]);
    assert!(config.says("becoming root by sudo is not allowed on @local"));
    let fact = windlass.run(["--sudo", "fact", "inventory.toml", "server.Hostname"]);
    assert!(fact.says(because), "{fact}");

    let _ = windlass
        .run(["apply", "--yes", "inventory.toml", "deploy.star"])
        .succeeds();
    assert!(windlass.dir().join("done").exists());
}

#[test]
fn a_host_that_is_excluded_is_not_connected_to_under_any_name() {
    let hosts = or_skip!(SshHosts::start(1));
    let name = hosts[0].name.clone();
    let inventory = hosts.inventory("deploy");
    let denied = |policy: &str, inventory: &str| {
        let windlass = under(policy)?;
        windlass.write("inventory.toml", inventory);
        let before = hosts[0].settled_log();
        let out = windlass
            .run(["exec", "inventory.toml", "--", "true"])
            .exits(4);
        assert_eq!(hosts[0].log(), before, "{out}");
        Ok::<_, Missing>(out)
    };
    let by_group = "[[rule]]\ngroups = [\"ssh\"]\ndeny-connections = true\n";
    let out = or_skip!(denied(by_group, &inventory));
    let windlass = Windlass::new();
    insta::assert_snapshot!("excluded", format!("{}", out).replace(&name, "[name]"));
    drop(windlass);
    // The project calls it something else and leaves it out of the group: its address gives it away.
    let renamed = inventory
        .replace("[groups.ssh]", "[groups.innocent]")
        .replace(&name, "innocent");
    let by_address = format!(
        "[[rule]]\naddresses = [\"{}\"]\ndeny-connections = true\n",
        hosts[0].address
    );
    let out = or_skip!(denied(&by_address, &renamed));
    assert!(out.says("policy.toml:3: deny-connections = true"), "{out}");
    // Only a network that is not this one may be reached.
    let only = "[[rule]]\nexcept-addresses = [\"192.0.2.0/24\"]\ndeny-connections = true\n";
    let out = or_skip!(denied(only, &renamed));
    assert!(out.says("deny-connections"), "{out}");
    // Who resolves the name for it cannot be trusted with it.
    let proxied = format!("{renamed}ssh_proxy_command = \"nc %h %p\"\n")
        .replace(&hosts[0].address, "innocent.example.org");
    let out = or_skip!(denied(&by_address, &proxied));
    assert!(out.says("connecting to innocent.example.org"), "{out}");

    let windlass = or_skip!(under(
        "[[rule]]\nhosts = [\"other\"]\ndeny-connections = true\n"
    ));
    windlass.write("inventory.toml", &inventory);
    let _ = windlass
        .run(["exec", "inventory.toml", "--", "true"])
        .succeeds();
}

#[test]
fn rules_about_an_address_hold_after_connecting() {
    let hosts = or_skip!(SshHosts::start(1));
    let policy = format!(
        "[[rule]]\naddresses = [\"{}/32\"]\ndeny-facts = [\"server.Kernel\"]\n",
        hosts[0].address
    );
    let windlass = or_skip!(under(&policy));
    windlass.write("inventory.toml", hosts.inventory("deploy"));
    let _ = windlass
        .run(["fact", "inventory.toml", "server.Hostname"])
        .succeeds();
    let out = windlass.run(["fact", "inventory.toml", "server.Kernel"]);
    assert!(
        out.says("policy.toml:3: deny-facts has \"server.Kernel\""),
        "{out}"
    );
}

#[test]
fn nothing_runs_under_a_policy_that_cannot_be_relied_on() {
    let windlass = or_skip!(under("[[rule]]\ndeny-operation = [\"server.shell\"]\n"));
    let exec = || {
        windlass
            .run(["exec", "@local", "--", "touch", "done"])
            .exits(1)
    };
    insta::assert_snapshot!("unknown_key", exec());
    windlass.set_policy("", 0o666);
    insta::assert_snapshot!("writable", exec());
    windlass.set_policy("\u{0}", 0o644);
    assert!(exec().says("the policy is wrong, so nothing is run"));
    assert!(!windlass.dir().join("done").exists());
    // Neither the user's nor the project's files are looked at for one.
    windlass.set_policy("[[rule]]\ndeny-operations = [\"*\"]\n", 0o644);
    windlass.write("policy.toml", "");
    windlass.write("../config/windlass/policy.toml", "");
    assert!(
        windlass
            .run(["exec", "@local", "--", "true"])
            .says("policy.toml:2")
    );
    windlass.set_policy("", 0o644);
    let _ = windlass.run(["exec", "@local", "--", "true"]).succeeds();
}

#[test]
fn packs_are_refused_by_name_and_for_want_of_a_signature() {
    let windlass = or_skip!(under("[packs]\nallowed = [\"acme:*\"]\n"));
    let climber = guest("climber").display().to_string();
    let run = || {
        let pack = ["--pack", &climber];
        let op = ["op", "--yes", "@local", "climber.harmless"];
        windlass.run(pack.iter().chain(&op)).exits(1)
    };
    insta::assert_snapshot!("pack_name", run());
    windlass.set_policy("[packs]\n", 0o644);
    insta::assert_snapshot!("pack_unsigned", run());
}

const SHOWN: &str = r#"[packs]
allowed = ["acme:*"]

[[rule]]
hosts = ["prod-*"]
groups = ["prod"]
deny-operations = ["server.shell", "sever.user"]
deny-privilege = true

[[rule]]
packs = ["acme:*"]

[rule.capabilities]
read = ["/etc/web"]
"#;

#[test]
fn a_policy_says_what_it_says() {
    let windlass = or_skip!(under(SHOWN));
    insta::assert_snapshot!("check", windlass.run(["policy", "check"]).succeeds());
    let json = windlass
        .run(["--json", "policy", "check"])
        .succeeds()
        .json();
    assert_eq!(json["says"][0]["line"], 1);
    windlass.write(
        "draft.toml",
        "[[rule]]\ndeny-privilege = true\nhost = [\"a\"]\n",
    );
    insta::assert_snapshot!(
        "draft",
        windlass.run(["policy", "check", "draft.toml"]).exits(1)
    );
    let plain = Windlass::new();
    insta::assert_snapshot!("no_policy", plain.run(["policy", "check"]).succeeds());
}

#[test]
fn the_deciding_line_is_told() {
    let windlass = or_skip!(under(SHOWN));
    let explain = |more: &[&str]| {
        let words = ["policy", "explain", "--host", "prod-1"];
        windlass.run(words.iter().chain(more))
    };
    let denied = explain(&["--operation", "server.shell", "--sudo"]).exits(1);
    insta::assert_snapshot!("explain_denied", denied);
    let pack = explain(&["--operation", "web.site", "--pack", "acme:web"]).succeeds();
    insta::assert_snapshot!("explain_pack", pack);
    let stranger = explain(&["--operation", "web.site", "--pack", "evil:web"]).exits(1);
    assert!(
        stranger.says("allowed does not have \"evil:web\""),
        "{stranger}"
    );
    windlass.write("inventory.toml", "[groups.prod]\nhosts = [\"web\"]\n");
    let words = [
        "policy",
        "explain",
        "--host",
        "web",
        "--inventory",
        "inventory.toml",
    ];
    let out = windlass.run(
        words
            .iter()
            .chain(&["--operation", "server.shell", "--json"]),
    );
    let lines = out.exits(1).json_lines();
    assert_eq!(lines[1]["allowed"], false);
    assert_eq!(lines[1]["line"], 7);
}

#[test]
fn the_audit_that_a_policy_wants_has_what_it_denies() {
    let policy = "[audit]\nrequired = true\n\n[[rule]]\ndeny-operations = [\"server.shell\"]\n";
    let windlass = or_skip!(under(policy));
    let _ = windlass.run(["exec", "@local", "--", "true"]).exits(4);
    let runs = windlass.run(["audit", "show", "--json"]).succeeds();
    let run = runs.json()[0]["run"].as_str().unwrap().to_owned();
    let show = windlass.run(["audit", "show", "--json", "--run", &run]);
    let records = show.succeeds().json_lines();
    let denied = records.iter().find(|record| record["kind"] == "denied");
    let denied = denied.unwrap_or_else(|| panic!("{records:?}"));
    assert_eq!(denied["text"], "server.shell");
    assert_eq!(
        denied["line"],
        "/etc/windlass/policy.toml:5: deny-operations has \"server.shell\""
    );
    // Where it cannot be kept, nothing is done.
    let state = windlass.state().join("windlass");
    std::fs::remove_dir_all(&state).unwrap();
    std::fs::write(&state, "in the way").unwrap();
    windlass.set_policy("[audit]\nrequired = true\n", 0o644);
    let _ = windlass
        .run(["exec", "@local", "--", "touch", "done"])
        .exits(1);
    assert!(!windlass.dir().join("done").exists());
}

#[test]
fn only_locked_runs_where_the_policy_wants_them() {
    let windlass = or_skip!(under("[packs]\nrequire-locked = true\n"));
    let out = windlass.run(["exec", "@local", "--", "true"]).exits(1);
    insta::assert_snapshot!("not_locked", out);
    let _ = windlass
        .run(["--locked", "exec", "@local", "--", "true"])
        .succeeds();
}

#[test]
fn a_component_takes_no_more_than_the_policy_leaves() {
    let windlass = or_skip!(under("[limits]\nrunning = \"200ms\"\n"));
    let hostile = guest("hostile").display().to_string();
    let pack = ["--pack", &hostile];
    let op = ["op", "--yes", "@local", "hostile.spin"];
    let out = windlass.run(pack.iter().chain(&op)).exits(4);
    assert!(out.says("it ran for more than 200ms"), "{out}");
    // Work is counted alike at every run; the standard pack's is, too.
    windlass.set_policy("[limits]\nfuel = 5000000\n", 0o644);
    let ends = || windlass.run(pack.iter().chain(&op)).exits(4);
    let (first, again) = (ends(), ends());
    let report = |out: &Outcome| {
        let (_, report) = out
            .stderr
            .split_once("it used up its fuel of 5000000\n")
            .unwrap();
        let frames = report.lines().take_while(|line| line.contains(" (at 0x"));
        frames.map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(!report(&first).is_empty(), "{first}");
    assert_eq!(report(&first), report(&again));
    let _ = windlass
        .run(["op", "--yes", "@local", "server.shell", "commands=true"])
        .succeeds();
    windlass.set_policy("[limits]\nfuel = 1000\n", 0o644);
    let out = windlass
        .run(["op", "--yes", "@local", "server.shell", "commands=true"])
        .exits(4);
    assert!(
        out.says("server.shell: the plugin failed: it used up its fuel of 1000"),
        "{out}"
    );
}
