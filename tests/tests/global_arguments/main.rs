//! Each global argument on a real host: what it makes different, so that one that is ignored fails here.
//!
//! | argument | test |
//! | --- | --- |
//! | `name` | `how::a_name_is_what_output_calls_it` |
//! | `_chdir` | `how::commands_run_in_a_folder` |
//! | … | [`COVERED`] has them all |
//!
//! The privilege arguments run the programs of Debian (sudo, su, doas), each with and without a password. dzdo belongs
//! to a product that Debian does not have: a script of that name that behaves as sudo stands for it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod hosts;
mod how;
mod outcome;
mod whom;

use std::collections::BTreeSet;

use windlass_engine::arguments::GlobalArguments;
use windlass_tests::{Missing, Outcome, SshHosts, SshOptions, Windlass};

/// The test that fails when an argument is ignored.
const COVERED: &[(&str, &str)] = &[
    ("name", "a_name_is_what_output_calls_it"),
    ("_sudo", "sudo_without_and_with_a_password"),
    ("_sudo_user", "sudo_changes_to_a_user"),
    ("_sudo_password", "sudo_without_and_with_a_password"),
    (
        "_use_sudo_password",
        "the_sudo_password_is_asked_for_once_at_the_terminal",
    ),
    ("_use_sudo_login", "sudo_with_a_login_shell"),
    ("_preserve_sudo_env", "sudo_keeps_the_environment"),
    ("_su_user", "su_without_and_with_a_password"),
    ("_su_password", "su_without_and_with_a_password"),
    ("_use_su_login", "su_with_a_login_shell"),
    ("_preserve_su_env", "su_keeps_the_environment"),
    ("_su_shell", "su_starts_a_shell"),
    ("_doas", "doas_changes_to_a_user_and_takes_no_password"),
    ("_doas_user", "doas_changes_to_a_user_and_takes_no_password"),
    ("_dzdo", "dzdo_changes_to_a_user"),
    ("_dzdo_user", "dzdo_changes_to_a_user"),
    ("_shell_executable", "a_shell_is_chosen_or_left_out"),
    ("_chdir", "commands_run_in_a_folder"),
    ("_env", "commands_have_an_environment"),
    ("_success_exit_codes", "exit_codes_mean_success"),
    (
        "_timeout",
        "a_command_that_takes_too_long_is_ended_with_all_it_started",
    ),
    ("_get_pty", "a_command_has_a_terminal"),
    ("_stdin", "a_command_reads_what_it_is_given"),
    ("_temp_dir", "temporary_files_are_in_the_folder"),
    ("_sensitive", "what_is_sensitive_is_not_shown"),
    ("_ignore_errors", "failures_are_ignored"),
    ("_continue_on_error", "failures_do_not_end_the_operation"),
    ("_if", "an_operation_runs_where_a_condition_holds"),
    ("_retries", "an_operation_is_tried_again"),
    ("_retry_delay", "between_tries_there_is_a_delay"),
    ("_retry_until", "tries_go_on_until_one_is_good_enough"),
    ("_run_once", "one_host_runs_it_once"),
    ("_serial", "hosts_run_it_one_after_another"),
    ("_parallel", "so_many_hosts_run_it_at_once"),
];

/// Where the tests are.
const SOURCES: [&str; 4] = [
    include_str!("hosts.rs"),
    include_str!("how.rs"),
    include_str!("outcome.rs"),
    include_str!("whom.rs"),
];

const DOCUMENTED: &str = include_str!("../../../docs/src/arguments.md");

#[test]
fn every_global_argument_has_a_test_that_uses_it() {
    // Those that are no plain data have no name in the engine's list.
    let others = ["name", "_if", "_retry_until"];
    let known: BTreeSet<&str> = GlobalArguments::NAMES
        .iter()
        .copied()
        .chain(others)
        .collect();
    let covered: BTreeSet<&str> = COVERED.iter().map(|(argument, _)| *argument).collect();
    assert_eq!(known, covered);
    for (argument, test) in COVERED {
        let head = format!("#[test]\nfn {test}() {{\n");
        let body = SOURCES
            .iter()
            .find_map(|source| source.split_once(&head))
            .unwrap_or_else(|| panic!("{argument}: there is no test {test}"));
        let body = body.1.split("\n}\n").next().unwrap();
        assert!(
            body.contains(&format!("{argument} = ")),
            "{test} does not set {argument}"
        );
        assert!(
            DOCUMENTED.contains(&format!("`{argument}`")),
            "{argument} is not documented"
        );
    }
}

/// Hosts, and a project for them.
struct Target {
    hosts: SshHosts,
    windlass: Windlass,
}

impl Target {
    fn start(count: usize) -> Result<Self, Missing> {
        Self::start_with(count, SshOptions::default())
    }

    fn start_with(count: usize, options: SshOptions) -> Result<Self, Missing> {
        let hosts = SshHosts::start_with(count, options)?;
        let windlass = Windlass::new();
        Ok(Self { hosts, windlass })
    }

    /// Writes a deploy and an inventory in which `user` logs in.
    fn write(&self, user: &str, deploy: &str) {
        let inventory = self.hosts.inventory(user);
        self.windlass.write("inventory.toml", inventory);
        self.windlass.write("deploy.star", deploy);
    }

    /// Applies a deploy, showing everything.
    fn apply(&self, user: &str, deploy: &str) -> Outcome {
        self.write(user, deploy);
        let line = ["apply", "inventory.toml", "deploy.star", "--yes", "-vvv"];
        self.windlass.run(line)
    }

    /// Runs a command on the first host, with global arguments; how that ended, and what it printed.
    fn try_out(&self, user: &str, command: &str, globals: &str) -> (Outcome, String) {
        self.hosts[0].sh("rm -f /var/tmp/out");
        let command =
            format!("({command}) > /var/tmp/out; left=$?; chmod 666 /var/tmp/out; exit $left");
        let deploy = format!("server.shell(name = \"It\", commands = [{command:?}], {globals})\n");
        let outcome = self.apply(user, &deploy);
        let printed = self.hosts[0].sh("cat /var/tmp/out 2> /dev/null || true");
        (outcome, printed)
    }

    /// What a command prints that is run with global arguments.
    #[track_caller]
    fn out(&self, user: &str, command: &str, globals: &str) -> String {
        let (outcome, printed) = self.try_out(user, command, globals);
        assert_eq!(outcome.code, Some(0), "{user}, {globals}: {outcome}");
        printed
    }

    /// The report of a command that fails on the host with these arguments.
    #[track_caller]
    fn refused(&self, user: &str, command: &str, globals: &str) -> String {
        let (outcome, printed) = self.try_out(user, command, globals);
        assert_eq!(outcome.code, Some(4), "{user}, {globals}: {outcome}");
        assert_eq!(printed, "", "{user}, {globals}");
        outcome.stderr
    }

    /// Whether a file is on the first host.
    fn has(&self, path: &str) -> bool {
        self.hosts[0].path(path).exists()
    }
}
