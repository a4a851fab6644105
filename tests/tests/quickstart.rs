//! The example that `cargo xtask quickstart` deploys: plan, apply, plan again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use windlass_tests::Windlass;

/// A fresh copy of the example in the working folder.
fn example() -> Windlass {
    let windlass = Windlass::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart");
    for file in ["inventory.toml", "deploy.star", "templates/index.html.j2"] {
        windlass.write(file, fs::read(source.join(file)).unwrap());
    }
    windlass
}

const BOTH: [&str; 2] = ["inventory.toml", "deploy.star"];

#[test]
fn a_plan_changes_nothing() {
    let windlass = example();
    let plan = windlass
        .run(["plan", BOTH[0], BOTH[1], "--detailed-exitcode"])
        .exits(2);
    assert!(!windlass.dir().join("site").exists());
    insta::assert_snapshot!(plan);
}

#[test]
fn applied_twice_it_changes_once() {
    let windlass = example();
    insta::assert_snapshot!(
        "first",
        windlass
            .run(["apply", BOTH[0], BOTH[1], "--yes"])
            .succeeds()
    );
    assert!(
        windlass
            .read("site/index.html")
            .contains("<h1>Hello from Windlass</h1>")
    );
    assert_eq!(windlass.read("site/robots.txt"), "Allow: /\n");
    assert_eq!(windlass.read("site/changes.log"), "changed\n");

    insta::assert_snapshot!(
        "second",
        windlass
            .run(["apply", BOTH[0], BOTH[1], "--yes"])
            .succeeds()
    );
    assert_eq!(windlass.read("site/changes.log"), "changed\n");
    let plan = windlass
        .run(["plan", BOTH[0], BOTH[1], "--detailed-exitcode"])
        .succeeds();
    insta::assert_snapshot!("nothing left", plan);
}
