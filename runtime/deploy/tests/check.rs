//! What is said of a deploy before anything connects: whole messages.

mod support;

use support::{check, check_files};

#[test]
fn a_deploy_without_mistakes_passes() {
    assert_eq!(
        check(
            r#"
apt.packages(name = "Base", packages = ["htop"], update = True, _sudo = True)
if "web" in host.groups:
    site = files.file("/etc/site", mode = 0o644)
    operations.server.service(service = "nginx", reloaded = True, _if = site.did_change)
if host.get_fact(facts.server.LinuxName) == "Debian":
    apt.packages([p for p in ["a", "b"] if p != "a"], **{"update": True})
def setup(path, **more):
    files.file(path, **more)
setup("/x")
"#
        ),
        "ok"
    );
}

#[test]
fn an_unknown_operation_names_the_nearest() {
    assert_eq!(
        check("apt.packges(packages = [])\n"),
        "there is no operation `apt.packges`, did you mean `apt.packages`?\n \
         --> deploy.star:1:1\n  |\n1 | apt.packges(packages = [])\n  | ^^^^^^^^^^^"
    );
    assert_eq!(
        check("server.reboot()\n"),
        "there is no operation `server.reboot`\n \
         --> deploy.star:1:1\n  |\n1 | server.reboot()\n  | ^^^^^^^^^^^^^\n  `server` has service"
    );
    assert_eq!(
        check("files.File(path = \"/x\")\n"),
        "`files.File` is a fact, no operation\n \
         --> deploy.star:1:1\n  |\n1 | files.File(path = \"/x\")\n  | ^^^^^^^^^^\n  \
         ask the host: host.get_fact(facts.files.File, …)"
    );
    assert_eq!(
        check("atp.packages(packages = [])\n"),
        "there is no `atp` here, did you mean `apt`?\n \
         --> deploy.star:1:1\n  |\n1 | atp.packages(packages = [])\n  | ^^^"
    );
}

#[test]
fn arguments_are_checked_where_they_stand() {
    assert_eq!(
        check("apt.packages(pakages = [\"htop\"])\n"),
        "apt.packages has no argument `pakages`, did you mean `packages`?\n \
         --> deploy.star:1:14\n  |\n1 | apt.packages(pakages = [\"htop\"])\n  |              ^^^^^^^"
    );
    assert_eq!(
        check("files.file(present = False)\n"),
        "files.file needs `path`\n \
         --> deploy.star:1:1\n  |\n1 | files.file(present = False)\n  | ^^^^^^^^^^"
    );
    assert_eq!(
        check("files.file(\"/x\", sudo = True)\n"),
        "files.file has no argument `sudo`, did you mean the global argument `_sudo`?\n \
         --> deploy.star:1:18\n  |\n1 | files.file(\"/x\", sudo = True)\n  |                  ^^^^"
    );
    assert_eq!(
        check("files.file(\"/x\", _sodu = True)\n"),
        "there is no global argument `_sodu`, did you mean `_sudo`?\n \
         --> deploy.star:1:18\n  |\n1 | files.file(\"/x\", _sodu = True)\n  |                  ^^^^^^^^^^^^"
    );
    assert_eq!(
        check("files.file(\"/x\", _sudo = \"yes\")\n"),
        "`_sudo` takes true or false, not text\n \
         --> deploy.star:1:18\n  |\n1 | files.file(\"/x\", _sudo = \"yes\")\n  |                  ^^^^^^^^^^^^^"
    );
}

#[test]
fn a_number_that_is_no_mode_gets_a_hint() {
    assert_eq!(
        check("files.file(\"/x\", mode = 493)\n"),
        "`mode = 493` is no octal mode\n \
         --> deploy.star:1:25\n  |\n1 | files.file(\"/x\", mode = 493)\n  |                         ^^^\n  \
         493 is 0o755 in octal: write mode = 0o755 or mode = \"755\""
    );
}

#[test]
fn facts_are_checked_as_operations_are() {
    assert_eq!(
        check("x = host.get_fact(facts.files.Fil, path = \"/x\")\n"),
        "there is no fact `files.Fil`, did you mean `files.File`?\n \
         --> deploy.star:1:19\n  |\n1 | x = host.get_fact(facts.files.Fil, path = \"/x\")\n  |                   ^^^^^^^^^^^^^^^"
    );
    assert_eq!(
        check("x = host.fact(\"server.LinuxNam\")\n"),
        "there is no fact `server.LinuxNam`, did you mean `server.LinuxName`?\n \
         --> deploy.star:1:15\n  |\n1 | x = host.fact(\"server.LinuxNam\")\n  |               ^^^^^^^^^^^^^^^^^"
    );
    assert_eq!(
        check("x = host.fact(\"files.File\", pth = \"/x\")\n"),
        "files.File has no argument `pth`, did you mean `path`?\n \
         --> deploy.star:1:29\n  |\n1 | x = host.fact(\"files.File\", pth = \"/x\")\n  |                             ^^^"
    );
}

#[test]
fn a_result_used_in_an_if_shows_the_line_to_write() {
    assert_eq!(
        check(
            "site = files.file(\"/x\")\nif site.changed:\n    server.service(service = \"nginx\", reloaded = True)\n"
        ),
        "`site.changed` is known at execution only, so it cannot be used in an `if`\n \
         --> deploy.star:2:4\n  |\n2 | if site.changed:\n  |    ^^^^^^^^^^^^\n  \
         the deploy is read before anything runs; leave the decision to the operation:\n    \
         server.service(…, _if = site.did_change)"
    );
    assert_eq!(
        check(
            "site = files.file(\"/x\")\nif not site.changed:\n    server.service(service = \"nginx\")\n"
        ),
        "`site.changed` is known at execution only, so it cannot be used with `not`\n \
         --> deploy.star:2:8\n  |\n2 | if not site.changed:\n  |        ^^^^^^^^^^^^\n  \
         the deploy is read before anything runs; leave the decision to the operation:\n    \
         _if = site.did_not_change"
    );
}

#[test]
fn files_that_are_loaded_are_checked_too() {
    assert_eq!(
        check_files(&[
            ("deploy.star", "load(\"tasks/web.star\", \"web\")\nweb()\n"),
            (
                "tasks/web.star",
                "def web():\n    apt.packges(packages = [])\n"
            ),
        ]),
        "there is no operation `apt.packges`, did you mean `apt.packages`?\n \
         --> tasks/web.star:2:5\n  |\n2 |     apt.packges(packages = [])\n  |     ^^^^^^^^^^^"
    );
    let missing = check_files(&[
        ("deploy.star", "include(\"tasks/wbe.star\")\n"),
        ("tasks/web.star", ""),
    ]);
    assert!(
        missing.starts_with(
            "there is no file `tasks/wbe.star`, did you mean `tasks/web.star`?\n --> deploy.star:1:9\n"
        ),
        "{missing}"
    );
    let outside = check_files(&[("deploy.star", "include(\"../../../../../../etc/hosts\")\n")]);
    assert!(
        outside.starts_with("`../../../../../../etc/hosts` is outside the deploy's folder"),
        "{outside}"
    );
}

#[test]
fn a_syntax_error_has_a_caret() {
    let error = check("apt.packages(packages = [\n");
    assert!(error.contains(" --> deploy.star:"), "{error}");
    assert!(error.contains('^'), "{error}");
}

#[test]
fn what_python_has_more_is_named_with_what_to_write() {
    for (text, hint) in [
        ("from x import host\n", "without an import"),
        ("import os\n", "without an import"),
        ("@deploy(\"x\")\ndef f():\n    pass\n", "no decorators"),
        ("while True:\n    pass\n", "loop over a list"),
        ("try:\n    pass\nexcept:\n    pass\n", "_ignore_errors"),
        ("with x:\n    pass\n", "in each call"),
        ("class A:\n    pass\n", "struct("),
    ] {
        let error = check(text);
        assert!(
            error.contains(hint) && error.contains("--> deploy.star:1:"),
            "{error}"
        );
    }
}

#[test]
fn a_deploy_function_that_nobody_calls_is_a_mistake() {
    let error = check("def web():\n    pass\ndeploy(\"Web\", web)\n");
    assert!(
        error
            .starts_with("this makes a deploy function and does not call it\n --> deploy.star:3:1"),
        "{error}"
    );
}

#[test]
fn several_mistakes_are_shown_at_once() {
    let error = check("apt.packges()\nfiles.fil()\n");
    assert_eq!(error.matches(" --> ").count(), 2, "{error}");
}

/// The examples of the book: each is a whole deploy, whose other files need not be there.
#[test]
fn the_examples_of_the_book_are_right() {
    let page = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../docs/src/deploys.md"
    ))
    .unwrap_or_default();
    let examples: Vec<&str> = page
        .split("```python\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```"))
        .map(|(example, _)| example)
        .collect();
    assert!(
        examples.len() > 5,
        "the page has {} examples",
        examples.len()
    );
    for example in examples {
        let said = check_files(&[
            ("deploy.star", example),
            (
                "tasks/web.star",
                "def _web():\n    pass\nweb = deploy(\"Web\", _web)\n",
            ),
            ("tasks/users.star", ""),
        ]);
        assert_eq!(said, "ok", "{example}");
    }
}
