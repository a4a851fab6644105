//! Makes an inventory of what the command line gives: a file, names, or entries that connectors expand.

use std::collections::HashMap;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::document::Document;
use super::error::InventoryError;
use super::model::{Held, Inventory, Layer, Origin};
use super::names::connector_of;
use super::parse::{Raw, check_name, layer_of, parse};
use crate::connector::ConnectorHost;
use crate::json::{Json, JsonMap};
use crate::state::Connectors;

/// What stands beside the inventory itself.
#[derive(Clone, Debug, Default)]
pub struct InventoryOptions {
    /// More folders of group data; later ones win.
    pub group_data: Vec<Utf8PathBuf>,
    /// Values for all hosts, which win over what the inventory says.
    pub data: Vec<(String, Json)>,
}

/// Reads `KEY=VALUE`. A value that is JSON is read as such, anything else is text.
///
/// # Errors
/// What is missing.
pub fn parse_data_flag(text: &str) -> Result<(String, Json), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((
            key.to_owned(),
            serde_json::from_str(value).unwrap_or_else(|_| Json::from(value)),
        )),
        _ => Err(format!("`{text}` has no value\n  write it as KEY=VALUE")),
    }
}

impl Inventory {
    /// Makes an inventory of what stands on a command line: a file, a host, or a list of hosts and
    /// `@connector/argument` with commas. A file of that name is preferred.
    ///
    /// # Errors
    /// A file that cannot be read or understood, a connector that has no answer.
    pub async fn load(
        given: &str,
        options: &InventoryOptions,
        connectors: &dyn Connectors,
    ) -> Result<Self, InventoryError> {
        let path = Utf8Path::new(given);
        if !given.starts_with('@') && (path.is_file() || looks_like_a_file(path)) {
            return Self::load_file(path, options, connectors).await;
        }
        let wrong = |message: String| InventoryError::Argument {
            given: given.to_owned(),
            message,
        };
        let mut raw = Raw::default();
        for name in given
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            check_name(name).map_err(wrong)?;
            raw.entries.insert(name.to_owned());
        }
        if raw.entries.is_empty() {
            return Err(wrong(String::from(
                "no hosts\n  give a file, a host, or hosts with commas between them",
            )));
        }
        Self::finish(raw, Vec::new(), options, connectors).await
    }

    async fn load_file(
        path: &Utf8Path,
        options: &InventoryOptions,
        connectors: &dyn Connectors,
    ) -> Result<Self, InventoryError> {
        let document = read(path)?;
        let beside = path
            .parent()
            .unwrap_or(Utf8Path::new(""))
            .join("group_data");
        let beside = if beside.is_dir() {
            group_data(&beside)?
        } else {
            Vec::new()
        };
        Self::finish(parse(&document)?, beside, options, connectors).await
    }

    /// Makes an inventory of a file's text. The name's end tells the format.
    ///
    /// # Errors
    /// As [`Inventory::load`].
    pub async fn from_text(
        file: &str,
        text: &str,
        options: &InventoryOptions,
        connectors: &dyn Connectors,
    ) -> Result<Self, InventoryError> {
        let document = Document::parse(file, text.to_owned())?;
        Self::finish(parse(&document)?, Vec::new(), options, connectors).await
    }

    async fn finish(
        raw: Raw,
        beside: Vec<GroupFile>,
        options: &InventoryOptions,
        connectors: &dyn Connectors,
    ) -> Result<Self, InventoryError> {
        let mut inventory = Self {
            all: raw.all,
            config: raw.config,
            ..Self::default()
        };
        let mut expanded: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut brought: IndexMap<String, Vec<usize>> = IndexMap::new();
        for entry in &raw.entries {
            expanded.insert(
                entry,
                inventory.expand(entry, connectors, &mut brought).await?,
            );
        }
        for (name, host) in &raw.hosts {
            for index in expanded.get(name.as_str()).into_iter().flatten() {
                if let Some(entry) = inventory.hosts.get_mut(*index) {
                    entry.data.extend(host.data.clone());
                }
                for group in &host.groups {
                    brought.entry(group.clone()).or_default().push(*index);
                }
            }
        }
        let mut children: IndexMap<String, Vec<String>> = IndexMap::new();
        for (name, group) in raw.groups {
            let hosts = group
                .hosts
                .iter()
                .filter_map(|host| expanded.get(host.as_str()))
                .flatten()
                .copied()
                .collect();
            inventory.groups.insert(
                name.clone(),
                super::model::Group {
                    hosts,
                    data: group.data,
                },
            );
            children.insert(name, group.children);
        }
        for (name, hosts) in brought {
            inventory
                .groups
                .entry(name)
                .or_default()
                .hosts
                .extend(hosts);
        }
        inventory.nest(&children)?;
        for file in beside {
            inventory.add_group_file(file, false);
        }
        for folder in &options.group_data {
            for file in group_data(folder)? {
                inventory.add_group_file(file, true);
            }
        }
        for (key, value) in &options.data {
            inventory.set_data_flag(key.clone(), value.clone());
        }
        inventory.link();
        Ok(inventory)
    }

    /// Adds the hosts that an entry stands for.
    async fn expand(
        &mut self,
        entry: &str,
        connectors: &dyn Connectors,
        brought: &mut IndexMap<String, Vec<usize>>,
    ) -> Result<Vec<usize>, InventoryError> {
        if !entry.starts_with('@') {
            return Ok(vec![self.add_host(entry)]);
        }
        let failed = |error: crate::connector::ConnectorError| InventoryError::Connector {
            given: entry.to_owned(),
            message: error.to_string(),
        };
        let argument = entry.split_once('/').map_or("", |(_, argument)| argument);
        let connector = connectors.connector(connector_of(entry)).map_err(failed)?;
        let hosts = connector.hosts(argument).await.map_err(failed)?;
        let mut indices = Vec::with_capacity(hosts.len());
        for ConnectorHost { name, data, groups } in hosts {
            check_name(&name).map_err(|message| InventoryError::Connector {
                given: entry.to_owned(),
                message,
            })?;
            if let Some(message) = named_secret(&data) {
                return Err(InventoryError::Connector {
                    given: entry.to_owned(),
                    message: format!("{name}: {message}"),
                });
            }
            let index = self.add_host(&name);
            let origin = Origin::Connector {
                entry: entry.to_owned(),
            };
            let held = |(key, value)| {
                (
                    key,
                    Held {
                        value,
                        origin: origin.clone(),
                    },
                )
            };
            if let Some(host) = self.hosts.get_mut(index) {
                host.data.extend(data.into_iter().map(held));
            }
            for group in groups.into_iter().filter(|group| group != "all") {
                brought.entry(group).or_default().push(index);
            }
            indices.push(index);
        }
        Ok(indices)
    }

    /// Hosts of contained groups belong to the containing ones, which then stand first, so that their data gives way.
    fn nest(&mut self, children: &IndexMap<String, Vec<String>>) -> Result<(), InventoryError> {
        let mut order: Vec<String> = Vec::new();
        let mut left: Vec<String> = self.groups.keys().cloned().collect();
        let contained = |name: &String, left: &[String]| {
            left.iter().any(|other| {
                children
                    .get(other)
                    .is_some_and(|children| children.contains(name))
            })
        };
        while !left.is_empty() {
            let Some(next) = left.iter().position(|name| !contained(name, &left)) else {
                return Err(InventoryError::Argument {
                    given: String::from("groups"),
                    message: format!("these groups contain each other: {}", left.join(", ")),
                });
            };
            order.push(left.remove(next));
        }
        for name in order.iter().rev() {
            let inner: Vec<usize> = children
                .get(name)
                .into_iter()
                .flatten()
                .filter_map(|child| self.groups.get(child))
                .flat_map(|group| group.hosts.iter().copied())
                .collect();
            if let Some(group) = self.groups.get_mut(name) {
                group.hosts.extend(inner);
            }
        }
        let place: HashMap<&str, usize> = order
            .iter()
            .enumerate()
            .map(|(at, name)| (name.as_str(), at))
            .collect();
        self.groups
            .sort_by_cached_key(|name, _| place.get(name.as_str()).copied());
        Ok(())
    }

    fn add_group_file(&mut self, file: GroupFile, wins: bool) {
        let layer = match file.group.as_str() {
            "all" => &mut self.all,
            name => match self.groups.get_mut(name) {
                Some(group) => &mut group.data,
                None => {
                    self.warnings.push(format!(
                        "{} holds data of `{name}`, which is no group",
                        file.path
                    ));
                    return;
                }
            },
        };
        for (key, held) in file.layer {
            if wins || !layer.contains_key(&key) {
                layer.insert(key, held);
            }
        }
    }
}

/// True for names that nobody gives to a host.
fn looks_like_a_file(path: &Utf8Path) -> bool {
    let data = path.extension().is_some_and(|extension| {
        Document::EXTENSIONS.contains(&extension) || matches!(extension, "py" | "star" | "ini")
    });
    data && !path.as_str().contains(',') || path.as_str().starts_with(['/', '.']) || path.is_dir()
}

fn read(path: &Utf8Path) -> Result<Document, InventoryError> {
    let failed = |message: String| InventoryError::Read {
        file: path.to_string(),
        message,
    };
    if path.is_dir() {
        return Err(failed(String::from(
            "this is a folder\n  give the file inside it",
        )));
    }
    match path.extension() {
        Some(extension) if Document::EXTENSIONS.contains(&extension) => {}
        Some("py") => {
            let message = "inventories are TOML, YAML or JSON\n  write the hosts of this file as [groups.NAME] hosts = [...]";
            return Err(failed(String::from(message)));
        }
        _ => {
            let message =
                "the name must end in .toml, .yaml, .yml or .json, which tells the format";
            return Err(failed(String::from(message)));
        }
    }
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed(String::from("there is no such file")),
        std::io::ErrorKind::InvalidData => failed(String::from("this is not UTF-8 text")),
        _ => failed(error.to_string()),
    })?;
    Ok(Document::parse(path.as_str(), text)?)
}

/// The data of one group, from one file.
struct GroupFile {
    group: String,
    path: Utf8PathBuf,
    layer: Layer,
}

/// The files of a folder of group data, by name.
fn group_data(folder: &Utf8Path) -> Result<Vec<GroupFile>, InventoryError> {
    let failed = |error: std::io::Error| InventoryError::Read {
        file: folder.to_string(),
        message: error.to_string(),
    };
    let mut paths = Vec::new();
    for entry in folder.read_dir_utf8().map_err(failed)? {
        let path = entry.map_err(failed)?.into_path();
        let known = path
            .extension()
            .is_some_and(|extension| Document::EXTENSIONS.contains(&extension));
        if known && path.is_file() {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files: Vec<GroupFile> = Vec::new();
    for path in paths {
        let group = path.file_stem().unwrap_or_default().to_owned();
        if let Some(other) = files.iter().find(|file| file.group == group) {
            let message = format!(
                "{} holds data of the same group\n  keep one of the two",
                other.path
            );
            return Err(InventoryError::Read {
                file: path.to_string(),
                message,
            });
        }
        files.push(GroupFile {
            group,
            layer: layer_of(&read(&path)?)?,
            path,
        });
    }
    Ok(files)
}

/// What is wrong with data of a connector's that names a secret: whoever made it could have any file of the user's sent
/// to a host of their own.
fn named_secret(data: &JsonMap) -> Option<String> {
    data.iter().find_map(|(key, value)| {
        crate::secrets::no_secret_in(value).err()?;
        Some(format!(
            "the connector names a secret in `{key}`, and secrets are the user's to name\n  give it in a file of the \
             inventory: {key} = {{ \"$secret\" = \"env:NAME\" }}"
        ))
    })
}

#[cfg(test)]
mod tests;
