//! The command line, a module a command: whole outputs as snapshots, and every exit code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod apply;
mod bad_input;
mod exec;
mod fact;
mod help;
mod init;
mod interrupt;
mod inventory;
mod mistakes;
mod op;
mod other_tools;
mod pack;
mod pack_files;
mod plan;
mod refused;

use windlass_tests::Windlass;

/// A deploy that makes a folder and a file in it, and counts the changes of that file.
const DEPLOY: &str = r#"
files.directory(name = "Folder", path = "out", mode = "755")

page = files.line(name = "Page", path = "out/page", line = "hello")

server.shell(
    name = "Count",
    commands = ["echo changed >> out/count"],
    _if = page.did_change,
)
"#;

/// An environment with [`DEPLOY`] as `deploy.star`.
fn with_deploy() -> Windlass {
    let windlass = Windlass::new();
    windlass.write("deploy.star", DEPLOY);
    windlass
}
