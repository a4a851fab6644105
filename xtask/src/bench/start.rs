//! How long the command line takes to start.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::table;
use crate::failure::{Done, Failure};
use crate::workspace::{line_of, make_folder, target};

/// Of this many calls the median counts.
const CALLS: usize = 15;

/// A deploy that finds everything as it wants it.
const NOTHING_TO_DO: &str = "files.directory(name = \"root\", path = \"/\")\n\
    files.file(name = \"none\", path = \"/nowhere/none\", present = False)\n";

/// Measures, and prints a table.
pub(crate) fn print() -> Done {
    let folder = target().join("tmp/bench-start");
    make_folder(&folder)?;
    let deploy = folder.join("deploy.star");
    fs::write(&deploy, NOTHING_TO_DO).map_err(|error| Failure::at(&deploy, &error))?;
    let mut rows = Vec::new();
    for line in [
        "--version",
        "exec @local -- true",
        "plan @local deploy.star",
    ] {
        let mut times = Vec::new();
        for _ in 0..CALLS {
            let mut command = Command::new(target().join("release/windlass"));
            command.args(line.split(' ')).current_dir(&folder);
            command.env("XDG_STATE_HOME", &folder).stdout(Stdio::null());
            let start = Instant::now();
            let status = command.status();
            times.push(start.elapsed().as_secs_f64() * 1000.0);
            if !status.is_ok_and(|status| status.success()) {
                return Err(Failure::new(format!("`{}` failed", line_of(&command))));
            }
        }
        times.sort_by(f64::total_cmp);
        let median = times.get(CALLS / 2).copied().unwrap_or_default();
        rows.push(vec![format!("`windlass {line}`"), format!("{median:.0}")]);
    }
    table::print("start-up", &["call", "milliseconds, median"], &rows);
    Ok(())
}
