//! `windlass plan`

use windlass_tests::Windlass;

use crate::with_deploy;

#[test]
fn shows_what_would_change_and_changes_nothing() {
    let windlass = with_deploy();
    let out = windlass.run(["plan", "@local", "deploy.star"]).succeeds();
    insta::assert_snapshot!(out);
    assert!(!windlass.dir().join("out").exists());
}

#[test]
fn detailed_exitcode_tells_whether_changes_are_pending() {
    let windlass = with_deploy();
    let plan = ["plan", "@local", "deploy.star", "--detailed-exitcode"];
    let _ = windlass.run(plan).exits(2);
    let _ = windlass
        .run(["apply", "@local", "deploy.star", "--yes"])
        .succeeds();
    insta::assert_snapshot!(windlass.run(plan).succeeds());
}

#[test]
fn json_is_one_document() {
    let windlass = with_deploy();
    let out = windlass.run(["plan", "@local", "deploy.star", "--json"]);
    let plan = out.succeeds().json();
    assert_eq!(plan["version"], 1);
    let names: Vec<&str> = plan["operations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| operation["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Folder", "Page", "Count"]);
    assert_eq!(plan["operations"][1]["hosts"][0]["will_change"], true);
}

#[test]
fn hosts_that_share_a_change_are_shown_together() {
    let windlass = Windlass::new();
    windlass.write(
        "deploy.star",
        "server.shell(name = \"Say\", commands = [\"echo \" + host.data.word])\n",
    );
    windlass.write(
        "inventory.toml",
        "[groups.all_of_them]\nhosts = [\"@fake/a\", \"@fake/b\", \"@fake/c\"]\nword = \"same\"\n\n\
         [hosts.\"@fake/c\"]\nword = \"other\"\n",
    );
    let out = windlass.run(["plan", "inventory.toml", "deploy.star"]);
    insta::assert_snapshot!(out.succeeds());
}

#[test]
fn little_address_space_is_enough() {
    let windlass = with_deploy();
    let plan = windlass.command(["plan", "@local", "deploy.star"]);
    // 40 GB: fewer than the places for guests take.
    let limit = "ulimit -v 41943040 && exec \"$@\"";
    let mut limited = std::process::Command::new("sh");
    limited.args(["-c", limit, "sh"]).arg(plan.get_program());
    limited.args(plan.get_args()).envs(
        plan.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    limited.current_dir(windlass.dir());
    let out = windlass.outcome(&limited.output().unwrap()).succeeds();
    let free = windlass.run(["plan", "@local", "deploy.star"]).succeeds();
    assert_eq!(out.to_string(), free.to_string());
}
