//! What a user can get wrong, each with its whole message.

use windlass_tests::{Outcome, Windlass};

fn plan(windlass: &Windlass, rest: &[&str]) -> Outcome {
    let line = ["plan"].iter().chain(rest).copied();
    windlass.run(line).exits(1)
}

#[test]
fn files_that_are_missing_or_broken() {
    let windlass = Windlass::new();
    windlass.write("deploy.star", "files.put(src = \"none\", dest = \"x\")\n");
    windlass.write("broken.toml", "[groups.web\nhosts = []\n");
    windlass.write("syntax.star", "files.put(\n");
    insta::assert_snapshot!("missing_deploy", plan(&windlass, &["@local", "none.star"]));
    insta::assert_snapshot!(
        "missing_inventory",
        plan(&windlass, &["none.toml", "deploy.star"])
    );
    insta::assert_snapshot!(
        "broken_inventory",
        plan(&windlass, &["broken.toml", "deploy.star"])
    );
    insta::assert_snapshot!("broken_deploy", plan(&windlass, &["@local", "syntax.star"]));
    windlass.write("empty.toml", "[config]\nparallel = 3\n");
    let out = windlass.run(["plan", "empty.toml", "deploy.star"]);
    insta::assert_snapshot!("empty_inventory", out.succeeds());
    let config = ["@local", "deploy.star", "--config", "none.toml"];
    insta::assert_snapshot!("missing_config", plan(&windlass, &config));
}

#[test]
fn files_that_a_deploy_names_and_are_not_there() {
    let windlass = Windlass::new();
    windlass.write("tasks/web.star", "");
    for (name, text, code) in [
        (
            "missing_source",
            "files.put(name = \"Site\", src = \"site.conf\", dest = \"out\")\n",
            4,
        ),
        (
            "missing_template",
            "files.template(name = \"Site\", src = \"site.conf.j2\", dest = \"out\")\n",
            4,
        ),
        ("missing_include", "include(\"tasks/wbe.star\")\n", 1),
    ] {
        windlass.write("deploy.star", text);
        let out = windlass.run(["plan", "@local", "deploy.star"]);
        insta::assert_snapshot!(name, out.exits(code));
    }
}

#[test]
fn settings_that_are_broken_unknown_or_wrong() {
    let windlass = Windlass::new();
    windlass.write("deploy.star", "");
    for (name, text) in [
        ("broken_settings", "parallel = [1\n"),
        ("unknown_setting", "paralel = 3\n"),
        ("wrong_setting", "parallel = \"many\"\n"),
    ] {
        windlass.write("settings.toml", text);
        let line = ["@local", "deploy.star", "--config", "settings.toml"];
        insta::assert_snapshot!(name, plan(&windlass, &line));
    }
}

#[test]
fn names_and_types_in_a_deploy() {
    let windlass = Windlass::new();
    for (name, text) in [
        ("operation", "files.directry(path = \"x\")\n"),
        ("namespace", "file.directory(path = \"x\")\n"),
        ("argument", "files.directory(pth = \"x\")\n"),
        ("type", "files.directory(path = 5)\n"),
        ("missing_argument", "files.directory(mode = \"755\")\n"),
        ("fact", "x = host.get_fact(facts.files.Fil, path = \"x\")\n"),
        ("host", "x = inventory.get_host(\"@locl\")\n"),
        ("global", "files.directory(path = \"x\", _sduo = True)\n"),
    ] {
        windlass.write("deploy.star", text);
        insta::assert_snapshot!(name, plan(&windlass, &["@local", "deploy.star"]));
    }
}

#[test]
fn hosts_and_options() {
    let windlass = Windlass::new();
    windlass.write("deploy.star", "");
    windlass.write(
        "inventory.toml",
        "[groups.web]\nhosts = [\"@fake/web-01\"]\n",
    );
    let inventory = |rest: &[&str]| {
        let line = ["inventory.toml", "deploy.star"].iter().chain(rest);
        plan(&windlass, &line.copied().collect::<Vec<_>>())
    };
    insta::assert_snapshot!("limit", inventory(&["--limit", "wbe"]));
    insta::assert_snapshot!("limit_host", inventory(&["--limit", "web-02"]));
    insta::assert_snapshot!("exclude", inventory(&["--exclude", "wbe"]));
    insta::assert_snapshot!("data", inventory(&["--data", "novalue"]));
    insta::assert_snapshot!("connector", plan(&windlass, &["@lcoal", "deploy.star"]));
    insta::assert_snapshot!("option", inventory(&["--limt", "web"]));
    insta::assert_snapshot!("strategy", inventory(&["--strategy", "fast"]));
    insta::assert_snapshot!("command", windlass.run(["aply"]).exits(1));
}
