//! Between the question and the answer a host changes: what runs is what was approved, or less.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use windlass_tests::Windlass;

/// Two operations, of which the second looks again since the first did something.
fn deploy(windlass: &Windlass) {
    let folder = windlass.dir().display().to_string();
    windlass.write(
        "deploy.star",
        format!(
            "files.line(name = \"First\", path = \"{folder}/first\", line = \"one\")\n\
             files.line(name = \"Second\", path = \"{folder}/second\", line = \"mode=.*\", replace = \"mode=1\")\n"
        ),
    );
}

/// Applies, and makes the second operation's file `content` before the answer is given.
fn apply(words: &[&str], content: &str) -> (u32, String, Windlass) {
    let windlass = Windlass::new();
    deploy(&windlass);
    let all = [words, &["apply", "@local", "deploy.star"]].concat();
    let mut terminal = windlass.at_terminal(all);
    terminal.sees("Apply these changes?");
    windlass.write("second", content);
    terminal.types("y\n");
    let (code, shown) = terminal.ends();
    (code, shown, windlass)
}

#[test]
fn what_nobody_approved_does_not_run() {
    let (code, shown, windlass) = apply(&[], "mode=0\n");
    assert_eq!(code, 3, "{shown}");
    for part in [
        "the host is no longer as it was planned for",
        "planned:",
        "echo mode=1",
        "now:",
        "sed -i",
        "what would run now was approved by nobody, so nothing of it ran",
        "--allow-drift",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(windlass.read("first"), "one\n");
    assert_eq!(windlass.read("second"), "mode=0\n");
}

#[test]
fn drift_may_be_allowed() {
    let (code, shown, windlass) = apply(&["--allow-drift"], "mode=0\n");
    assert_eq!(code, 0, "{shown}");
    assert!(
        shown.contains("the host is no longer as it was planned for"),
        "{shown}"
    );
    assert_eq!(windlass.read("second"), "mode=1\n");
}

#[test]
fn what_is_left_out_needs_no_approval() {
    let (code, shown, windlass) = apply(&[], "mode=1\n");
    assert_eq!(code, 0, "{shown}");
    assert_eq!(windlass.read("second"), "mode=1\n");
}

#[test]
fn what_was_planned_behind_a_failure_that_does_not_count_is_no_drift() {
    for words in [&[][..], &["--no-wait"], &["--no-wait", "--no-batch"]] {
        let windlass = Windlass::new();
        let folder = windlass.dir().display().to_string();
        let line = format!(
            "files.line(path = \"{folder}/none/file\", line = \"one\", _ignore_errors = True)\n"
        );
        windlass.write("deploy.star", line.repeat(3));
        let all = [words, &["apply", "--yes", "@local", "deploy.star"]].concat();
        let out = windlass.run(all).succeeds();
        let text = out.to_string();
        assert_eq!(text.matches("cannot create").count(), 3, "{out}");
        assert!(!out.says("no longer as it was planned for"), "{out}");
    }
}

#[test]
fn a_host_that_failed_for_something_else_did_not_only_drift() {
    let windlass = Windlass::new();
    deploy(&windlass);
    let text = windlass.read("deploy.star");
    let lenient = text.replace("mode=1\")", "mode=1\", _ignore_errors = True)");
    assert_ne!(lenient, text);
    windlass.write(
        "deploy.star",
        format!("{lenient}server.shell(name = \"Third\", commands = \"exit 5\")\n"),
    );
    let mut terminal = windlass.at_terminal(["apply", "@local", "deploy.star"]);
    terminal.sees("Apply these changes?");
    windlass.write("second", "mode=0\n");
    terminal.types("y\n");
    let (code, shown) = terminal.ends();
    assert!(shown.contains("no longer as it was planned for"), "{shown}");
    assert_eq!(code, 4, "{shown}");
}
