//! The mistakes that reading a deploy before running it invites, each with its whole message.

use windlass_tests::Windlass;

/// A project with two hosts that answer nothing, and a deploy.
fn project(deploy: &str) -> Windlass {
    let windlass = Windlass::new();
    windlass.write(
        "inventory.toml",
        "[groups.web_servers]\nhosts = [\"@fake/web-01\", \"@fake/web-02\"]\n",
    );
    windlass.write("deploy.star", deploy);
    windlass
}

const PLAN: [&str; 3] = ["plan", "inventory.toml", "deploy.star"];

/// At execution, on one host: hosts fail in no order.
const APPLY: [&str; 6] = [
    "apply",
    "inventory.toml",
    "deploy.star",
    "--yes",
    "--limit",
    "@fake/web-01",
];

/// Not an error: whoever wrote it may know that the fact does not change. It is counted and shown.
#[test]
fn a_fact_that_can_change_decides_in_an_if() {
    let windlass = project(
        r#"
apt.packages(
    name = "Install nginx",
    packages = ["nginx"],
)

if host.get_fact(facts.files.File, path = "/etc/nginx/sites-enabled/default"):
    files.file(
        name = "Remove nginx default site",
        path = "/etc/nginx/sites-enabled/default",
        present = False,
    )
"#,
    );
    insta::assert_snapshot!(windlass.run(PLAN).succeeds());
}

#[test]
fn whether_an_operation_changed_decides_in_an_if() {
    let windlass = project(
        r#"
remove_default_site = files.file(
    name = "Remove nginx default site",
    path = "/etc/nginx/sites-enabled/default",
    present = False,
)

if remove_default_site.changed:
    server.service(
        name = "Reload nginx",
        service = "nginx",
        reloaded = True,
    )
"#,
    );
    insta::assert_snapshot!(windlass.run(PLAN).exits(1));
}

/// What the message says to write works.
#[test]
fn the_if_that_is_told_to_be_written_is_taken() {
    let windlass = project(
        r#"
remove_default_site = files.file(
    name = "Remove nginx default site",
    path = "/etc/nginx/sites-enabled/default",
    present = False,
)

server.service(name = "Reload nginx", service = "nginx", reloaded = True, _if = remove_default_site.did_change)
"#,
    );
    let _ = windlass.run(PLAN).succeeds();
}

#[test]
fn a_condition_is_negated_or_joined_as_if_it_were_known() {
    let site = "site = files.file(path = \"/etc/site\")\nmore = files.file(path = \"/etc/more\")\n";
    for (name, line) in [
        ("not", "x = not site.changed\n"),
        ("and", "x = site.did_change and more.did_change\n"),
        ("or", "x = site.did_change or more.did_change\n"),
        ("choice", "x = \"a\" if site.did_change() else \"b\"\n"),
    ] {
        let windlass = project(&format!("{site}{line}"));
        insta::assert_snapshot!(name, windlass.run(PLAN).exits(1));
    }
}

#[test]
fn the_output_of_an_operation_is_wanted_before_it_has_run() {
    let windlass = project(
        "who = server.shell(commands = [\"whoami\"])\nfiles.file(path = \"/home/\" + who.stdout)\n",
    );
    insta::assert_snapshot!(windlass.run(PLAN).exits(1));
}

#[test]
fn an_operation_is_called_at_the_wrong_stage() {
    let windlass = project("load(\"web.star\", \"web\")\nweb()\n");
    windlass.write(
        "web.star",
        "files.directory(path = \"/srv\")\ndef web():\n    files.directory(path = \"/srv/web\")\n",
    );
    insta::assert_snapshot!("before_there_is_a_host", windlass.run(PLAN).exits(1));

    let windlass = project("def late():\n    include(\"web.star\")\n\ncall(late)\n");
    windlass.write("web.star", "files.directory(path = \"/srv/web\")\n");
    insta::assert_snapshot!("included_at_execution", windlass.run(APPLY).exits(4));

    let windlass = project(
        r#"
def is_ready(attempt):
    files.file(path = "/run/ready")
    return True

server.shell(name = "Wait", commands = ["true"], _retries = 1, _retry_until = is_ready)
"#,
    );
    insta::assert_snapshot!("in_retry_until", windlass.run(APPLY).exits(4));
}

/// A loop whose body chooses between two operations, in an order that is another one on the second host.
fn cycle(items: &str) -> String {
    format!(
        r#"
parts = ["app", "site"] if host.name == "@fake/web-01" else ["site", "app"]
for part in {items}:
    if part == "app":
        files.directory(name = "App", path = "/srv/app")
    else:
        files.directory(name = "Site", path = "/srv/site")
"#
    )
}

#[test]
fn a_loop_makes_a_cycle() {
    insta::assert_snapshot!(project(&cycle("parts")).run(PLAN).exits(1));
}

/// What the message says to write works.
#[test]
fn each_way_out_of_a_cycle_is_one() {
    for (items, operations) in [("host.loop(parts)", 4), ("sorted(parts)", 2)] {
        let windlass = project(&cycle(items));
        let plan = windlass.run(PLAN.iter().chain(&["--json"])).succeeds();
        let found = plan.json()["operations"].as_array().unwrap().len();
        assert_eq!(found, operations, "{items}: {plan}");
    }
}
