//! Inventories that are components: `@name/argument` in an inventory stands for the hosts that they list.
//!
//! | a listed host | |
//! | --- | --- |
//! | name | a host of SSH (`web-1`), or of a connector (`@docker/web-1`); `@local`, which is the controller, is refused |
//! | data | values without `$` keys, which would name secrets of others; global arguments (`_sudo`) only with `privilege` |
//! | data that starts programs or names files on the controller | refused: `ssh_proxy_command`, `ssh_config_file`, … |

use std::sync::Arc;

use windlass_engine::connector::{ConnectorError, ConnectorHost};
use windlass_engine::inventory::connector_of;
use windlass_engine::json::{Json, JsonMap};

use crate::bindings::exports_of_roles::inventory;
use crate::error::report;
use crate::exports::Exports;
use crate::granted::{Part, Rights};
use crate::meter;
use crate::translate;

/// Connectors whose hosts only a person may name: the controller itself, and scripts in place of hosts.
const NOT_LISTED: [&str; 2] = ["local", "fake"];

/// Data that has SSH start a program, read a file or trust a key on the controller.
const CONTROLLER_DATA: [&str; 5] = [
    "ssh_proxy_command",
    "ssh_config_file",
    "ssh_key",
    "ssh_known_hosts_file",
    "ssh_strict_host_key_checking",
];

/// A component that lists hosts.
pub(crate) struct Listing {
    part: Arc<Part>,
}

impl Listing {
    pub(crate) fn new(part: Arc<Part>) -> Self {
        Self { part }
    }

    /// The hosts behind `@name/argument`.
    pub(crate) async fn hosts(&self, argument: &str) -> Result<Vec<ConnectorHost>, ConnectorError> {
        let failed = ConnectorError::Connect;
        let (part, argument) = (self.part.clone(), argument.to_owned());
        let name = part.component.name.clone();
        // On a task of its own: whoever waits may stop waiting, and a guest cannot be left half way.
        let called = tokio::spawn(async move { call(&part, &argument).await });
        let listed = called.await.map_err(|error| failed(error.to_string()))??;
        let rights = &self.part.rights;
        let hosts = listed.into_iter().map(|host| checked(host, rights));
        let hosts = hosts.collect::<Result<Vec<_>, String>>();
        hosts.map_err(|message| failed(format!("{name}: {message}")))
    }
}

async fn call(part: &Part, argument: &str) -> Result<Vec<inventory::Host>, ConnectorError> {
    let name = &part.component.name;
    let trapped = |error: wasmtime::Error| ConnectorError::Connect(report(name, &error));
    let loaded = |error: crate::LoadError| ConnectorError::Connect(error.to_string());
    let opened = part.opened().await.map_err(loaded)?;
    let mut store = part.store().map_err(loaded)?;
    let guest = inventory::Guest::start(opened, &mut store)
        .await
        .map_err(trapped)?;
    let answered = guest.call_hosts(&mut store, argument).await;
    let answered = answered.map_err(|error| trapped(meter::explained(&mut store, error)));
    answered?.map_err(|error| {
        let error = translate::guest_error(error);
        ConnectorError::Connect(format!("{name}: {error}"))
    })
}

/// A listed host, when it may be one.
fn checked(host: inventory::Host, rights: &Rights) -> Result<ConnectorHost, String> {
    let name = host.name;
    if name.starts_with('@') && NOT_LISTED.contains(&connector_of(&name)) {
        return Err(format!(
            "it lists `{name}`, which a component may not\n  name that host in the inventory yourself"
        ));
    }
    let data = serde_json::from_str::<Json>(&host.data);
    let Ok(Json::Object(data)) = data else {
        return Err(format!("the data of {name} is no object"));
    };
    check_data(&name, &data, rights)?;
    Ok(ConnectorHost {
        name,
        data,
        groups: host.groups,
    })
}

fn check_data(host: &str, data: &JsonMap, rights: &Rights) -> Result<(), String> {
    for (key, value) in data {
        if key.starts_with('_') && !rights.raises_privilege() {
            let wants = format!("set the global argument {key} of {host}");
            return Err(rights.refused(&wants, "privilege = true").message);
        }
        if CONTROLLER_DATA.contains(&key.as_str()) {
            return Err(format!(
                "it gives {host} the data {key}, which concerns the controller\n  set {key} in the inventory or its group_data"
            ));
        }
        if names_a_secret(value) {
            return Err(format!(
                "the data {key} of {host} has a key that begins with `$`, which only what a person wrote may have"
            ));
        }
    }
    Ok(())
}

fn names_a_secret(value: &Json) -> bool {
    match value {
        Json::Object(map) => map
            .iter()
            .any(|(key, value)| key.starts_with('$') || names_a_secret(value)),
        Json::Array(items) => items.iter().any(names_a_secret),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use windlass_engine::capability::Capabilities;

    use super::*;

    fn listed(name: &str, data: &str, privilege: bool) -> Result<ConnectorHost, String> {
        let granted = Capabilities {
            privilege,
            ..Capabilities::default()
        };
        let host = inventory::Host {
            name: name.to_owned(),
            data: data.to_owned(),
            groups: vec![String::from("web")],
            more: String::from("{}"),
        };
        checked(host, &crate::granted::test_rights(granted, 1))
    }

    #[test]
    fn hosts_are_taken_with_plain_data() {
        let host = listed("web-1", r#"{"ssh_hostname": "10.0.0.1", "n": [1]}"#, false).unwrap();
        assert_eq!(host.data["n"], serde_json::json!([1]));
        assert!(listed("@docker/a", "{}", false).is_ok());
        assert!(listed("web-1", r#"{"_sudo": true}"#, true).is_ok());
    }

    #[test]
    fn what_would_reach_the_controller_is_refused() {
        for (name, data, says) in [
            ("@local", "{}", "lists `@local`"),
            ("@local/x", "{}", "lists `@local/x`"),
            (
                "a",
                r#"{"ssh_proxy_command": "sh"}"#,
                "the data ssh_proxy_command",
            ),
            ("a", r#"{"_sudo": true}"#, "privilege = true"),
            (
                "a",
                r#"{"ssh_password": {"$secret": "db"}}"#,
                "begins with `$`",
            ),
            (
                "a",
                r#"{"x": [{"y": {"$secret": "db"}}]}"#,
                "begins with `$`",
            ),
            ("a", "[]", "is no object"),
        ] {
            let error = listed(name, data, false).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
