//! `cargo xtask bench`: what our own work costs, with a release build.

mod fake;
mod guests;
mod harness;
mod start;
mod table;

use std::path::PathBuf;

use crate::failure::Done;
use crate::plugins;
use crate::workspace::{cargo, run as call, target};

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the growth tables and the many hosts
    #[arg(long)]
    quick: bool,
    /// Only run this harness, a folder with `run_bench.py`, which measures Windlass and others in one run over SSH
    #[arg(long, value_name = "FOLDER")]
    harness: Option<PathBuf>,
    /// The Python that runs the harness
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    python: PathBuf,
    /// Arguments for the harness, such as `--hosts 1,10,50 --runs 3`
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds with the release profile and prints tables.
pub(crate) fn run(args: &Args) -> Done {
    plugins::run()?;
    let build = "build --release -p windlass-cli --bin windlass -p windlass-tests --example bench-fake \
                 --example bench-guests --example bench-ssh";
    call(&mut cargo(build.split_whitespace()))?;
    if let Some(folder) = &args.harness {
        return harness::run(folder, &args.python, &args.rest);
    }
    start::print()?;
    guests::print()?;
    fake::print(args.quick)?;
    let mut ssh = std::process::Command::new(target().join("release/examples/bench-ssh"));
    ssh.env("WINDLASS_BIN", target().join("release/windlass"));
    call(&mut ssh)
}
