//! `windlass init`

use windlass_tests::Windlass;

#[test]
fn what_it_makes_can_be_applied() {
    let windlass = Windlass::new();
    insta::assert_snapshot!("made", windlass.run(["init", "new"]).succeeds());
    let there = ["--chdir", "new", "inventory.toml", "deploy.star"];
    let _ = windlass
        .run(["apply", "--yes"].iter().chain(&there))
        .succeeds();
    assert!(windlass.read("new/site/index.html").contains("Hello"));
    let _ = windlass
        .run(["plan", "--detailed-exitcode"].iter().chain(&there))
        .succeeds();
}

#[test]
fn it_overwrites_nothing() {
    let windlass = Windlass::new();
    windlass.write("deploy.star", "mine");
    insta::assert_snapshot!("kept", windlass.run(["init"]).exits(1));
    assert_eq!(windlass.read("deploy.star"), "mine");
    assert!(!windlass.dir().join("inventory.toml").exists());
}
