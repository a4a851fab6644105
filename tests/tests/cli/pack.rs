//! `windlass pack`

use windlass_tests::Windlass;

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
