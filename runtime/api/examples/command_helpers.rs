//! The command lines that hosts receive, composed without any host.

use std::io::Write;

use windlass::command::{CommandOutput, compose, quote};
use windlass::connector::{OutputSink as _, Stream};
use windlass::{Error, GlobalArguments};

/// Composes a command with privilege and environment, and takes output apart.
pub fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let mut arguments = GlobalArguments {
        sudo: Some(true),
        sudo_user: Some(String::from("root")),
        ..GlobalArguments::default()
    };
    arguments.env = Some(
        [(String::from("PATH"), String::from("/usr/local/bin"))]
            .into_iter()
            .collect(),
    );
    let _ = writeln!(out, "{}", compose("apt-get update", &arguments).command);
    let _ = writeln!(out, "{}", quote("it's"));

    let mut output = CommandOutput::default();
    output.write(Stream::Stdout, b"Line 1\n");
    output.write(Stream::Stderr, b"Error message\n");
    output.write(Stream::Stdout, b"Line 2\n");
    let _ = writeln!(
        out,
        "{:?} {:?}",
        output.stdout_lines(),
        output.stderr_lines()
    );
    Ok(())
}

fn main() -> Result<(), Error> {
    run(&mut std::io::stdout())
}
