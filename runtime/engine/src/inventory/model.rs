//! The inventory itself: hosts in order, groups, layers of data, and what each value came from.

use std::collections::HashMap;
use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use super::error::InventoryError;
use super::names::connector_of;
use crate::json::{Json, JsonMap};
use crate::nearest::did_you_mean;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Origin {
    /// A file.
    File {
        /// Its name, as it was given.
        file: String,
        /// The line, from 1, where the format tells.
        line: Option<usize>,
    },
    /// `--data` on the command line.
    Flag,
    /// A connector, from the entry that is named.
    Connector {
        /// The entry: `@docker/web`.
        entry: String,
    },
    /// The program that made the inventory.
    Program,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File {
                file,
                line: Some(line),
            } => write!(f, "{file}:{line}"),
            Self::File { file, line: None } => f.write_str(file),
            Self::Flag => f.write_str("--data"),
            Self::Connector { entry } => f.write_str(entry),
            Self::Program => f.write_str("the program"),
        }
    }
}

/// A value with its origin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Held {
    pub(crate) value: Json,
    pub(crate) origin: Origin,
}

/// One level of data.
pub(crate) type Layer = IndexMap<String, Held>;

/// One host.
#[derive(Clone, Debug, Default)]
pub struct HostEntry {
    /// Its name.
    pub name: String,
    /// Its groups without `all`; data of later ones wins.
    pub groups: Vec<String>,
    pub(crate) data: Layer,
}

impl HostEntry {
    /// The connector that its name asks for.
    #[must_use]
    pub fn connector(&self) -> &str {
        connector_of(&self.name)
    }
}

/// A value of a host's data, and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Provenance {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Json,
    /// Which level gave it: `--data`, `host`, a group's name, `all`.
    pub level: String,
    /// Where that stands.
    pub origin: Origin,
    /// The levels below that had a value too, the next one first.
    pub hides: Vec<(String, Origin)>,
}

/// A group: its hosts by position, in inventory order, and its data.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) hosts: Vec<usize>,
    pub(crate) data: Layer,
}

/// Hosts, groups and data. What hosts share is held once.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    pub(crate) hosts: Vec<HostEntry>,
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) groups: IndexMap<String, Group>,
    pub(crate) all: Layer,
    pub(crate) flags: Layer,
    pub(crate) config: Vec<(String, Json, Origin)>,
    pub(crate) warnings: Vec<String>,
}

impl Inventory {
    /// An inventory made by a program.
    ///
    /// ```
    /// # use windlass_engine::inventory::Inventory;
    /// let inventory = Inventory::builder()
    ///     .group("web", ["web-01", "web-02"], [("port", 80)])
    ///     .host("db-01", [("ssh_user", "root")])
    ///     .data("ntp", "pool.ntp.org")
    ///     .build();
    /// assert_eq!(inventory.hosts().len(), 3);
    /// ```
    #[must_use]
    pub fn builder() -> InventoryBuilder {
        InventoryBuilder::default()
    }

    /// The hosts, in inventory order.
    #[must_use]
    pub fn hosts(&self) -> &[HostEntry] {
        &self.hosts
    }

    /// The names of all groups, `all` first, then in the order in which their data applies.
    #[must_use]
    pub fn group_names(&self) -> Vec<&str> {
        std::iter::once("all")
            .chain(self.groups.keys().map(String::as_str))
            .collect()
    }

    /// The hosts of a group, in inventory order; none when there is no such group.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<Vec<&HostEntry>> {
        if name == "all" {
            return Some(self.hosts.iter().collect());
        }
        let group = self.groups.get(name)?;
        Some(
            group
                .hosts
                .iter()
                .filter_map(|index| self.hosts.get(*index))
                .collect(),
        )
    }

    /// A host by its name.
    ///
    /// # Errors
    /// [`InventoryError::UnknownHost`] with the nearest name.
    pub fn get_host(&self, name: &str) -> Result<&HostEntry, InventoryError> {
        self.by_name
            .get(name)
            .and_then(|index| self.hosts.get(*index))
            .ok_or_else(|| InventoryError::UnknownHost {
                name: name.to_owned(),
                hint: did_you_mean(name, self.hosts.iter().map(|host| host.name.as_str())),
            })
    }

    /// The connector of a host, by the host's name.
    #[must_use]
    pub fn connector_of(&self, name: &str) -> String {
        connector_of(name).to_owned()
    }

    /// The layers of a host's data that apply, the highest first.
    fn layers<'a>(&'a self, host: &'a HostEntry) -> impl Iterator<Item = (&'a str, &'a Layer)> {
        let groups = host
            .groups
            .iter()
            .rev()
            .filter_map(|name| Some((name.as_str(), &self.groups.get(name)?.data)));
        [("--data", &self.flags), ("host", &host.data)]
            .into_iter()
            .chain(groups)
            .chain([("all", &self.all)])
    }

    /// A host's data, merged: `--data`, the host, its groups (the last wins), `all`.
    #[must_use]
    pub fn host_data(&self, host: &HostEntry) -> JsonMap {
        let layers: Vec<&Layer> = self.layers(host).map(|(_, layer)| layer).collect();
        let mut data = JsonMap::new();
        for layer in layers.into_iter().rev() {
            for (key, held) in layer {
                data.insert(key.clone(), held.value.clone());
            }
        }
        data
    }

    /// One value of a host's data, without merging the rest.
    #[must_use]
    pub fn host_value<'a>(&'a self, host: &'a HostEntry, key: &str) -> Option<&'a Json> {
        self.layers(host)
            .find_map(|(_, layer)| layer.get(key))
            .map(|held| &held.value)
    }

    /// Where each value of a host's data came from, by key.
    #[must_use]
    pub fn provenance(&self, host: &HostEntry) -> Vec<Provenance> {
        let mut found: IndexMap<&str, Provenance> = IndexMap::new();
        for (level, layer) in self.layers(host) {
            for (key, held) in layer {
                match found.get_mut(key.as_str()) {
                    Some(known) => known.hides.push((level.to_owned(), held.origin.clone())),
                    None => {
                        let known = Provenance {
                            key: key.clone(),
                            value: held.value.clone(),
                            level: level.to_owned(),
                            origin: held.origin.clone(),
                            hides: Vec::new(),
                        };
                        found.insert(key, known);
                    }
                }
            }
        }
        found.sort_keys();
        found.into_values().collect()
    }

    /// Sets a value for all hosts, over what hosts and groups have, as `--data` does.
    pub fn set_data_flag(&mut self, key: impl Into<String>, value: Json) {
        self.flags.insert(
            key.into(),
            Held {
                value,
                origin: Origin::Flag,
            },
        );
    }

    /// The settings of the file's `[config]`, in order, for [`crate::config::Config`].
    #[must_use]
    pub fn config(&self) -> &[(String, Json, Origin)] {
        &self.config
    }

    /// What is odd but no error: data files of groups that do not exist.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The position of a host, which is added when it is new.
    pub(crate) fn add_host(&mut self, name: &str) -> usize {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        let index = self.hosts.len();
        self.hosts.push(HostEntry {
            name: name.to_owned(),
            ..HostEntry::default()
        });
        self.by_name.insert(name.to_owned(), index);
        index
    }

    /// Makes hosts and groups agree: both know each other, in order.
    pub(crate) fn link(&mut self) {
        for group in self.groups.values_mut() {
            group.hosts.sort_unstable();
            group.hosts.dedup();
        }
        for host in &mut self.hosts {
            host.groups.clear();
        }
        for (name, group) in &self.groups {
            for index in &group.hosts {
                if let Some(host) = self.hosts.get_mut(*index) {
                    host.groups.push(name.clone());
                }
            }
        }
    }
}

/// Makes an [`Inventory`] in a program. Nothing is asked of connectors: names stand as they are given.
#[derive(Clone, Debug, Default)]
pub struct InventoryBuilder {
    inventory: Inventory,
}

impl InventoryBuilder {
    /// Adds a host, or data to a host that is there.
    #[must_use]
    pub fn host<K: Into<String>, V: Into<Json>>(
        mut self,
        name: &str,
        data: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let index = self.inventory.add_host(name);
        if let Some(host) = self.inventory.hosts.get_mut(index) {
            host.data.extend(layer(data));
        }
        self
    }

    /// Adds hosts without data of their own.
    #[must_use]
    pub fn hosts<N: AsRef<str>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            self.inventory.add_host(name.as_ref());
        }
        self
    }

    /// Adds a group, or hosts and data to a group that is there.
    #[must_use]
    pub fn group<N: AsRef<str>, K: Into<String>, V: Into<Json>>(
        mut self,
        name: &str,
        hosts: impl IntoIterator<Item = N>,
        data: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let hosts: Vec<usize> = hosts
            .into_iter()
            .map(|host| self.inventory.add_host(host.as_ref()))
            .collect();
        let group = self.inventory.groups.entry(name.to_owned()).or_default();
        group.hosts.extend(hosts);
        group.data.extend(layer(data));
        self
    }

    /// Adds a value for all hosts.
    #[must_use]
    pub fn data(mut self, key: &str, value: impl Into<Json>) -> Self {
        self.inventory.all.extend(layer([(key, value)]));
        self
    }

    /// The inventory.
    #[must_use]
    pub fn build(mut self) -> Inventory {
        self.inventory.link();
        self.inventory
    }
}

fn layer<K: Into<String>, V: Into<Json>>(data: impl IntoIterator<Item = (K, V)>) -> Layer {
    data.into_iter()
        .map(|(key, value)| {
            (
                key.into(),
                Held {
                    value: value.into(),
                    origin: Origin::Program,
                },
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_unknown_host_names_the_nearest() {
        let inventory = Inventory::builder()
            .group("web", ["web-01", "db-01"], [("x", 1)])
            .build();
        assert_eq!(
            inventory.get_host("web-1").unwrap_err().to_string(),
            "there is no host `web-1` in the inventory, did you mean `web-01`?"
        );
        assert_eq!(inventory.get_host("db-01").unwrap().groups, ["web"]);
        assert_eq!(inventory.group("all").unwrap().len(), 2);
    }

    proptest! {
        /// Each key goes to a random set of levels; the highest of them must win, and provenance must agree.
        #[test]
        fn the_highest_level_wins(places in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 5), 1..6)) {
            let mut builder = Inventory::builder().host("h", [("own", true)]);
            let levels = ["all", "first", "second", "host", "--data"];
            for group in ["first", "second"] {
                builder = builder.group(group, ["h"], Vec::<(String, Json)>::new());
            }
            let mut inventory = builder.build();
            for (number, on) in places.iter().enumerate() {
                let key = format!("key{number}");
                for (level, on) in levels.iter().zip(on) {
                    if !on { continue }
                    let held = Held { value: Json::from(*level), origin: Origin::Program };
                    match *level {
                        "all" => { inventory.all.insert(key.clone(), held); }
                        "host" => { inventory.hosts[0].data.insert(key.clone(), held); }
                        "--data" => inventory.set_data_flag(key.clone(), held.value),
                        group => { inventory.groups.get_mut(group).unwrap().data.insert(key.clone(), held); }
                    }
                }
            }
            let host = inventory.get_host("h").unwrap();
            let data = inventory.host_data(host);
            let provenance = inventory.provenance(host);
            for (number, on) in places.iter().enumerate() {
                let key = format!("key{number}");
                let expected = levels.iter().zip(on).rev().find(|(_, on)| **on).map(|(level, _)| Json::from(*level));
                prop_assert_eq!(data.get(&key), expected.as_ref());
                prop_assert_eq!(inventory.host_value(host, &key), expected.as_ref());
                let found = provenance.iter().find(|one| one.key == key);
                prop_assert_eq!(found.map(|one| Json::from(one.level.as_str())), expected);
                let hidden = on.iter().filter(|on| **on).count().saturating_sub(1);
                prop_assert_eq!(found.map_or(0, |one| one.hides.len()), hidden);
            }
        }
    }
}
