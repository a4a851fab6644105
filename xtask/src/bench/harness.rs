//! Windlass as a tool of a harness that measures several deploy tools in one run.

use std::path::Path;
use std::process::Command;

use crate::failure::{Done, Failure};
use crate::workspace::{root, run as call, target};

/// Runs the harness with Windlass as two of its tools: as users run it, and without waiting for other hosts.
pub(crate) fn run(folder: &Path, python: &Path, rest: &[String]) -> Done {
    let script = folder.join("run_bench.py");
    if !script.is_file() {
        return Err(Failure::new(format!(
            "there is no {}\n  give the folder of the harness",
            script.display()
        )));
    }
    let apply = root().join("tests/bench/apply.sh");
    let mut command = Command::new(python);
    command
        .arg(script)
        .args(rest)
        .env("WINDLASS", target().join("release/windlass"));
    for (name, more) in [("windlass", ""), ("windlass-no-wait", " --no-wait")] {
        command
            .arg("--tool")
            .arg(format!("{name}={}{more}", apply.display()));
    }
    call(&mut command)
}
