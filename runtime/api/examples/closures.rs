//! Code of the program as an operation: it runs at execution, reads facts as they are then, and runs operations nested
//! in itself. Another operation runs only where an earlier one changed something.

use std::io::Write;

use windlass::engine::deploy::{FactCall, OperationCall};
use windlass::engine::place::Place;
use windlass::{
    Config, Error, Inventory, Operation, State, add_op, connect_all, disconnect_all, json, run_ops,
};

/// Makes a folder, and a file in it at execution.
pub async fn run(folder: &str, out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder().hosts(["@local"]).build();
    let state = State::new(inventory, Config::default()).await?;
    connect_all(&state).await?;
    let path = format!("{folder}/app");
    let made = add_op(
        &state,
        Operation::new("files.directory").arg("path", path.clone()),
    )
    .await?;
    let inner = path.clone();
    let code = Operation::closure("Fill the folder", move |host| {
        let path = inner.clone();
        async move {
            let args = |path: String| [(String::from("path"), json!(path))].into_iter().collect();
            let text = |error: Error| error.to_string();
            let call = FactCall::new("files.Directory", args(path.clone()));
            let folder = host.get_fact(call).await.map_err(text)?;
            if folder.is_null() {
                return Err(String::from("the folder is not there"));
            }
            let touch = OperationCall::new(
                "files.file",
                args(format!("{path}/ready")),
                Place::default(),
            );
            host.run_operation(touch).await.map_err(text)?;
            Ok(())
        }
    });
    let filled = add_op(&state, code).await?;
    let greet = |name: &str, words: &str| {
        Operation::new("server.shell")
            .name(name)
            .arg("commands", json!([format!("echo {words}")]))
    };
    let yes = add_op(&state, greet("New", "new").only_if(made.changed())).await?;
    let no = add_op(&state, greet("Old", "old").only_if(made.unchanged())).await?;
    run_ops(&state).await?;

    let host = state.host("@local")?;
    let nested = state
        .get_op_order()?
        .into_iter()
        .filter_map(|id| state.get_op_data_for_host(&host, id))
        .count();
    let _ = writeln!(out, "operations in the order: {nested}");
    let _ = writeln!(out, "filled: {}", filled.on("@local")?.did_succeed()?);
    for (name, added) in [("new", yes), ("old", no)] {
        let report = added.on("@local")?.report()?;
        let _ = writeln!(
            out,
            "{name}: skipped {}, said {:?}",
            report.skipped, report.stdout
        );
    }
    disconnect_all(&state).await
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run("/tmp/windlass-example", &mut std::io::stdout()).await
}
