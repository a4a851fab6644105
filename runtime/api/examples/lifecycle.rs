//! The five stages, each by hand: making, connecting, preparing, executing, disconnecting. `connect_all`, `add_op`,
//! `run_ops` and `disconnect_all` do the same by themselves.

use std::io::Write;

use windlass::{
    Config, Error, Inventory, OnError, Operation, PrintFlags, Stage, State, add_op, json, run_ops,
};

/// Goes through the stages.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let mut say = |line: String| {
        let _ = writeln!(out, "{line}");
    };
    let inventory = Inventory::builder()
        .host("@fake/host1", [("x", 1)])
        .host("@fake/host2", [("x", 2)])
        .build();
    let builder = State::builder();
    let limit = Some(vec![String::from("@fake/host1")]);
    let state = builder
        .init(inventory.clone(), Config::default(), limit)
        .await?;
    if let Err(error) = builder.init(inventory, Config::default(), None).await {
        say(format!("{error}"));
    }
    state.set_stage(Stage::Setup)?;
    state.set_print_flags(PrintFlags::of_verbosity(2));
    say(format!("input shown: {}", state.print_flags().input));

    state.set_stage(Stage::Connect)?;
    for host in state.hosts() {
        if state.is_host_in_limit(&host) {
            host.connect(Some("for deployment"), OnError::Raise).await?;
        }
        say(format!("{} connected: {}", host.name(), host.connected()));
    }

    state.set_stage(Stage::Prepare)?;
    state.increment_warning_counter();
    say(format!(
        "warnings in {}: {}",
        state.stage(),
        state.get_warning_counter()
    ));
    let hello = Operation::new("server.shell").arg("commands", json!(["echo hello"]));
    let added = add_op(&state, hello).await?;
    for id in state.get_op_order()? {
        let meta = state.get_op_meta(id);
        let names = meta.map(|meta| meta.title()).unwrap_or_default();
        say(format!(
            "to run: {names}, in the order {}",
            added.id() == id
        ));
    }
    if let Err(error) = added.on("@fake/host1")?.did_change() {
        say(format!("{error}"));
    }

    run_ops(&state).await?;
    if let Err(error) = state.set_stage(Stage::Prepare) {
        say(format!("{error}"));
    }

    state.set_stage(Stage::Disconnect)?;
    for host in state.hosts() {
        host.disconnect().await;
        let results = state.get_results_for_host(&host);
        say(format!(
            "{}: {}/{} successful, connected: {}",
            host.name(),
            results.success_ops,
            results.ops,
            host.connected()
        ));
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
