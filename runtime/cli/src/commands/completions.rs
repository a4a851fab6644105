//! `windlass completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Cli;
use crate::errors::{CliError, Status};

/// Print completions for a shell, for its completion folder
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<Status, CliError> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "windlass", &mut text);
    std::io::Write::write_all(&mut std::io::stdout().lock(), &text)
        .map_err(CliError::io("writing completions"))?;
    Ok(Status::Done)
}
