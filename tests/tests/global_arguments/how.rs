//! Where and how commands run.

use windlass_tests::or_skip;

use crate::Target;

#[test]
fn a_name_is_what_output_calls_it() {
    let target = or_skip!(Target::start(1));
    let named = target.apply(
        "root",
        "server.shell(name = \"Greets\", commands = [\"echo hi\"])\n",
    );
    assert!(named.stdout.contains("changed: Greets\n"), "{named}");
    let unnamed = target.apply("root", "server.shell(commands = [\"echo hi\"])\n");
    assert!(
        unnamed.stdout.contains("changed: server.shell ("),
        "{unnamed}"
    );
}

#[test]
fn commands_run_in_a_folder() {
    let target = or_skip!(Target::start(1));
    assert_eq!(target.out("root", "pwd", ""), "/root");
    assert_eq!(
        target.out("root", "pwd", "_chdir = \"/usr/share\""),
        "/usr/share"
    );
    // Nothing runs elsewhere instead.
    let report = target.refused("root", "pwd", "_chdir = \"/surely/not\"");
    assert!(report.contains("/surely/not"), "{report}");
}

#[test]
fn commands_have_an_environment() {
    let target = or_skip!(Target::start(1));
    let out = |globals: &str| target.out("nopass", "echo [$GREETING]", globals);
    assert_eq!(out(""), "[]");
    assert_eq!(out("_env = {\"GREETING\": \"it's a b\"}"), "[it's a b]");
    // Inside of what changes the user.
    assert_eq!(out("_env = {\"GREETING\": \"hi\"}, _sudo = True"), "[hi]");
}

#[test]
fn a_shell_is_chosen_or_left_out() {
    let target = or_skip!(Target::start(1));
    let out = |globals: &str| target.out("root", "echo ${BASH_VERSION:+bash}", globals);
    assert_eq!(out(""), "");
    assert_eq!(out("_shell_executable = \"bash\""), "bash");
    // Without one it is the login shell's.
    assert_eq!(out("_shell_executable = None"), "bash");
}

#[test]
fn a_command_has_a_terminal() {
    let target = or_skip!(Target::start(1));
    let out = |globals: &str| target.out("root", "test -t 2 && echo tty || echo none", globals);
    assert_eq!(out(""), "none");
    assert_eq!(out("_get_pty = True"), "tty");
}

#[test]
fn a_command_reads_what_it_is_given() {
    let target = or_skip!(Target::start(1));
    let out = |globals: &str| target.out("root", "cat", globals);
    assert_eq!(out(""), "");
    assert_eq!(out("_stdin = \"as it is\""), "as it is");
    assert_eq!(out("_stdin = [\"one\", \"two\"]"), "one\ntwo");
}

#[test]
fn exit_codes_mean_success() {
    let target = or_skip!(Target::start(1));
    let code = |status: u8, globals: &str| {
        let command = format!("exit {status}");
        target.try_out("root", &command, globals).0.code
    };
    assert_eq!(code(3, ""), Some(4));
    assert_eq!(code(3, "_success_exit_codes = [0, 3]"), Some(0));
    assert_eq!(code(0, "_success_exit_codes = [3]"), Some(4));
}

#[test]
fn a_command_that_takes_too_long_is_ended_with_all_it_started() {
    let target = or_skip!(Target::start(1));
    let command = "touch /var/tmp/begun; sleep 4321 & sleep 20; touch /var/tmp/ended";
    let deploy = format!(
        "server.shell(name = \"Slow\", commands = [\"{command}\"], _timeout = 1)\n\
         files.file(name = \"After\", path = \"/var/tmp/after\")\n"
    );
    let outcome = target.apply("root", &deploy).exits(4);
    assert!(outcome.stderr.contains("did not end within 1"), "{outcome}");
    assert!(target.has("/var/tmp/begun"));
    assert!(!target.has("/var/tmp/ended") && !target.has("/var/tmp/after"));
    let left = target.hosts[0].processes();
    assert!(!left.iter().any(|line| line.contains("sleep")), "{left:?}");
}

#[test]
fn temporary_files_are_in_the_folder() {
    let target = or_skip!(Target::start(1));
    target.hosts[0].sh("mkdir /var/tmp/mine");
    target
        .windlass
        .write("where.sh", "#!/bin/sh\ndirname \"$0\" > /var/tmp/out\n");
    let out = |globals: &str| {
        let deploy = format!("server.script(name = \"It\", src = \"where.sh\", {globals})\n");
        let outcome = target.apply("root", &deploy);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        target.hosts[0].sh("cat /var/tmp/out")
    };
    assert_eq!(out(""), "/tmp");
    assert_eq!(out("_temp_dir = \"/var/tmp/mine\""), "/var/tmp/mine");
}

#[test]
fn what_is_sensitive_is_not_shown() {
    let target = or_skip!(Target::start(1));
    // Arguments, commands and their output; the line of the deploy is no output of the operation.
    let shows = |globals: &str| {
        let deploy = format!(
            "word = \"lou\" + \"d\"\nserver.shell(commands = [\"echo \" + word], {globals})\n"
        );
        let outcome = target.apply("root", &deploy);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        outcome.says("loud")
    };
    assert!(shows(""));
    assert!(!shows("_sensitive = True"));
}
