//! `windlass pack test`.

use std::path::PathBuf;

use camino::Utf8PathBuf;
use clap::Args;
use windlass::packs::cases::{Differences, Options, read_cases, run_cases};
use windlass::setup;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::interrupt::Interrupts;
use crate::packs::{pack_at, setup_error};

/// Run case files against a pack: what calls must plan, and what facts must read
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Case files, one case a line as JSON
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// A file that lists cases which may differ, each with the reason
    #[arg(long, value_name = "FILE")]
    differences: Option<PathBuf>,
    /// Leave out cases of operations and facts that the pack does not have; they are counted
    #[arg(long)]
    only_known: bool,
    /// A component, or a folder of components [default: the standard pack]
    pack: Option<Utf8PathBuf>,
}

pub(crate) async fn run(context: &Context, args: &TestArgs) -> Result<Status, CliError> {
    let mut cases = Vec::new();
    for file in &args.cases {
        cases.extend(read_cases(file).map_err(|error| CliError::Usage(error.to_string()))?);
    }
    let differences = match &args.differences {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(CliError::io(format!("reading {}", file.display())))?;
            Differences::parse(&text)
        }
        None if args.pack.is_none() => Differences::standard(),
        None => Ok(Differences::default()),
    };
    let differences = differences.map_err(|error| CliError::Usage(error.to_string()))?;
    let options = Options {
        differences,
        only_known: args.only_known,
    };
    let pack = match &args.pack {
        Some(path) => pack_at(path).await?,
        None => setup_error(windlass::plugins::standard())?,
    };
    let plugins = setup::plugins_of([pack]).await?;
    let interrupts = Interrupts::listen();
    let report = interrupts
        .or_drop(async { Ok::<_, CliError>(run_cases(plugins, cases, options).await) })
        .await?;
    let mut out = std::io::stdout().lock();
    let written = if context.ui.json {
        report.write_json(&mut out)
    } else {
        report.write_text(&mut out)
    };
    written.map_err(CliError::io("writing the report"))?;
    Ok(if report.success() {
        Status::Done
    } else {
        Status::Wrong
    })
}
