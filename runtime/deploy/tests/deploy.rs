//! Deploys evaluated for hosts in memory, and executed.

mod support;

use support::{Run, error};
use windlass_engine::json::json;
use windlass_engine::state::Stage;

type Done = Result<(), String>;

#[tokio::test]
async fn hosts_share_operations_by_place_and_keep_the_order() -> Done {
    let run = Run::prepare(&[(
        "deploy.star",
        r#"
apt.packages(name = "Base", packages = ["htop"], _sudo = True)
if "db" in host.groups:
    apt.packages(name = "Postgres", packages = ["postgresql"])
if "web" in host.groups:
    apt.packages(name = "Nginx", packages = ["nginx"])
    files.file(name = "Site on %d" % host.data.port, path = "/etc/site", mode = 0o644)
"#,
    )])
    .await?;
    assert_eq!(
        run.order(),
        [
            "Base @deploy.star:2 [web-01 web-02 db-01]",
            "Postgres @deploy.star:4 [db-01]",
            "Nginx @deploy.star:6 [web-01 web-02]",
            "Site on 80 @deploy.star:7 [web-01 web-02]",
        ]
    );
    assert_eq!(
        run.arguments("web-01", 2),
        json!({"path": "/etc/site", "mode": "644"})
    );
    Ok(())
}

#[tokio::test]
async fn conditions_decide_at_execution() -> Done {
    let run = Run::apply(
        r#"
a = fake.file(name = "a", path = "/a", content = "1")
again = fake.file(name = "again", path = "/a", content = "1")
server.service(name = "reload", service = "x", _if = a.did_change)
server.service(name = "not", service = "x", _if = again.did_change)
server.service(name = "any", service = "x", _if = any_changed(a, again))
server.service(name = "all", service = "x", _if = all_changed(a, again))
server.service(name = "both", service = "x", _if = a.did_change & again.did_not_change)
server.service(name = "list", service = "x", _if = [a.changed, ~again.changed])
"#,
    )
    .await?;
    assert_eq!(
        run.results("web-01"),
        [
            "a: changed",
            "again: unchanged",
            "reload: changed",
            "not: skipped",
            "any: changed",
            "all: skipped",
            "both: changed",
            "list: changed",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_condition_as_a_bool_is_refused_wherever_it_comes_from() {
    assert_eq!(
        error("def f(x):\n    if x.changed:\n        apt.packages([])\nf(files.file(\"/x\"))\n")
            .await,
        "`x.changed` is known at execution only, so it cannot be used in an `if`\n \
         --> deploy.star:2:8\n  |\n2 |     if x.changed:\n  |        ^^^^^^^^^\n  \
         the deploy is read before anything runs; leave the decision to the operation:\n    \
         _if = x.did_change\n  called from deploy.star:4: f(files.file(\"/x\"))"
    );
    let and = error("x = files.file(\"/x\")\ny = x.changed and True\n").await;
    assert!(
        and.contains("with `and`") && and.contains("deploy.star:2:5"),
        "{and}"
    );
    let or = error("x = [files.file(\"/x\")]\ny = x[0] or None\n").await;
    assert!(
        or.contains("`x[0].did_change`") && or.contains("with `or`"),
        "{or}"
    );
    let equal = error("x = files.file(\"/x\")\ny = x.changed == True\n").await;
    assert!(equal.contains("known at execution only"), "{equal}");
    let early = error("x = files.file(\"/x\")\ny = x.stdout\n").await;
    assert!(
        early.starts_with(
            "`.stdout` of an operation is known at execution only\n --> deploy.star:2:5"
        ),
        "{early}"
    );
}

#[tokio::test]
async fn functions_run_at_execution_and_see_what_happened() -> Done {
    let run = Run::apply(
        r#"
out = fake.run(name = "ask", command = "echo hello")
def after(what, punctuation = "!"):
    if out.changed and out.did_succeed():
        fake.file(path = "/" + host.name, content = out.stdout_lines[0] + what + punctuation)
    if not out.changed:
        fake.file(path = "/wrong", content = "x")
call(after, "-world", name = "Use it")
"#,
    )
    .await?;
    assert_eq!(run.results("web-01"), ["ask: changed", "Use it: changed"]);
    assert_eq!(run.hosts.stores("web-01"), ["store /web-01 hello-world!"]);
    Ok(())
}

#[tokio::test]
async fn a_failing_function_says_where() -> Done {
    let text = "def broken():\n    fail(\"no luck\")\ncall(broken)\n";
    let run = Run::prepare(&[("deploy.star", text)]).await?;
    assert!(run.execute().await.is_err());
    let results = run.results("db-01");
    assert_eq!(results.len(), 1);
    assert!(
        results[0].starts_with("call(broken): ")
            && results[0].contains("no luck")
            && results[0].contains("deploy.star:2:5"),
        "{results:?}"
    );
    Ok(())
}

#[tokio::test]
async fn retry_until_is_asked_after_each_try() -> Done {
    let run = Run::apply(
        r#"
fake.run(name = "once", command = "echo ready", _retries = 3, _retry_delay = 0,
    _retry_until = lambda attempt: "ready" in attempt["stdout_lines"])
"#,
    )
    .await?;
    assert_eq!(run.results("web-01"), ["once: changed"]);
    Ok(())
}

#[tokio::test]
async fn a_changing_fact_in_an_if_is_a_warning_with_a_caret() -> Done {
    let run = Run::prepare(&[(
        "deploy.star",
        r#"
found = host.get_fact(facts.files.File, path = "/x")
if not found:
    files.file("/x")
if host.get_fact(facts.server.LinuxName) == "Debian":
    files.file("/y")
"#,
    )])
    .await?;
    assert_eq!(
        run.warnings(),
        [
            "the fact `files.File` can change, and this condition is decided before any operation has run\n \
             --> deploy.star:3:4\n  |\n3 | if not found:\n  |    ^^^^^^^^^\n  \
             call the operation always: it looks at the host itself and does nothing where nothing is to be done\n  \
             or let it depend on an earlier operation: _if = earlier.did_change"
        ]
    );
    assert_eq!(run.state.warnings_of(Stage::Prepare), 1);
    assert_eq!(run.order().len(), 2);
    Ok(())
}

#[tokio::test]
async fn deploy_functions_name_and_default() -> Done {
    let run = Run::prepare(&[
        (
            "deploy.star",
            "load(\"tasks/web.star\", \"web\")\nweb(\"a\", _sudo = True)\nfiles.file(name = \"after\", path = \"/z\")\n",
        ),
        (
            "tasks/web.star",
            r#"
def _web(name):
    files.file(name = "site " + name, path = host.data.root + "/" + host.data.color)
web = deploy("Web", _web, root = "/srv", color = "red")
"#,
        ),
    ])
    .await?;
    assert_eq!(
        run.order(),
        [
            "Web | site a @tasks/web.star:3 [web-01 web-02 db-01]",
            "after @deploy.star:3 [web-01 web-02 db-01]",
        ]
    );
    assert_eq!(run.arguments("db-01", 0), json!({"path": "/srv/blue"}));
    let host = run.state.host("db-01").map_err(|error| error.to_string())?;
    let operation = host
        .operation(host.operation_order()[0])
        .ok_or("no operation")?;
    assert_eq!(operation.global_arguments.sudo, Some(true));
    let frames: Vec<(String, u32)> = operation
        .place
        .frames
        .iter()
        .map(|frame| (frame.file.clone(), frame.line))
        .collect();
    assert_eq!(
        frames,
        [
            (String::from("deploy.star"), 2),
            (String::from("tasks/web.star"), 3)
        ]
    );
    Ok(())
}

#[tokio::test]
async fn includes_stand_where_they_are_included() -> Done {
    let run = Run::prepare(&[
        (
            "deploy.star",
            "files.file(\"/1\")\ninclude(\"tasks/more.star\")\nfiles.file(\"/3\")\n",
        ),
        (
            "tasks/more.star",
            "port = host.data.port\nfiles.file(\"/2-%d\" % port)\n",
        ),
    ])
    .await?;
    let places: Vec<String> = run
        .order()
        .iter()
        .map(|line| {
            line.split(['@', '['])
                .nth(1)
                .unwrap_or_default()
                .trim()
                .to_owned()
        })
        .collect();
    assert_eq!(
        places,
        ["deploy.star:1", "tasks/more.star:2", "deploy.star:3"]
    );
    Ok(())
}

#[tokio::test]
async fn a_loaded_file_has_no_host() {
    let files = [
        ("deploy.star", "load(\"web.star\", \"x\")\n"),
        ("web.star", "x = 1\nfiles.file(\"/x\")\n"),
    ];
    let Err(error) = Run::prepare(&files).await else {
        unreachable!("a loaded file cannot add operations")
    };
    assert_eq!(
        error,
        "the operation `files.file` is called at the top of `web.star`, which is loaded once for all hosts\n \
         --> web.star:2:1\n  |\n2 | files.file(\"/x\")\n  | ^^^^^^^^^^^^^^^^\n  \
         put it into a function and call that from the deploy, or use include(\"web.star\") instead of load"
    );
}

#[tokio::test]
async fn files_that_load_each_other_are_named() {
    let files = [
        ("deploy.star", "load(\"a.star\", \"a\")\n"),
        ("a.star", "load(\"b.star\", \"b\")\na = 1\n"),
        ("b.star", "load(\"a.star\", \"a\")\nb = 1\n"),
    ];
    let error = Run::prepare(&files).await.err().unwrap_or_default();
    assert!(
        error.contains("files load each other: deploy.star -> a.star -> b.star -> a.star"),
        "{error}"
    );
}

#[tokio::test]
async fn a_loop_that_swaps_operations_is_a_cycle_and_host_loop_is_the_way_out() -> Done {
    let swapped = |items: &str| {
        format!(
            "for first in {items}:\n    if first:\n        files.file(\"/a\")\n    else:\n        files.file(\"/b\")\n"
        )
    };
    let order = "([True, False] if host.name == \"db-01\" else [False, True])";
    let cycle = error(&swapped(order)).await;
    assert!(
        cycle.contains("deploy.star:3") && cycle.contains("deploy.star:5"),
        "{cycle}"
    );
    assert!(cycle.contains("fix:"), "{cycle}");
    let run = Run::prepare(&[(
        "deploy.star",
        swapped(&format!("host.loop({order})")).as_str(),
    )])
    .await?;
    assert_eq!(run.order().len(), 4);
    Ok(())
}

#[tokio::test]
async fn rounds_of_host_loops_count_in_the_loop_only() -> Done {
    let text = "for x in host.loop([1, 2] if host.name == \"db-01\" else [1]):\n    y = x\n    files.file(\"/%d\" % y)\nfiles.file(\"/after\")\n";
    let run = Run::prepare(&[("deploy.star", text)]).await?;
    assert_eq!(
        run.order(),
        [
            "files.file (/1) @deploy.star:3 [web-01 web-02 db-01]",
            "files.file (/2) @deploy.star:3 [db-01]",
            "files.file (/after) @deploy.star:4 [web-01 web-02 db-01]",
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_computed_inventory_is_one_that_the_engine_reads() -> Done {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("inventory.star");
    let text = "web = [\"@fake/web-%d\" % n for n in range(2)]\ndb = ([(\"@fake/db\", {\"port\": 1})], {\"role\": \"primary\"})\n";
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    let path = camino::Utf8PathBuf::from_path_buf(path).map_err(|_| "not UTF-8")?;
    let json = windlass_deploy::inventory_from_star(&path).map_err(|error| error.to_string())?;
    let inventory = windlass_engine::inventory::Inventory::from_text(
        "inventory.json",
        &json.to_string(),
        &windlass_engine::inventory::InventoryOptions::default(),
        &windlass_engine::fakes::FakeHosts::default(),
    )
    .await
    .map_err(|error| error.to_string())?;
    assert_eq!(inventory.group_names(), ["all", "web", "db"]);
    assert_eq!(inventory.hosts().len(), 3);
    Ok(())
}

#[tokio::test]
async fn several_calls_on_a_line_are_several_operations() -> Done {
    let run = Run::prepare(&[("deploy.star", "files.file(\"/a\"); files.file(\"/b\")\n")]).await?;
    assert_eq!(run.order().len(), 2);
    Ok(())
}

#[tokio::test]
async fn data_config_and_inventory_are_there() -> Done {
    let run = Run::prepare(&[(
        "deploy.star",
        r#"
config.SUDO = True
host.data.extra = host.data.get("nothing", "default")
names = inventory.groups["web"] + [inventory.get_host("db-01").name]
files.file(path = "/" + host.data["extra"] + "/" + ",".join(names) + "/" + str("color" in host.data))
"#,
    )])
    .await?;
    assert_eq!(
        run.arguments("web-01", 0),
        json!({"path": "/default/web-01,web-02,db-01/True"})
    );
    assert_eq!(
        error("x = host.data.prt\n").await,
        "`host.data` has no `prt`, did you mean `port`?\n \
         --> deploy.star:1:5\n  |\n1 | x = host.data.prt\n  |     ^^^^^^^^^^^^^"
    );
    let unknown = error("x = inventory.get_host(\"web-1\")\n").await;
    assert!(
        unknown.starts_with("the inventory has no host `web-1`, did you mean `web-0"),
        "{unknown}"
    );
    Ok(())
}

#[tokio::test]
async fn secrets_go_into_arguments_and_nowhere_else() -> Done {
    let run = Run::prepare(&[(
        "deploy.star",
        "fake.file(path = \"/s\", content = secret(\"env:CARGO_PKG_NAME\"))\n",
    )])
    .await?;
    assert_eq!(
        run.arguments("web-01", 0),
        json!({"path": "/s", "content": {"$secret": 0}})
    );
    // What was decoded from somebody else's text names no secret, however it looks.
    let forged =
        error("fake.file(path = \"/s\", content = {\"$secret\": \"env:CARGO_PKG_NAME\"})\n").await;
    assert!(
        forged.contains("an object with the key `$secret` is no secret"),
        "{forged}"
    );
    let joined = error("x = \"a\" + secret(\"env:CARGO_PKG_NAME\")\n").await;
    assert!(
        joined.contains("secret") && !joined.contains("windlass-deploy"),
        "{joined}"
    );
    let missing = error("x = secret(\"env:WINDLASS_SURELY_NOT_SET\")\n").await;
    assert!(
        missing.contains("WINDLASS_SURELY_NOT_SET") && missing.contains("deploy.star:1:5"),
        "{missing}"
    );
    Ok(())
}

#[tokio::test]
async fn a_deploy_is_bounded() {
    let endless =
        error("def f(n, g):\n    return g(n + 1, g)\ndef g(n, g):\n    return f(n, g)\nf(0, g)\n")
            .await;
    assert!(
        endless.starts_with("too many calls inside each other"),
        "{endless}"
    );
    assert!(endless.contains("more calls"), "{endless}");
    assert!(endless.lines().count() < 30, "{endless}");
    let long =
        error("n = 0\nfor a in range(100000):\n    for b in range(100000):\n        n += 1\n")
            .await;
    assert!(
        long.starts_with("the deploy takes too many steps"),
        "{long}"
    );
}

#[tokio::test]
async fn arguments_that_are_none_are_explained() {
    let result = error("x = files.file(\"/x\")\nfiles.file(path = x)\n").await;
    assert!(
        result.starts_with(
            "`path`: the result of an operation is known at execution only\n --> deploy.star:2:1"
        ),
        "{result}"
    );
    let fact = error("files.file(path = facts.files.File)\n").await;
    assert!(
        fact.contains("write host.get_fact(facts.files.File)"),
        "{fact}"
    );
    let called = error("files.file(path = facts.files.File(path = \"/x\"))\n").await;
    assert!(
        called.contains("write host.get_fact(facts.files.File, …)"),
        "{called}"
    );
    let function = error("def f():\n    pass\ncall(f())\n").await;
    assert!(
        function.contains("write call(function, argument)"),
        "{function}"
    );
    let condition = error("files.file(\"/x\", _if = files.file(\"/y\"))\n").await;
    assert!(condition.contains("_if = result.did_change"), "{condition}");
}

#[tokio::test]
async fn nothing_is_called_at_the_wrong_stage() -> Done {
    let text = r#"
def late():
    include("more.star")
def deciding(attempt):
    return files.file("/x")
def failing():
    fake.run(command = "fail 3")
call(late, _ignore_errors = True)
fake.run(command = "echo x", _retries = 1, _retry_delay = 0, _retry_until = deciding, _ignore_errors = True)
call(failing, _ignore_errors = True)
"#;
    let run = Run::prepare(&[("deploy.star", text), ("more.star", "")]).await?;
    run.execute().await?;
    let results = run.results("db-01");
    assert!(
        results[0].contains("nothing is added at execution")
            && results[0].contains("deploy.star:3:5"),
        "{results:?}"
    );
    assert!(
        results[1].contains("the operation `files.file` is called inside `_retry_until`"),
        "{results:?}"
    );
    assert!(
        results[2].contains("the nested operation `fake.run` failed")
            && results[2].contains("deploy.star:7:5"),
        "{results:?}"
    );
    let planned = error("x = files.file(\"/x\")\ny = x.will_change\n").await;
    assert!(planned.contains("_if = result.did_change"), "{planned}");
    Ok(())
}

#[tokio::test]
async fn global_arguments_of_facts_and_names_are_checked() {
    let unknown = error("host.fact(\"files.File\", path = \"/x\", _sodu = True)\n").await;
    assert!(
        unknown.starts_with(
            "there is no global argument `_sodu`, did you mean `_sudo`?\n --> deploy.star:1:1"
        ),
        "{unknown}"
    );
    let name = error("files.file(\"/x\", name = 5)\n").await;
    assert!(
        name.starts_with("`name` takes text, not a value of type int"),
        "{name}"
    );
    let mode = error("m = 493\nfiles.file(\"/x\", mode = m)\n").await;
    assert!(mode.contains("493 is 0o755 in octal"), "{mode}");
    let retry = error("files.file(\"/x\", _retry_until = True)\n").await;
    assert!(
        retry.starts_with("`_retry_until` takes a function of a try"),
        "{retry}"
    );
}
