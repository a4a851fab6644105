//! Inventory and data as deploys and components see them.

use std::sync::{Arc, PoisonError};

use crate::json::{Json, JsonMap, json};

use super::{Host, State};

impl State {
    /// `{groups: {name: [host…]}, hosts: {name: {groups, data}}}`; made once. The group `all` has every host.
    #[must_use]
    pub fn inventory_json(&self) -> Json {
        self.inventory_ref().clone()
    }

    fn inventory_ref(&self) -> &Json {
        self.shared
            .inventory_json
            .get_or_init(|| self.inventory_with(|host| host.data()))
    }

    /// The same as components see it: see [`State::data_for_guests`].
    pub(crate) fn inventory_for_guests(&self) -> &Json {
        self.shared
            .guest_inventory
            .get_or_init(|| self.inventory_with(|host| self.data_for_guests(host)))
    }

    /// A host's data as components see it: passwords that stand in it as plain text are masked.
    pub(crate) fn data_for_guests(&self, host: &Host) -> JsonMap {
        let mut data = host.data();
        let mut mask = |name: &str| {
            if let Some(value) = data.get_mut(name).filter(|value| value.is_string()) {
                *value = Json::from(crate::secrets::MASK);
            }
        };
        ["_sudo_password", "_su_password"]
            .into_iter()
            .for_each(&mut mask);
        let connector = self.inventory().connector_of(host.name());
        for key in self.secret_keys(&connector).iter() {
            mask(key);
        }
        data
    }

    /// The keys of a connector's data that hold secrets.
    fn secret_keys(&self, connector: &str) -> Arc<[String]> {
        let known = &self.shared.secret_keys;
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = known.get(connector) {
            return keys.clone();
        }
        let keys = match self.connectors().connector(connector) {
            Ok(connector) => connector.data_keys(),
            // Hosts of a connector that there is not are not connected either.
            Err(_) => Vec::new(),
        };
        let keys = keys.into_iter().filter(|key| key.secret);
        let keys: Arc<[String]> = keys.map(|key| key.name).collect();
        known.insert(connector.to_owned(), keys.clone());
        keys
    }

    fn inventory_with(&self, data: impl Fn(&Host) -> JsonMap) -> Json {
        let names = self.inventory().group_names().into_iter();
        let mut groups: JsonMap = names.map(|name| (name.to_owned(), json!([]))).collect();
        let mut hosts = JsonMap::new();
        for host in self.hosts() {
            let own = host.groups().iter().map(String::as_str);
            for group in own.chain(["all"]) {
                if let Some(Json::Array(list)) = groups.get_mut(group) {
                    list.push(Json::from(host.name()));
                }
            }
            hosts.insert(
                host.name().to_owned(),
                json!({"groups": host.groups(), "data": data(host)}),
            );
        }
        json!({"groups": groups, "hosts": hosts})
    }
}
