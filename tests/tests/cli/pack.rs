//! `windlass pack`

use windlass_tests::{Windlass, guest};

const PASSES: &str = r#"{"id": "passes", "op": "server.shell", "params": {"commands": ["echo hi"]}, "expect": {"commands": [{"type": "shell", "raw": "echo hi"}]}}"#;
const FAILS: &str = r#"{"id": "fails", "op": "server.shell", "params": {"commands": ["echo hi"]}, "expect": {"commands": [{"type": "shell", "raw": "echo ho"}]}}"#;

#[test]
fn cases_pass_or_say_why_not() {
    let windlass = Windlass::new();
    windlass.write("good.jsonl", PASSES);
    windlass.write("bad.jsonl", format!("{PASSES}\n{FAILS}\n"));
    let _ = windlass
        .run(["pack", "test", "--cases", "good.jsonl"])
        .succeeds();
    let out = windlass.run(["pack", "test", "--json", "--cases", "bad.jsonl"]);
    let lines = out.exits(1).json_lines();
    assert_eq!(lines[0]["passed"], true);
    assert_eq!(lines[1]["id"], "fails");
    assert_eq!(lines[1]["passed"], false);
    assert_eq!(
        (&lines[2]["total"], &lines[2]["passed"]),
        (&2.into(), &1.into())
    );
}

#[test]
fn a_missing_file_is_named() {
    let windlass = Windlass::new();
    let out = windlass.run(["pack", "test", "--cases", "none.jsonl"]);
    let out = out.exits(1);
    assert!(out.says("none.jsonl"), "{out}");
}

#[test]
fn a_pack_that_the_command_line_names_is_used_and_called_unsigned() {
    let windlass = Windlass::new();
    std::fs::create_dir(windlass.dir().join("mine")).unwrap();
    std::fs::copy(guest("echo"), windlass.dir().join("mine/echo.wasm")).unwrap();
    for path in ["mine", "mine/echo.wasm"] {
        let out = windlass.run(["operations", "echo.", "--pack", path]);
        let out = out.succeeds();
        assert!(out.stdout.starts_with("echo."), "{out}");
        let warning = format!("warning: the pack {path} is not signed");
        assert!(out.stderr.contains(&warning), "{out}");
    }
    insta::assert_snapshot!(
        "missing_pack",
        windlass.run(["operations", "--pack", "none.wasm"]).exits(1)
    );
    windlass.write("text.wasm", "no component");
    insta::assert_snapshot!(
        "no_component",
        windlass.run(["operations", "--pack", "text.wasm"]).exits(1)
    );
}
