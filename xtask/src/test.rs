//! `cargo xtask test`: everything that CI runs, except lints.
//!
//! Every part runs, whatever became of the one before. The last line is the count of all of them.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::failure::{Done, Failure};
use crate::guests::{self, Guests, WITH_TESTS};
use crate::machine::Machine;
use crate::plugins;
use crate::tally::Tally;
use crate::workspace::{build_program, cargo, has_cargo, line_of, make_folder, target, windlass};

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Case files to run against the standard pack, in addition to the tests
    #[arg(long, num_args = 1.., value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Arguments for the host's test runner, such as a test's name; then only these tests run
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds everything, then runs it.
pub(crate) fn run(args: &Args) -> Done {
    let skips = target().join("skips/tests.txt");
    make_folder(skips.parent().unwrap_or(&skips))?;
    if skips.exists() {
        fs::remove_file(&skips).map_err(|error| Failure::at(&skips, &error))?;
    }
    plugins::run()?;
    build_program("windlass")?;

    let machine = Machine::now();
    let nextest = has_cargo("nextest");
    let mut results = Results::default();
    results.runner("tests", &mut host(nextest, &skips, &args.rest))?;
    if args.rest.is_empty() {
        results.runner(
            "documentation's examples",
            &mut cargo(["test", "--doc", "--workspace", "--no-fail-fast"]),
        )?;
        for guests in WITH_TESTS {
            let part = format!("tests in {}", guests.workspace);
            results.runner(&part, &mut guests_natively(guests, nextest))?;
        }
    }
    for file in &args.cases {
        results.cases(file)?;
    }
    for file in machine.changed(&Machine::now()) {
        results.bad.push(format!(
            "{file} of this machine changed while the tests ran: tests change targets only"
        ));
    }
    results.tally.skipped += skipped(&skips);
    results.finish()
}

fn host(nextest: bool, skips: &Path, rest: &[String]) -> Command {
    let mut command = if nextest {
        cargo(["nextest", "run", "--workspace", "--no-fail-fast"])
    } else {
        cargo([
            "test",
            "--workspace",
            "--lib",
            "--bins",
            "--tests",
            "--no-fail-fast",
        ])
    };
    command
        .args(rest)
        .env("WINDLASS_SKIPS", skips)
        .env("WINDLASS_BIN", windlass());
    command
}

fn guests_natively(guests: Guests, nextest: bool) -> Command {
    let words: &[&str] = if nextest {
        &["nextest", "run"]
    } else {
        &["test"]
    };
    let mut command = cargo(words);
    command.args(["--workspace", "--no-fail-fast"]);
    command.arg("--manifest-path").arg(guests.manifest());
    command.arg("--target-dir").arg(guests::target_folder());
    command
}

#[derive(Default)]
struct Results {
    tally: Tally,
    /// The parts that did not end well.
    bad: Vec<String>,
}

impl Results {
    /// Runs a test runner, passing on what it prints and counting what it says.
    fn runner(&mut self, part: &str, command: &mut Command) -> Done {
        let line = line_of(command);
        eprintln!("\n== {part}: {line}");
        // Runners differ in where they print their summary; in one stream the order is kept as well.
        let (reader, writer) =
            std::io::pipe().map_err(|error| Failure::new(format!("a pipe: {error}")))?;
        let both = writer
            .try_clone()
            .map_err(|error| Failure::new(format!("a pipe: {error}")))?;
        let mut child = command
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(both)
            .spawn()
            .map_err(|error| Failure::new(format!("`{line}`: {error}")))?;
        // The command holds writing ends of the pipe; reading would never end.
        *command = Command::new("true");
        let failed = self.tally.failed;
        let mut lines = BufReader::new(reader);
        let mut bytes = Vec::new();
        while lines
            .read_until(b'\n', &mut bytes)
            .is_ok_and(|count| count > 0)
        {
            let _ = std::io::stderr().write_all(&bytes);
            self.tally += Tally::of_line(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
        let status = child
            .wait()
            .map_err(|error| Failure::new(format!("`{line}`: {error}")))?;
        if !status.success() {
            self.bad.push(part.to_owned());
            // What did not build, or ended before it could say how, is a failure as well.
            if self.tally.failed == failed {
                self.tally.failed += 1;
            }
        }
        Ok(())
    }

    /// Runs a case file against the standard pack. A case is a test; those of operations that the pack does not have
    /// are left out, and those in the list of differences pass with their reason.
    fn cases(&mut self, file: &Path) -> Done {
        let path = fs::canonicalize(file).map_err(|error| Failure::at(file, &error))?;
        let mut command = Command::new(windlass());
        command
            .args(["pack", "test", "--json", "--only-known", "--cases"])
            .arg(&path);
        let line = line_of(&command);
        eprintln!("\n== cases: {line}");
        let output = command
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| Failure::new(format!("`{line}`: {error}")))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let mut counted = Tally::default();
        for value in text
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        {
            match (value.get("passed"), value.get("id")) {
                (Some(Value::Bool(true)), _) => counted.passed += 1,
                (Some(Value::Bool(false)), id) => {
                    counted.failed += 1;
                    let why = value
                        .get("why")
                        .and_then(Value::as_str)
                        .unwrap_or("no reason given");
                    eprintln!(
                        "FAIL {}: {why}",
                        id.and_then(Value::as_str).unwrap_or("a case without an id")
                    );
                }
                _ => {
                    let unknown = value.get("unknown").and_then(Value::as_u64).unwrap_or(0);
                    eprintln!("{unknown} cases are of what the standard pack does not have");
                }
            }
        }
        eprintln!("{}: {counted}", path.display());
        if !output.status.success() || counted == Tally::default() {
            self.bad.push(format!("cases in {}", path.display()));
            counted.failed = counted.failed.max(1);
        }
        self.tally += counted;
        Ok(())
    }

    fn finish(&self) -> Done {
        let mut problems = self.bad.clone();
        if self.tally.skipped > 0 && env::var_os("CI").is_some_and(|value| value == "true") {
            problems.push("tests that were skipped, which CI does not allow".to_owned());
        }
        for problem in &problems {
            eprintln!("not well: {problem}");
        }
        println!("{}", self.tally);
        if problems.is_empty() {
            return Ok(());
        }
        // The count is the last line.
        std::process::exit(1)
    }
}

/// How many tests recorded that they could not run, shown one by one.
fn skipped(file: &Path) -> usize {
    let text = fs::read_to_string(file).unwrap_or_default();
    eprint!("{text}");
    text.lines().count()
}
