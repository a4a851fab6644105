//! `cargo xtask bench`: a release build, measured on hosts that are fakes.

use crate::failure::Done;
use crate::plugins;
use crate::workspace;

/// What to measure.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Arguments for the benchmark program: how many hosts [default: 200]
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Runs the benchmark program of the tests' crate.
pub(crate) fn run(args: &Args) -> Done {
    plugins::standard()?;
    let mut bench = workspace::cargo([
        "run",
        "--release",
        "-p",
        "windlass-tests",
        "--example",
        "bench-fake",
        "--",
    ]);
    workspace::run(bench.args(&args.rest))
}
