//! Hosts that are fakes and answer at once: nothing but our own control plane is measured.

use std::process::Command;

use super::table;
use crate::failure::{Done, Failure};
use crate::workspace::{read, target};

/// Hosts and operations of the growth tables.
const SIZES: [u32; 4] = [50, 100, 200, 400];

/// What a measurement gave.
struct Measured {
    prepare: f64,
    all: f64,
    processor: f64,
    memory: f64,
}

/// Measures, and prints tables.
pub(crate) fn print(quick: bool) -> Done {
    let mut rows = Vec::new();
    for case in ["alike", "named"] {
        rows.push(row(case, 200, 100)?);
    }
    if !quick {
        for case in ["alike", "named"] {
            rows.push(row(case, 10_000, 20)?);
        }
    }
    show("200 hosts with 100 operations, and many hosts", &rows);
    if !quick {
        let hosts = SIZES.iter().map(|hosts| row("named", *hosts, 100));
        show("growth with hosts", &hosts.collect::<Done<Vec<_>>>()?);
        let operations = SIZES
            .iter()
            .map(|operations| row("named", 100, *operations));
        show(
            "growth with operations",
            &operations.collect::<Done<Vec<_>>>()?,
        );
        let hosts = SIZES.iter().map(|hosts| row("alike", hosts * 10, 20));
        show(
            "growth with hosts that are alike",
            &hosts.collect::<Done<Vec<_>>>()?,
        );
    }
    Ok(())
}

fn show(title: &str, rows: &[Vec<String>]) {
    let heads = [
        "case",
        "hosts",
        "operations",
        "prepare, s",
        "prepare and execute, s",
        "processors, s",
        "microseconds of processors an operation",
        "most memory, MB",
    ];
    table::print(title, &heads, rows);
}

fn row(case: &str, hosts: u32, operations: u32) -> Done<Vec<String>> {
    let measured = measure(case, hosts, operations)?;
    let each = measured.processor * 1e6 / f64::from(hosts) / f64::from(operations);
    Ok(vec![
        case.to_owned(),
        hosts.to_string(),
        operations.to_string(),
        format!("{:.2}", measured.prepare),
        format!("{:.2}", measured.all),
        format!("{:.2}", measured.processor),
        format!("{each:.0}"),
        format!("{:.0}", measured.memory),
    ])
}

/// Runs the benchmark program in a process of its own, since memory is counted for a process.
fn measure(case: &str, hosts: u32, operations: u32) -> Done<Measured> {
    let mut command = Command::new(target().join("release/examples/bench-fake"));
    let (hosts, operations) = (hosts.to_string(), operations.to_string());
    let text = read(command.args([case, hosts.as_str(), operations.as_str()]))?;
    let value: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("what bench-fake printed: {error}")))?;
    let number = |name: &str| {
        let missing = || Failure::new(format!("bench-fake gave no `{name}`: {value}"));
        value
            .get(name)
            .and_then(serde_json::Value::as_f64)
            .ok_or_else(missing)
    };
    Ok(Measured {
        prepare: number("prepare_s")?,
        all: number("all_s")?,
        processor: number("cpu_s")?,
        memory: number("memory_mb")?,
    })
}
