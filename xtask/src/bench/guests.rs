//! What calling a guest costs, in each language with an SDK.

use std::process::Command;

use serde_json::Value;

use super::table;
use crate::failure::{Done, Failure};
use crate::workspace::{read, target};

/// Measures, and prints a table. A language whose compiler is missing is left out, and said to be.
pub(crate) fn print() -> Done {
    let text = read(&mut Command::new(
        target().join("release/examples/bench-guests"),
    ))?;
    let mut rows = Vec::new();
    for line in text.lines() {
        let value: Value = serde_json::from_str(line)
            .map_err(|error| Failure::new(format!("what bench-guests printed: {error}")))?;
        if let Some(missing) = value.get("missing").and_then(Value::as_str) {
            eprintln!("left out: {missing}");
            continue;
        }
        let number = |name: &str, digits: usize| {
            let number = value.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
            format!("{number:.digits$}")
        };
        let language = value.get("language").and_then(Value::as_str);
        rows.push(vec![
            language.unwrap_or_default().to_owned(),
            number("size_kb", 0),
            number("compile_ms", 0),
            number("open_ms", 1),
            number("ask_us", 0),
            number("plan_us", 0),
        ]);
    }
    let heads = [
        "guest",
        "KB",
        "first call ever, compiled, ms",
        "first call, code kept, ms",
        "a fact's command, microseconds",
        "an operation of two steps, microseconds",
    ];
    table::print("a call of a guest, each in a fresh instance", &heads, &rows);
    Ok(())
}
