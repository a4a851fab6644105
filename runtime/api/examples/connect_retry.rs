//! Connecting by hand, with tries of one's own. (The ssh connector tries again by itself with `ssh_connect_retries`.)

use std::io::Write;
use std::time::Duration;

use windlass::{Config, Error, Inventory, OnError, State, json};

/// Tries a host that nobody answers for three times, and goes on with the other.
pub async fn run(out: &mut (dyn Write + Send)) -> Result<(), Error> {
    let inventory = Inventory::builder()
        .host("@fake/web1", [("x", json!(1))])
        .host(
            "problem-host",
            [
                ("ssh_hostname", json!("127.0.0.1")),
                ("ssh_port", json!(1)),
                ("ssh_config_file", json!("/dev/null")),
            ],
        )
        .build();
    let state = State::new(inventory, Config::default()).await?;
    for host in state.hosts() {
        let mut connected = false;
        for attempt in 1..=3 {
            connected = host
                .connect(Some("for deployment"), OnError::Report)
                .await?;
            if connected {
                break;
            }
            let _ = writeln!(out, "{}: attempt {attempt} failed", host.name());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let _ = writeln!(out, "{}: connected {connected}", host.name());
        if !connected && let Err(error) = host.connect(None, OnError::Raise).await {
            let first = error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned();
            let _ = writeln!(out, "{first}");
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(&mut std::io::stdout()).await
}
