//! `cargo xtask …`: what a developer of Windlass runs. One module a command.

mod bench;
mod compilers;
mod deps;
mod failure;
mod guests;
mod install;
mod lint;
mod machine;
mod plugins;
mod precompile;
mod quickstart;
mod soak;
mod tally;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Done;

/// Builds, tests and tries Windlass.
#[derive(Parser)]
#[command(name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything, then plan, apply and plan again a small deploy of this machine's ./quickstart folder
    Quickstart,
    /// Build the components of the standard pack and of the tests, and compile the former ahead of time
    Plugins,
    /// Run everything that CI runs, except lints
    Test(test::Args),
    /// Check formatting, clippy (warnings are errors) and the rules of this repository
    Lint,
    /// Install `windlass` with the standard pack inside, into cargo's bin folder
    Install(install::Args),
    /// List the system packages that the tests need, or install them
    Deps(deps::Args),
    /// Feed the readers of other people's files with what nobody wrote, for minutes
    Soak(soak::Args),
    /// Measure a release build on hosts that are fakes
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let done: Done = match Cli::parse().command {
        Task::Quickstart => quickstart::run(),
        Task::Plugins => plugins::run(),
        Task::Test(args) => test::run(&args),
        Task::Lint => lint::run(),
        Task::Install(args) => install::run(&args),
        Task::Deps(args) => deps::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::Bench(args) => bench::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
