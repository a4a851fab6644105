//! The order of the checks. Each runs, whatever became of the one before.

use std::process::Command;

use windlass_guests::{TARGET, packages};

use super::{files, layers};
use crate::failure::{Done, Failure};
use crate::guests::{self, ALL, Guests, WITH_TESTS};
use crate::workspace::{cargo, line_of, root, run as run_command};

/// Runs all checks; fails when one did.
pub(crate) fn run() -> Done {
    let mut failures = Vec::new();
    let mut note = |done: Done| {
        if let Err(failure) = done {
            eprintln!("error: {failure}");
            failures.push(failure);
        }
    };
    for mut command in formatting()? {
        note(shown(&mut command));
    }
    note(layers::check());
    note(files::check());
    note(
        windlass_guests::find(|note| eprintln!("{note}"))
            .map_or_else(|error| Err(error.into()), |_| Ok(())),
    );
    for mut command in clippy() {
        note(shown(&mut command));
    }
    match failures.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!(
            "{count} checks failed; each is described above"
        ))),
    }
}

fn shown(command: &mut Command) -> Done {
    eprintln!("== {}", line_of(command));
    run_command(command)
}

/// One command a workspace. Packages are named, since `--all` would format what they depend on by path, too.
fn formatting() -> Done<Vec<Command>> {
    let mut manifests = vec![root().join("Cargo.toml")];
    manifests.extend(ALL.map(Guests::manifest));
    let mut commands = Vec::new();
    for manifest in manifests {
        let mut command = cargo(["fmt", "--check"]);
        for package in packages(&manifest)? {
            command.args(["--package", &package.name]);
        }
        command.arg("--manifest-path").arg(manifest);
        commands.push(command);
    }
    Ok(commands)
}

fn clippy() -> Vec<Command> {
    let deny = ["--", "-D", "warnings"];
    let mut host = cargo(["clippy", "--workspace", "--all-targets"]);
    host.args(deny);
    // Guests as they ship, and once more with their native tests.
    let mut commands = vec![host];
    for guests in ALL {
        let mut command = cargo(["clippy", "--workspace", "--target", TARGET]);
        command.arg("--manifest-path").arg(guests.manifest());
        command
            .arg("--target-dir")
            .arg(guests::target_folder())
            .args(deny);
        commands.push(command);
    }
    for guests in WITH_TESTS {
        let mut command = cargo(["clippy", "--workspace", "--all-targets"]);
        command.arg("--manifest-path").arg(guests.manifest());
        command
            .arg("--target-dir")
            .arg(guests::target_folder())
            .args(deny);
        commands.push(command);
    }
    commands
}
