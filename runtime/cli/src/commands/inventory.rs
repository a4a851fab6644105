//! `windlass inventory`.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use windlass::connectors::Registry;
use windlass::engine::inventory::{HostEntry, Inventory, Provenance};
use windlass::engine::json::{Json, JsonMap};
use windlass::engine::secrets::MASK;
use windlass::engine::state::Connectors;
use windlass::setup;

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::options::run_options;
use crate::packs;

/// Show hosts, groups, data, and where each value came from
#[derive(Debug, Args)]
pub(crate) struct InventoryArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
}

pub(crate) async fn run(context: &Context, args: &InventoryArgs) -> Result<Status, CliError> {
    let options = run_options(context, &args.inventory, ".".into())?;
    let plugins = packs::plugins(context, &options.folder).await?;
    context.hear(plugins.as_ref());
    let connectors = setup::with_packs(setup::builtin_connectors(), plugins.as_ref())?;
    setup::offer_sources(&options.secrets, plugins.as_ref());
    let inventory = setup::load_inventory(&options, &connectors).await?;
    setup::load_config(&options, &inventory)?;
    for warning in inventory.warnings() {
        let label = context.ui.error.yellow("warning:");
        context.ui.error_line(&format!("{label} {warning}"));
    }
    let chosen = inventory
        .select(&options.limit, &options.exclude)
        .map_err(windlass::engine::error::EngineError::from)?;
    let hosts: Vec<&HostEntry> = inventory
        .hosts()
        .iter()
        .filter(|host| chosen.contains(&host.name))
        .collect();
    if context.ui.json {
        context
            .ui
            .json_document(&as_json(&inventory, &hosts, &connectors));
    } else {
        context.ui.line(&as_text(&inventory, &hosts, &connectors));
    }
    Ok(Status::Done)
}

/// Keys of a host's data that its connector calls secret.
fn secret_keys(host: &HostEntry, connectors: &Registry) -> Vec<String> {
    let keys = connectors.connector(host.connector());
    let keys = keys.map(|connector| connector.data_keys());
    let secret = keys.unwrap_or_default().into_iter();
    secret
        .filter(|key| key.secret)
        .map(|key| key.name)
        .collect()
}

/// True for keys that hold a password by their name, whoever reads them.
fn is_password(key: &str) -> bool {
    ["password", "passphrase"]
        .iter()
        .any(|end| key.to_lowercase().ends_with(end))
}

/// A host's values; those of passwords are hidden, unless they are a secret's source, which may be known.
fn values(inventory: &Inventory, host: &HostEntry, connectors: &Registry) -> Vec<Provenance> {
    let secret = secret_keys(host, connectors);
    let mut values = inventory.provenance(host);
    for value in &mut values {
        let hidden = secret.contains(&value.key) || is_password(&value.key);
        if hidden && value.value.get("$secret").is_none() {
            value.value = Json::from(MASK);
        }
    }
    values
}

fn as_text(inventory: &Inventory, hosts: &[&HostEntry], connectors: &Registry) -> String {
    let mut text = String::new();
    for host in hosts {
        let _ = writeln!(text, "{}", host.name);
        if !host.groups.is_empty() {
            let _ = writeln!(text, "  groups: {}", host.groups.join(", "));
        }
        let values = values(inventory, host, connectors);
        let shown: Vec<(String, &Provenance)> = values
            .iter()
            .map(|value| (format!("{} = {}", value.key, value.value), value))
            .collect();
        let width = shown
            .iter()
            .map(|(text, _)| text.chars().count())
            .max()
            .unwrap_or_default()
            .min(50);
        for (shown, value) in shown {
            let _ = write!(text, "  {shown:width$}  # {}", level(value));
            for (level, origin) in &value.hides {
                let _ = write!(text, "; hides {level}, {origin}");
            }
            text.push('\n');
        }
        text.push('\n');
    }
    let _ = write!(text, "Groups");
    for name in inventory.group_names() {
        let members: Vec<&str> = inventory
            .group(name)
            .unwrap_or_default()
            .into_iter()
            .filter(|member| hosts.iter().any(|host| host.name == member.name))
            .map(|member| member.name.as_str())
            .collect();
        let _ = write!(text, "\n  {name}: {}", members.join(", "));
    }
    text
}

/// Where a value came from: the level, and the place unless that says the same.
fn level(value: &Provenance) -> String {
    let origin = value.origin.to_string();
    if value.level == origin {
        origin
    } else {
        format!("{}, {origin}", value.level)
    }
}

fn as_json(inventory: &Inventory, hosts: &[&HostEntry], connectors: &Registry) -> Json {
    let mut groups = JsonMap::new();
    for name in inventory.group_names() {
        let members: Vec<&str> = inventory
            .group(name)
            .unwrap_or_default()
            .into_iter()
            .filter(|member| hosts.iter().any(|host| host.name == member.name))
            .map(|member| member.name.as_str())
            .collect();
        groups.insert(name.to_owned(), json!(members));
    }
    let mut all = JsonMap::new();
    for host in hosts {
        let values = values(inventory, host, connectors);
        let data: JsonMap = values
            .iter()
            .map(|value| (value.key.clone(), value.value.clone()))
            .collect();
        let origins: JsonMap = values
            .iter()
            .map(|value| {
                let hides: Vec<Json> = value
                    .hides
                    .iter()
                    .map(|(level, origin)| json!({"level": level, "origin": origin}))
                    .collect();
                let origin = json!({"level": value.level, "origin": value.origin, "hides": hides});
                (value.key.clone(), origin)
            })
            .collect();
        let entry = json!({
            "connector": host.connector(),
            "groups": host.groups,
            "data": data,
            "origins": origins,
        });
        all.insert(host.name.clone(), entry);
    }
    json!({"groups": groups, "hosts": all})
}
