//! `cargo xtask quickstart`: from a checkout to a deploy that was planned, applied and found done.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Done, Failure};
use crate::plugins;
use crate::workspace::{build_program, line_of, make_folder, root, run as run_command, windlass};

/// Builds, copies the example to `./quickstart` unless it is there, and deploys it on this machine, below that folder.
pub(crate) fn run() -> Done {
    say("Building the standard pack and windlass (a few minutes the first time)");
    plugins::standard()?;
    let program = build_program("windlass")?;

    let folder = root().join("quickstart");
    copy_missing(&root().join("examples/quickstart"), &folder)?;

    say("1. What would change? Planning changes nothing.");
    show(&folder, &["plan", "inventory.toml", "deploy.star"])?;
    say("2. Apply it.");
    show(
        &folder,
        &["apply", "inventory.toml", "deploy.star", "--yes"],
    )?;
    say("3. Plan again: nothing is left to do.");
    show(
        &folder,
        &[
            "plan",
            "inventory.toml",
            "deploy.star",
            "--detailed-exitcode",
        ],
    )?;

    println!(
        "\nDone. The deploy is quickstart/deploy.star; what it made is below quickstart/site.\n\n\
         Three commands to try next, in the folder quickstart:\n  \
         {program} fact @local server.LinuxName files.File path=site/index.html\n  \
         {program} op @local files.line path=site/robots.txt line='Disallow: /private'\n  \
         {program} help files.template",
        program = program.display(),
    );
    Ok(())
}

fn say(text: &str) {
    eprintln!("\n== {text}");
}

/// Runs `windlass` in the folder, its command line shown first.
fn show(folder: &Path, args: &[&str]) -> Done {
    let mut command = Command::new(windlass());
    command.args(args).current_dir(folder);
    eprintln!("$ {}\n", line_of(&command));
    run_command(&mut command)
}

/// Copies files that are not there yet: what someone edited stays.
fn copy_missing(from: &Path, to: &Path) -> Done {
    make_folder(to)?;
    let entries = fs::read_dir(from).map_err(|error| Failure::at(from, &error))?;
    for entry in entries.filter_map(Result::ok) {
        let source: PathBuf = entry.path();
        let target = to.join(entry.file_name());
        if source.is_dir() {
            copy_missing(&source, &target)?;
        } else if !target.exists() {
            fs::copy(&source, &target).map_err(|error| Failure::at(&target, &error))?;
        }
    }
    Ok(())
}
