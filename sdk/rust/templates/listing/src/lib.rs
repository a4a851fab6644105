//! An inventory: the servers of a cloud.

use serde_json::Value;
use windlass_sdk::inventory::{Host, Inventory};
use windlass_sdk::{Result, http};

struct Cloud;

windlass_sdk::export_inventory!(Cloud);

impl Inventory for Cloud {
    fn hosts(zone: &str) -> Result<Vec<Host>> {
        let url = format!("https://api.example.org/servers?zone={zone}");
        let request = http::Request::get(url).header("accept", "application/json");
        let servers: Vec<Value> = request.send()?.json()?;
        let servers = servers.into_iter().map(|server| {
            let name = server["name"].as_str().unwrap_or_default();
            let host = Host::new(name).group("cloud");
            host.data("ssh_hostname", server["address"].clone())
        });
        Ok(servers.collect())
    }
}
