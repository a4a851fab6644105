//! `windlass exec`

use windlass_tests::Windlass;

#[test]
fn lines_come_with_their_host_and_stream() {
    let windlass = Windlass::new();
    let out = windlass.run([
        "exec",
        "@local",
        "--",
        "echo one; printf two; echo oops >&2",
    ]);
    insta::assert_snapshot!(out.succeeds());
}

#[test]
fn a_command_that_fails_exits_with_4() {
    let windlass = Windlass::new();
    insta::assert_snapshot!(windlass.run(["exec", "@local", "--", "exit 3"]).exits(4));
}

#[test]
fn bytes_that_are_no_text_are_shown() {
    let windlass = Windlass::new();
    let out = windlass.run(["exec", "@local", "--", r"printf 'a\377b\nnext\n'"]);
    let out = out.succeeds();
    assert_eq!(out.stdout, "[@local] a\u{fffd}b\n[@local] next\n");
}

#[test]
fn json_is_a_line_an_event() {
    let windlass = Windlass::new();
    let out = windlass.run(["exec", "@local", "--json", "--", "echo one; exit 3"]);
    let lines = out.exits(4).json_lines();
    assert_eq!(lines[0]["line"], "one");
    assert_eq!(lines[1]["exit"]["status"], 3);
}
