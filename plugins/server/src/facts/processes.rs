//! What runs, and how busy the system is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_plugin_common::system::has_program;
use windlass_sdk::prelude::*;

use super::Kernel;

/// A process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Whose it is.
    pub user: String,
    /// Its state, in the letters of ps(1).
    pub state: String,
    /// Its share of a processor, in percent.
    pub cpu_percent: Option<f64>,
    /// Its share of memory, in percent.
    pub mem_percent: Option<f64>,
    /// The program's name.
    pub command: String,
    /// The program with its arguments.
    pub args: String,
}

/// Processes by their numbers.
#[fact(default = {}, stability = volatile, example = "server.Processes pid=1")]
pub fn Processes(
    /// Only this one.
    pid: Option<u32>,
) -> Result<Source<BTreeMap<String, Process>>> {
    if get(&Kernel {})?.as_deref() == Some("Linux") && has_program("busybox")? {
        let command = shell!("LANG=C ps -o pid,user,stat,comm,args");
        return Ok(Source::shell(command, move |output| {
            let of = |line: &String| {
                short_process(line)
                    .filter(|(number, _)| pid.is_none_or(|pid| *number == pid.to_string()))
            };
            Ok(output.lines().iter().filter_map(of).collect())
        }));
    }
    let which = pid.map_or_else(|| "-e".to_owned(), |pid| format!("-p {pid} -"));
    let command = shell!("LANG=C ps {which:raw}o pid,user,stat,%cpu,%mem,comm,args");
    Ok(Source::shell(command, |output| {
        Ok(output
            .lines()
            .iter()
            .filter_map(|line| process(line))
            .collect())
    }))
}

/// The first words of a line, and what stands after them.
fn columns(line: &str, count: usize) -> Option<(Vec<&str>, &str)> {
    let mut rest = line.trim_start();
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let (word, after) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        words.push(word);
        rest = after.trim_start();
    }
    words.first()?.parse::<u32>().ok()?;
    Some((words, rest))
}

fn process(line: &str) -> Option<(String, Process)> {
    let (words, args) = columns(line, 6)?;
    let [pid, user, state, cpu, mem, command] = words.as_slice() else {
        return None;
    };
    let process = Process {
        user: (*user).to_owned(),
        state: (*state).to_owned(),
        cpu_percent: cpu.parse().ok(),
        mem_percent: mem.parse().ok(),
        command: (*command).to_owned(),
        args: args.trim_end().to_owned(),
    };
    Some(((*pid).to_owned(), process))
}

/// A line of busybox's ps, which knows no shares.
fn short_process(line: &str) -> Option<(String, Process)> {
    let (words, args) = columns(line, 4)?;
    let [pid, user, state, command] = words.as_slice() else {
        return None;
    };
    let process = Process {
        user: (*user).to_owned(),
        state: (*state).to_owned(),
        cpu_percent: None,
        mem_percent: None,
        command: (*command).to_owned(),
        args: args.trim_end().to_owned(),
    };
    Some(((*pid).to_owned(), process))
}

/// How many processes ran or waited to run, on average over 1, 5 and 15 minutes.
#[fact(default = {}, stability = volatile)]
pub fn LoadAverage() -> Source<BTreeMap<String, f64>> {
    Source::shell(
        shell!("cat /proc/loadavg 2>/dev/null || uptime"),
        |output| {
            let text = output.text();
            let numbers = text
                .rsplit_once("average")
                .map_or(text.as_str(), |(_, rest)| rest);
            let numbers = numbers
                .split([' ', ',', ':', 's', '\n'])
                .filter_map(|word| word.parse::<f64>().ok());
            Ok(["1", "5", "15"]
                .map(str::to_owned)
                .into_iter()
                .zip(numbers)
                .collect())
        },
    )
}
