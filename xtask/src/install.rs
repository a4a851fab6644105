//! `cargo xtask install`: one program with the standard pack inside.

use crate::failure::Done;
use crate::plugins;
use crate::workspace;

/// How to install.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Install a debug build: done sooner, runs slower
    #[arg(long)]
    debug: bool,
}

/// Builds the pack, then lets cargo build and install the program around it.
pub(crate) fn run(args: &Args) -> Done {
    plugins::standard()?;
    let mut install = workspace::cargo(["install", "--locked", "--force", "--path", "runtime/cli"]);
    if args.debug {
        install.arg("--debug");
    }
    workspace::run(&mut install)
}
