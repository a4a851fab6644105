//! `windlass fact`

use windlass_tests::Windlass;

#[test]
fn facts_are_shown_with_what_was_asked() {
    let windlass = Windlass::new();
    windlass.write("present", "");
    let out = windlass.run([
        "fact",
        "@local",
        "files.Directory",
        "path=absent",
        "server.Which",
        "sh",
        "files.Sha1File",
        "path=present",
    ]);
    insta::assert_snapshot!(out.succeeds());
}

#[test]
fn json_lists_each_hosts_facts() {
    let windlass = Windlass::new();
    let out = windlass.run(["fact", "@local", "files.File", "path=absent", "--json"]);
    let value = &out.succeeds().json()["hosts"]["@local"][0];
    assert_eq!(value["fact"], "files.File");
    assert!(value["value"].is_null());
}

#[test]
fn wrong_names_get_the_nearest() {
    let windlass = Windlass::new();
    let fact = windlass.run(["fact", "@local", "files.Fil", "path=x"]);
    insta::assert_snapshot!("fact", fact.exits(1));
    let argument = windlass.run(["fact", "@local", "files.File", "pth=x"]);
    insta::assert_snapshot!("argument", argument.exits(1));
}
