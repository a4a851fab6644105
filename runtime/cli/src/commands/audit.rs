//! `windlass audit`: what runs did, and whether the record of it is whole.

use std::fmt::Write as _;

use camino::{Utf8Path, Utf8PathBuf};
use clap::{Args, Subcommand};
use windlass::engine::audit::{PublicKey, Record, Report, RunReport, verify};
use windlass::engine::json::Json;

use crate::audit::{NAME, folder};
use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::render::{count, host_list};

/// Show what runs did, and check that the record of it is whole
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    Verify(VerifyArgs),
    Show(ShowArgs),
}

/// Look for records that were changed, left out or moved, and for a cut end
#[derive(Debug, Args)]
struct VerifyArgs {
    /// The file of records [default: the one below the state folder]
    file: Option<Utf8PathBuf>,
    /// A file with the heads that the second place got: that of `file:PATH`, or a log with its lines
    #[arg(long, value_name = "FILE")]
    heads: Option<Utf8PathBuf>,
    /// The only key whose signatures count: a `.pub` file, or its text [default: the key that each run names]
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
}

/// List runs, or the records of one
#[derive(Debug, Args)]
struct ShowArgs {
    /// The file of records [default: the one below the state folder]
    file: Option<Utf8PathBuf>,
    /// The records of this run; the beginning of its name is enough
    #[arg(long, value_name = "RUN")]
    run: Option<String>,
    /// Only runs and records of this host
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
}

pub(crate) fn run(context: &Context, args: &AuditArgs) -> Result<Status, CliError> {
    match &args.command {
        AuditCommand::Verify(args) => check(context, args),
        AuditCommand::Show(args) => show(context, args),
    }
}

fn file_of(given: Option<&Utf8PathBuf>) -> Result<Utf8PathBuf, CliError> {
    match given {
        Some(file) => Ok(file.clone()),
        None => Ok(folder()?.join(NAME)),
    }
}

fn read(file: &Utf8Path) -> Result<String, CliError> {
    let bytes = std::fs::read(file).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => CliError::Usage(format!(
            "there is no audit {file}\n  `audit = true` in the settings of a run keeps one; name the file if it is elsewhere"
        )),
        _ => CliError::io(format!("reading the audit {file}"))(source),
    })?;
    // Bytes that are no text are changes, which are found as such.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn check(context: &Context, args: &VerifyArgs) -> Result<Status, CliError> {
    let file = file_of(args.file.as_ref())?;
    let text = read(&file)?;
    let heads = args.heads.as_ref().map(|path| {
        std::fs::read_to_string(path).map_err(CliError::io(format!("reading the heads {path}")))
    });
    let heads = heads.transpose()?;
    let key = args.key.as_deref().map(key_of).transpose()?;
    let report = verify(&text, key.as_ref(), heads.as_deref());
    if context.ui.json {
        let value = serde_json::to_value(&report).unwrap_or_default();
        context.ui.json_document(&value);
    } else {
        tell(context, &file, &report);
    }
    Ok(match report.is_whole() {
        true => Status::Done,
        false => Status::Wrong,
    })
}

/// A key by its file or its text.
fn key_of(given: &str) -> Result<PublicKey, CliError> {
    let wrong = || {
        CliError::Usage(format!(
            "`{given}` is no public key of an audit\n  name a `.pub` file, or give the base64 text in it"
        ))
    };
    let text = match PublicKey::from_text(given) {
        Some(key) => return Ok(key),
        None => std::fs::read_to_string(given).map_err(|_| wrong())?,
    };
    PublicKey::from_text(&text).ok_or_else(wrong)
}

fn tell(context: &Context, file: &Utf8Path, report: &Report) {
    let ui = &context.ui;
    let place = |line: Option<usize>| match line {
        Some(line) => format!("{file}:{line}"),
        None => file.to_string(),
    };
    for problem in &report.problems {
        let message = harmless(&problem.message);
        let label = ui.out.red("wrong:");
        ui.line(&format!("{label} {}: {message}", place(problem.line)));
    }
    for remark in &report.remarks {
        let message = harmless(&remark.message);
        let label = ui.out.yellow("note:");
        ui.line(&format!("{label} {}: {message}", place(remark.line)));
    }
    if report.heads.is_none() {
        let label = ui.out.yellow("note:");
        let text = "without --heads, an end that was cut off cannot be found";
        ui.line(&format!("{label} {text}"));
    }
    for key in &report.keys {
        ui.line(&format!("signed by {key}"));
    }
    let records = count(
        usize::try_from(report.records).unwrap_or_default(),
        "record",
    );
    let runs = count(report.runs.len(), "run");
    let verdict = match report.is_whole() {
        true => ui.out.green("whole"),
        false => ui.out.red(&count(report.problems.len(), "problem")),
    };
    ui.line(&format!("{records} of {runs}: {verdict}"));
}

fn show(context: &Context, args: &ShowArgs) -> Result<Status, CliError> {
    let file = file_of(args.file.as_ref())?;
    let text = read(&file)?;
    let report = verify(&text, None, None);
    if !report.is_whole() {
        let label = context.ui.error.yellow("warning:");
        context.ui.error_line(&format!(
            "{label} this audit is not whole: `windlass audit verify {file}` says where"
        ));
    }
    match &args.run {
        Some(name) => records(context, &report, &text, name, args.host.as_deref()),
        None => {
            runs(context, &report, args.host.as_deref());
            Ok(Status::Done)
        }
    }
}

/// The runs, the oldest first.
fn runs(context: &Context, report: &Report, host: Option<&str>) {
    let of_host =
        |run: &&RunReport| host.is_none_or(|host| run.hosts.iter().any(|name| name == host));
    let runs: Vec<&RunReport> = report.runs.iter().filter(of_host).collect();
    if context.ui.json {
        let value = serde_json::to_value(&runs).unwrap_or_default();
        context.ui.json_document(&value);
        return;
    }
    let header = [
        "run", "began", "who", "command", "hosts", "done", "failed", "end",
    ];
    let mut rows = vec![header.map(String::from).to_vec()];
    for run in runs {
        let hosts: Vec<&str> = run.hosts.iter().map(String::as_str).collect();
        rows.push(vec![
            run.run.clone(),
            seconds(&run.time).to_owned(),
            run.who.clone(),
            run.command.clone(),
            host_list(&hosts),
            run.commands.to_string(),
            run.failed.to_string(),
            run.outcome.lines().next().unwrap_or_default().to_owned(),
        ]);
    }
    context.ui.line(&table(&rows));
}

/// The records of one run.
fn records(
    context: &Context,
    report: &Report,
    text: &str,
    name: &str,
    host: Option<&str>,
) -> Result<Status, CliError> {
    let found: Vec<&RunReport> = report
        .runs
        .iter()
        .filter(|run| run.run.starts_with(name))
        .collect();
    let run = match found.as_slice() {
        [run] => run,
        [] => {
            return Err(CliError::Usage(format!(
                "the audit has no run `{name}`\n  `windlass audit show` lists all"
            )));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|run| run.run.as_str()).collect();
            return Err(CliError::Usage(format!(
                "several runs begin with `{name}`: {}",
                names.join(", ")
            )));
        }
    };
    let records = text
        .lines()
        .filter_map(|line| Record::read(line).ok())
        .filter(|record| record.run == run.run)
        .filter(|record| host.is_none_or(|host| record.text("host") == host));
    if context.ui.json {
        for record in records {
            context.ui.json_line(&Json::Object(record.fields));
        }
        return Ok(Status::Done);
    }
    let header = ["record", "time", "host", "what", ""];
    let mut rows = vec![header.map(String::from).to_vec()];
    rows.extend(records.map(|record| {
        vec![
            record.seq.to_string(),
            seconds(record.text("time")).to_owned(),
            record.text("host").to_owned(),
            record.kind.clone(),
            sentence(&record),
        ]
    }));
    context.ui.line(&table(&rows));
    Ok(Status::Done)
}

/// What a record says, in a line.
fn sentence(record: &Record) -> String {
    let text = |key: &str| record.text(key).to_owned();
    let number = |key: &str| record.fields.get(key).map(Json::to_string);
    match record.kind.as_str() {
        "run" => text("command"),
        "plan" => format!("sha256 {}", text("digest")),
        "approved" => format!("by {}", text("by")),
        "host" | "operation" => {
            let mut line = [text("name"), text("state"), text("error")].join(" ");
            line.truncate(line.trim_end().len());
            line.trim_start().to_owned()
        }
        "begin" => {
            let who = record.fields.get("as").map(|who| format!(" {who}"));
            let who = who.unwrap_or_default();
            let read = match number("in") {
                Some(bytes) if bytes != "0" => format!(", {bytes} B in"),
                _ => String::new(),
            };
            format!("{}{who}: {}{read}", text("what"), text("text"))
        }
        "end" => {
            let mut line = format!("of {}", number("of").unwrap_or_default());
            if let Some(exit) = number("exit") {
                let _ = write!(line, ", status {exit}");
            }
            for key in ["signal", "error", "not_done"] {
                if !record.text(key).is_empty() {
                    let _ = write!(line, ", {}", record.text(key));
                }
            }
            for (key, name) in [("in", "in"), ("out", "out"), ("err", "err")] {
                if let Some(bytes) = number(key) {
                    let _ = write!(line, ", {bytes} B {name}");
                }
            }
            line
        }
        "denied" => format!("{} ({})", text("text"), text("line")),
        "run-end" => format!(
            "{} records, {} begun, {} failed{}",
            number("records").unwrap_or_default(),
            number("commands").unwrap_or_default(),
            number("failed").unwrap_or_default(),
            match record.text("error") {
                "" => String::new(),
                error => format!(": {error}"),
            }
        ),
        _ => String::new(),
    }
}

/// A time without its fraction.
fn seconds(time: &str) -> &str {
    time.get(..19).unwrap_or(time)
}

/// Text whose control characters do nothing to a terminal, in one line.
fn harmless(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let shown: Vec<char> = match c.is_control() {
                true => c.escape_default().collect(),
                false => vec![c],
            };
            shown
        })
        .collect()
}

/// Rows as columns; the last is as wide as it is.
fn table(rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| harmless(cell)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other_and_controls_do_nothing() {
        let rows = vec![
            vec![String::from("a"), String::from("bb")],
            vec![String::from("ccc"), String::from("\u{1b}[2Jd\n")],
        ];
        assert_eq!(table(&rows), "a    bb\nccc  \\u{1b}[2Jd\\n");
    }
}
