//! Packages on several servers, with settings, and the results of each host. The servers are fakes that answer nothing:
//! everything looks undone to them.

use std::io::Write;

use windlass::{Config, Error, Inventory, Operation, State, add_op, connect_all, json, run_ops};

/// Installs nginx on two servers.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder()
        .host("@fake/web1", [("port", 80)])
        .host("@fake/web2", [("port", 8080)])
        .build();
    let mut config = Config::default();
    config.parallel = 10;
    config.fail_percent = Some(50);
    config.set("timeout", &json!(30))?;
    let state = State::new(inventory, config).await?;
    connect_all(&state).await?;

    add_op(&state, Operation::new("apt.update").global("_sudo", true)).await?;
    add_op(
        &state,
        Operation::new("apt.packages")
            .arg("packages", json!(["nginx"]))
            .global("_sudo", true),
    )
    .await?;
    // Settings may change until execution begins.
    state.configure(|config| config.set("timeout", &json!(60)))?;
    run_ops(&state).await?;

    for host in state.hosts() {
        let results = state.get_results_for_host(&host);
        let _ = writeln!(
            out,
            "{}: {} successful, {} errors",
            host.name(),
            results.success_ops,
            results.error_ops
        );
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
