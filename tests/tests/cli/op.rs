//! `windlass op`

use windlass_tests::Windlass;

#[test]
fn one_operation_with_typed_arguments() {
    let windlass = Windlass::new();
    let op = [
        "op",
        "@local",
        "files.directory",
        "path=made",
        "mode=700",
        "--yes",
    ];
    insta::assert_snapshot!("first", windlass.run(op).succeeds());
    let made = std::fs::metadata(windlass.dir().join("made")).unwrap();
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&made.permissions()) & 0o777,
        0o700
    );
    insta::assert_snapshot!("second", windlass.run(op).succeeds());
}

#[test]
fn global_arguments_and_a_name_may_be_given() {
    let windlass = Windlass::new();
    let out = windlass.run([
        "op",
        "@local",
        "server.shell",
        "exit 3",
        "name=Expected",
        "_success_exit_codes=[3]",
        "--yes",
    ]);
    let out = out.succeeds();
    assert!(out.says("changed: Expected"), "{out}");
}

#[test]
fn wrong_calls_are_told_before_anything_connects() {
    let windlass = Windlass::new();
    let say = |args: &[&str]| {
        let line = ["op", "@fake/x", "--yes"].iter().chain(args);
        windlass.run(line.copied()).exits(1)
    };
    insta::assert_snapshot!("unknown_operation", say(&["files.directry", "path=x"]));
    insta::assert_snapshot!("unknown_argument", say(&["files.directory", "pth=x"]));
    insta::assert_snapshot!(
        "wrong_type",
        say(&["files.directory", "path=x", "present=maybe"])
    );
    insta::assert_snapshot!("missing", say(&["files.directory"]));
    insta::assert_snapshot!("global", say(&["files.directory", "path=x", "_sduo=true"]));
}
