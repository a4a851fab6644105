//! What calling a guest costs, in each language with an SDK, and what counting fuel adds.

use std::process::Command;

use serde_json::Value;

use super::table;
use crate::failure::{Done, Failure};
use crate::workspace::{read, target};

/// Measures, and prints the tables. A language whose compiler is missing is left out, and said to be.
pub(crate) fn print() -> Done {
    let text = read(&mut Command::new(
        target().join("release/examples/bench-guests"),
    ))?;
    let (mut calls, mut turns) = (Vec::new(), Vec::new());
    for line in text.lines() {
        let value: Value = serde_json::from_str(line)
            .map_err(|error| Failure::new(format!("what bench-guests printed: {error}")))?;
        if let Some(missing) = value.get("missing").and_then(Value::as_str) {
            eprintln!("left out: {missing}");
            continue;
        }
        let number = |path: &str| {
            let number = value.pointer(path).and_then(Value::as_f64);
            number.unwrap_or(f64::NAN)
        };
        let text = |path: &str, digits: usize| format!("{:.digits$}", number(path));
        let language = value.get("language").and_then(Value::as_str);
        let language = language.unwrap_or_default();
        calls.push(vec![
            language.to_owned(),
            text("/size_kb", 0),
            text("/compile_ms", 0),
            text("/open_ms", 1),
            text("/call/ask_us", 0),
            text("/call/plan_us", 0),
        ]);
        for (what, name) in [("a fact's command", "ask_us"), ("an operation", "plan_us")] {
            let [plain, counting] =
                ["plain", "counting"].map(|way| number(&format!("/in_turns/{way}/{name}")));
            turns.push(vec![
                format!("{language}, {what}"),
                format!("{plain:.0}"),
                format!("{counting:.0}"),
                format!("{:.2}", counting / plain),
            ]);
        }
    }
    let heads = [
        "guest",
        "KB",
        "first call ever, compiled, ms",
        "first call, code kept, ms",
        "a fact's command, microseconds",
        "an operation of two steps, microseconds",
    ];
    table::print(
        "a call of a guest, each in a fresh instance",
        &heads,
        &calls,
    );
    let heads = [
        "call",
        "microseconds",
        "fuel counted, microseconds",
        "ratio",
    ];
    table::print("what counting fuel costs, in turns", &heads, &turns);
    Ok(())
}
