//! `windlass pack record`.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Args;
use serde_json::json;
use windlass::deploys::Deploys;
use windlass::engine::deploy::OperationCall;
use windlass::engine::plugins::Plugins;
use windlass::engine::state::Host;
use windlass::packs::cases::{
    Case, Options, Outcome, RecordCall, RecordedCase, parse_cases, record_case, run_cases,
    show_cases,
};
use windlass::packs::manifest::{FILE, from_folder, inside};
use windlass::setup;

use super::test::packs;
use crate::commands::op::checked_call;
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::run::{Run, Wants};

/// Plan an operation on a host, and keep what the host answered as a case of a pack
///
/// The host is looked at and not changed. The case holds the arguments, the facts that the operation asked for, the
/// files that it read, and its plan as what is expected; of secrets it holds nothing. `pack test` runs it, and
/// `pack dev` plans it again at each change, without the host.
#[derive(Debug, Args)]
pub(crate) struct RecordArgs {
    /// One host: a file, a name, or `@connector/argument`; with --limit one of several
    inventory: String,
    /// The operation, as `motd.set`
    operation: String,
    /// Its arguments: values, or KEY=VALUE; `_sudo=true` and the like too
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<String>,
    /// The pack's folder
    #[arg(long = "in", default_value = ".", value_name = "FOLDER")]
    folder: Utf8PathBuf,
    /// The case file that it is added to [default: cases/recorded.jsonl in the pack's folder]
    #[arg(long, value_name = "FILE")]
    out: Option<Utf8PathBuf>,
    /// The case's name [default: OPERATION/recorded, with a number where that is taken]
    #[arg(long)]
    id: Option<String>,
}

pub(crate) async fn run(context: &Context, args: &RecordArgs) -> Result<Status, CliError> {
    let folder = args.folder.as_path();
    if !folder.join(FILE).exists() {
        return Err(CliError::Usage(format!(
            "{folder} has no {FILE}\n  name the pack's folder with --in"
        )));
    }
    let file = args.out.clone();
    let file = file.unwrap_or_else(|| folder.join("cases/recorded.jsonl"));
    let id = free_id(&file, args)?;
    let wants = Wants {
        command: "pack record",
        pack: Some(folder.to_owned()),
        ..Wants::default()
    };
    let run = Run::begin(context, &args.inventory, &Deploys::none("."), wants).await?;
    let call = checked_call(context, &run, &args.operation, &args.arguments)?;
    let host = one_host(&run)?;
    let plugins = setup::plugins_of(packs(Some(folder), Some(folder)).await?).await?;
    let work = async {
        run.connect().await?;
        let work = async { Ok(record(&run, &plugins, &host, id.clone(), call).await) };
        run.interrupts.or_end(&run.state, work).await?
    };
    let result = work.await;
    let recorded = run.end(result).await?;
    append(&file, &recorded.line)?;
    show(context, folder, &file, &id, &recorded, plugins).await
}

async fn record(
    run: &Run<'_>,
    plugins: &Arc<dyn Plugins>,
    host: &Arc<Host>,
    id: String,
    call: OperationCall,
) -> Result<RecordedCase, CliError> {
    let call = RecordCall {
        id,
        operation: call.operation.name().to_owned(),
        positional: call.positional,
        named: call.named,
        globals: call.globals,
    };
    let operation = call.operation.clone();
    record_case(plugins, &run.state, host, call)
        .await
        .map_err(|error| CliError::Usage(format!("{operation} on {}: {error}", host.name())))
}

/// The one host that takes part.
fn one_host(run: &Run<'_>) -> Result<Arc<Host>, CliError> {
    let state = &run.state;
    let hosts = state.hosts().iter();
    let hosts: Vec<&Arc<Host>> = hosts.filter(|host| state.is_host_in_limit(host)).collect();
    match hosts.as_slice() {
        [host] => Ok(Arc::clone(host)),
        [] => Err(CliError::Usage(String::from(
            "there is no host to record from",
        ))),
        [first, ..] => Err(CliError::Usage(format!(
            "there are {} hosts, and a case is of one\n  name it with --limit, as `--limit {}`",
            hosts.len(),
            first.name()
        ))),
    }
}

/// The name of the case, which no other in the file has.
fn free_id(file: &Utf8Path, args: &RecordArgs) -> Result<String, CliError> {
    let text = match std::fs::read_to_string(file) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(CliError::io(format!("reading {file}")))?,
    };
    let cases = parse_cases(file.as_std_path(), &text).map_err(CliError::usage)?;
    let taken = |id: &str| cases.iter().any(|case| case.id() == id);
    match &args.id {
        Some(id) if taken(id) => Err(CliError::Usage(format!(
            "{file} has a case `{id}` already\n  give another --id, or delete that line"
        ))),
        Some(id) => Ok(id.clone()),
        None => {
            let plain = format!("{}/recorded", args.operation);
            let numbered = (2_u32..).map(|number| format!("{plain}-{number}"));
            let mut ids = std::iter::once(plain.clone()).chain(numbered);
            Ok(ids.find(|id| !taken(id)).unwrap_or(plain))
        }
    }
}

fn append(file: &Utf8Path, line: &str) -> Result<(), CliError> {
    let write = || {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let before = std::fs::read(file).unwrap_or_default();
        let start = match before.last() {
            Some(last) if *last != b'\n' => "\n",
            _ => "",
        };
        let mut file = OpenOptions::new().create(true).append(true).open(file)?;
        file.write_all(format!("{start}{line}\n").as_bytes())
    };
    write().map_err(CliError::io(format!("writing {file}")))
}

/// Says what was recorded, whether it passes, and whether `pack test` will find it.
async fn show(
    context: &Context,
    folder: &Utf8Path,
    file: &Utf8Path,
    id: &str,
    recorded: &RecordedCase,
    plugins: Arc<dyn Plugins>,
) -> Result<Status, CliError> {
    let cases = parse_cases(Path::new("recorded"), &recorded.line).map_err(CliError::usage)?;
    let text = show_cases(&plugins, &cases).await;
    let why = failure(plugins, cases).await;
    let ui = &context.ui;
    if ui.json {
        ui.json_document(&json!({
            "id": id, "file": file, "facts": recorded.facts, "plan": text, "failure": why,
        }));
    }
    let facts = match recorded.facts {
        1 => String::from("1 fact"),
        several => format!("{several} facts"),
    };
    ui.line(&format!("Recorded {id} with {facts} in {file}:"));
    ui.line(text.trim_end());
    let label = ui.error.yellow("warning:");
    if recorded.fails {
        ui.error_line(&format!(
            "{label} the operation fails there; the case expects that"
        ));
    }
    let manifest = from_folder(folder).map_err(CliError::usage)?;
    let listed = inside(folder, &manifest.pack.cases).unwrap_or_default();
    if !listed.iter().any(|path| folder.join(path) == file) {
        ui.error_line(&format!(
            "{label} `cases` in {} does not have {file}, so `windlass pack test` does not run it",
            folder.join(FILE)
        ));
    }
    match why {
        None => Ok(Status::Done),
        Some(why) => {
            ui.error_line(&format!("{label} the case does not pass: {why}"));
            Ok(Status::Wrong)
        }
    }
}

/// Why the case does not pass, where it does not.
async fn failure(plugins: Arc<dyn Plugins>, cases: Vec<Case>) -> Option<String> {
    let options = Options {
        again: true,
        ..Options::default()
    };
    let report = run_cases(plugins, cases, options).await;
    report
        .results
        .into_iter()
        .find_map(|result| match result.outcome {
            Outcome::Failed { why } => Some(why),
            _ => None,
        })
}
