//! The shortest run: this machine, two operations, a fact.

use std::io::Write;

use windlass::{
    Config, Error, Fact, Inventory, Operation, State, add_op, connect_all, disconnect_all,
    get_facts, json, run_ops,
};

/// Makes `folder` and greets in it.
pub async fn run(folder: &str, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder().hosts(["@local"]).build();
    let state = State::new(inventory, Config::default()).await?;
    connect_all(&state).await?;

    let site = add_op(
        &state,
        Operation::new("files.directory")
            .arg("path", format!("{folder}/site"))
            .arg("mode", "755"),
    )
    .await?;
    let shell = add_op(
        &state,
        Operation::new("server.shell")
            .name("Greet")
            .arg("commands", json!(["echo hello", "echo of $LANGUAGE >&2"]))
            .global("_env", json!({"LANGUAGE": "Rust"})),
    )
    .await?;
    run_ops(&state).await?;

    let site = site.on("@local")?;
    let shell = shell.on("@local")?;
    say(out, format_args!("site changed: {}", site.did_change()?));
    say(
        out,
        format_args!(
            "shell: {} {}",
            shell.stdout()?.trim(),
            shell.stderr()?.trim()
        ),
    );
    for (host, kernel) in get_facts(&state, Fact::new("server.Kernel")).await? {
        say(out, format_args!("{host} runs {}", kernel?));
    }
    disconnect_all(&state).await
}

fn say(out: &mut dyn Write, line: std::fmt::Arguments<'_>) {
    let _ = writeln!(out, "{line}");
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run("/tmp/windlass-example", &mut std::io::stdout()).await
}
