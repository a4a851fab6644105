//! What would change, without changing anything: the run stops before execution.

use std::io::Write;

use windlass::{Config, Error, Inventory, Operation, State, add_op, connect_all, disconnect_all};

/// Plans a folder that is there and one that is not.
pub async fn run(folder: &str, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder().hosts(["@local"]).build();
    let state = State::new(inventory, Config::default()).await?;
    connect_all(&state).await?;
    for path in [
        folder.to_owned(),
        format!("{folder}/new"),
        format!("{folder}/new"),
    ] {
        let result = add_op(&state, Operation::new("files.directory").arg("path", path)).await?;
        let will = result.on("@local")?.will_change();
        let _ = writeln!(out, "will change: {will:?}");
    }
    for host in state.hosts() {
        let meta = state.get_meta_for_host(&host);
        let _ = writeln!(
            out,
            "{}: {} operations, {:?} will change, {:?} will not",
            host.name(),
            meta.ops,
            meta.ops_change,
            meta.ops_no_change
        );
    }
    disconnect_all(&state).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run("/tmp", &mut std::io::stdout()).await
}
