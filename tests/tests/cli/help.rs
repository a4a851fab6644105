//! `windlass help`, `operations`, `facts`, `completions`, `--version`

use windlass_tests::Windlass;

#[test]
fn help_of_an_operation_and_of_a_fact() {
    let windlass = Windlass::new();
    insta::assert_snapshot!("operation", windlass.run(["help", "files.link"]).succeeds());
    insta::assert_snapshot!("fact", windlass.run(["help", "files.File"]).succeeds());
    insta::assert_snapshot!("unknown", windlass.run(["help", "files.lnk"]).exits(1));
}

#[test]
fn help_of_the_program_and_of_a_command() {
    let windlass = Windlass::new();
    insta::assert_snapshot!("program", windlass.run(["-h"]).succeeds());
    let out = windlass.run(["help", "plan"]).succeeds();
    assert!(out.says("--detailed-exitcode"), "{out}");
}

#[test]
fn lists_can_be_searched() {
    let windlass = Windlass::new();
    let out = windlass.run(["operations", "link"]).succeeds();
    assert!(out.stdout.starts_with("files.link  "), "{out}");
    let out = windlass.run(["facts", "--json"]).succeeds().json();
    let names: Vec<&str> = out
        .as_array()
        .unwrap()
        .iter()
        .map(|fact| fact["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"files.File"), "{names:?}");
    let _ = windlass.run(["facts", "no-such-thing"]).exits(1);
}

#[test]
fn completions_know_the_commands() {
    let windlass = Windlass::new();
    for shell in ["bash", "zsh", "fish"] {
        let out = windlass.run(["completions", shell]).succeeds();
        assert!(out.says("detailed-exitcode"), "{shell}");
    }
}

#[test]
fn the_version_is_told() {
    let out = Windlass::new().run(["--version"]).succeeds();
    assert!(out.stdout.starts_with("windlass "), "{out}");
}
