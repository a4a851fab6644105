//! `cargo xtask soak`: the fuzz targets for minutes, with inputs that are others each time.

use crate::failure::Done;
use crate::workspace;

/// For how long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Minutes for each target
    #[arg(long, default_value_t = 10)]
    minutes: u64,
}

/// Runs the test of the fuzz targets, which takes as long as it is told to.
pub(crate) fn run(args: &Args) -> Done {
    let test = [
        "test",
        "--package",
        "windlass-tests",
        "--test",
        "fuzz",
        "--",
        "--nocapture",
    ];
    let mut test = workspace::cargo(test);
    test.env("WINDLASS_SOAK_SECONDS", (args.minutes * 60).to_string());
    workspace::run(&mut test)
}
