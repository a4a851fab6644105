//! Only some of the hosts, changed while the program goes on; hosts by name, and the nearest one for a slip.

use std::io::Write;

use windlass::{Config, Error, Inventory, Operation, State, add_op, connect_all, json, run_ops};

/// Runs on one of three hosts.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder()
        .host("@fake/web1", [("x", 1)])
        .host("@fake/web2", [("x", 2)])
        .host("@fake/db1", [("x", 3)])
        .build();
    if let Err(error) = inventory.get_host("@fake/web3") {
        let _ = writeln!(out, "{error}");
    }
    let state = State::new(inventory, Config::default()).await?;
    let web1 = state.host("@fake/web1")?;
    state.set_limit_hosts(Some(vec![web1.name().to_owned()]))?;
    connect_all(&state).await?;
    let shell = Operation::new("server.shell").arg("commands", json!(["uptime"]));
    let added = add_op(&state, shell).await?;
    run_ops(&state).await?;
    for host in state.hosts() {
        let _ = writeln!(
            out,
            "{}: in the limit {}, ran {}",
            host.name(),
            state.is_host_in_limit(&host),
            state.get_results_for_host(&host).ops
        );
    }
    if let Err(error) = added.on("@fake/web2") {
        let _ = writeln!(out, "{error}");
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
