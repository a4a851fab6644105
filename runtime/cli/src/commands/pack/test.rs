//! `windlass pack test`.

use std::path::PathBuf;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use windlass::packs::cases::{Case, Differences, Options, read_cases, run_cases};
use windlass::packs::manifest::{FILE, Manifest, from_folder, inside};
use windlass::plugins::Pack;
use windlass::setup;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::interrupt::Interrupts;
use crate::packs::{pack_at, setup_error};

/// Run case files against a pack: what calls must plan, and what facts must read
///
/// A pack's own cases are those that its manifest lists. Each operation is planned once more after it was applied to a
/// host that answers as the case says: it must find nothing to do, unless it says that it changes something each time.
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Case files, one case a line as JSON [default: those of the pack's manifest]
    #[arg(long, num_args = 1.., value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// A file that lists cases which may differ, each with the reason
    #[arg(long, value_name = "FILE")]
    differences: Option<PathBuf>,
    /// Leave out cases of operations and facts that the pack does not have; they are counted
    #[arg(long)]
    only_known: bool,
    /// The pack's folder, or a component [default: this folder where it is a pack, else the standard pack]
    pack: Option<Utf8PathBuf>,
}

pub(crate) async fn run(context: &Context, args: &TestArgs) -> Result<Status, CliError> {
    let here = args.cases.is_empty() && Utf8Path::new(FILE).exists();
    let pack = args.pack.clone().or_else(|| here.then(|| ".".into()));
    let own = pack.as_ref().filter(|pack| pack.join(FILE).exists());
    let differences = match &args.differences {
        Some(file) => {
            let text = std::fs::read_to_string(file)
                .map_err(CliError::io(format!("reading {}", file.display())))?;
            Differences::parse(&text)
        }
        None if pack.is_none() => Differences::standard(),
        None => Ok(Differences::default()),
    };
    let options = Options {
        differences: differences.map_err(CliError::usage)?,
        only_known: args.only_known,
        again: own.is_some(),
    };
    let cases = read_all(&files(args, own.map(Utf8PathBuf::as_path))?)?;
    let plugins = setup::plugins_of(packs(pack.as_deref(), own.map(Utf8PathBuf::as_path)).await?);
    let plugins = plugins.await?;
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

/// The pack; beside it the standard one where the manifest says that it uses something.
pub(super) async fn packs(
    pack: Option<&Utf8Path>,
    own: Option<&Utf8Path>,
) -> Result<Vec<Pack>, CliError> {
    let mut packs = Vec::new();
    if let Some(path) = pack {
        packs.push(pack_at(path).await?);
    }
    let manifest = own.map(from_folder).transpose().map_err(CliError::usage)?;
    let uses = |manifest: Manifest| manifest.components.iter().any(|part| !part.uses.is_empty());
    if pack.is_none() || manifest.is_some_and(uses) {
        packs.push(setup_error(windlass::plugins::standard())?);
    }
    Ok(packs)
}

/// The case files: those that were named, else those of the pack's manifest.
fn files(args: &TestArgs, own: Option<&Utf8Path>) -> Result<Vec<PathBuf>, CliError> {
    if !args.cases.is_empty() {
        return Ok(args.cases.clone());
    }
    let Some(folder) = own else {
        return Err(CliError::Usage(String::from(
            "there are no cases to run: name files with `--cases`, or a pack whose pack.toml lists them",
        )));
    };
    own_files(folder)
}

/// The case files that a pack's manifest lists.
pub(super) fn own_files(folder: &Utf8Path) -> Result<Vec<PathBuf>, CliError> {
    let manifest = from_folder(folder).map_err(CliError::usage)?;
    let found = inside(folder, &manifest.pack.cases).map_err(CliError::usage)?;
    if found.is_empty() {
        return Err(CliError::Usage(format!(
            "{} lists no cases; `cases = [\"cases/*.jsonl\"]` in its [pack] would",
            folder.join(FILE)
        )));
    }
    Ok(found.iter().map(|path| folder.join(path).into()).collect())
}

pub(super) fn read_all(files: &[PathBuf]) -> Result<Vec<Case>, CliError> {
    let mut cases = Vec::new();
    for file in files {
        cases.extend(read_cases(file).map_err(CliError::usage)?);
    }
    Ok(cases)
}
