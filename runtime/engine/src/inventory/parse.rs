//! Reads the tree of an inventory file: what it says, before any connector is asked.

use indexmap::{IndexMap, IndexSet};

use super::document::{Document, Entry, Node, Value};
use super::error::Mistake;
use super::model::{Held, Layer, Origin};
use crate::json::Json;
use crate::nearest::did_you_mean;

/// What a file says of hosts and groups. Names may be `@connector/argument`.
#[derive(Debug, Default)]
pub(super) struct Raw {
    /// Every name, in the order in which it is first named.
    pub(super) entries: IndexSet<String>,
    pub(super) hosts: IndexMap<String, RawHost>,
    pub(super) groups: IndexMap<String, RawGroup>,
    pub(super) all: Layer,
    pub(super) config: Vec<(String, Json, Origin)>,
}

#[derive(Debug, Default)]
pub(super) struct RawHost {
    pub(super) groups: Vec<String>,
    pub(super) data: Layer,
}

#[derive(Debug, Default)]
pub(super) struct RawGroup {
    pub(super) hosts: Vec<String>,
    pub(super) children: Vec<String>,
    pub(super) data: Layer,
}

const TOP: [&str; 4] = ["all", "groups", "hosts", "config"];
const RESERVED: [&str; 3] = ["hosts", "groups", "data"];

/// Reads an inventory file.
pub(super) fn parse(document: &Document) -> Result<Raw, Mistake> {
    let mut raw = Raw::default();
    let top = map(document, &document.root, "an inventory")?;
    if let Some(entry) = top.iter().find(|entry| !TOP.contains(&entry.key.as_str())) {
        let hint = did_you_mean(&entry.key, TOP);
        let message = format!(
            "unknown key `{}`{hint}\n  at the top stand `all`, `groups`, `hosts` and `config`",
            entry.key
        );
        return Err(document.mistake(entry.key_span.clone(), message));
    }
    for entry in top {
        match entry.key.as_str() {
            "all" => raw.all(document, &entry.node)?,
            "groups" => {
                for entry in map(document, &entry.node, "`groups`")? {
                    raw.group(document, entry)?;
                }
            }
            "hosts" => raw.top_hosts(document, &entry.node)?,
            _ => {
                for entry in map(document, &entry.node, "`config`")? {
                    raw.config.push((
                        entry.key.clone(),
                        entry.node.to_json(),
                        origin(document, entry),
                    ));
                }
            }
        }
    }
    raw.check_children(document)?;
    Ok(raw)
}

/// The data of a file that is nothing else: group data.
pub(super) fn layer_of(document: &Document) -> Result<Layer, Mistake> {
    let mut layer = Layer::new();
    for entry in map(document, &document.root, "group data")? {
        insert(&mut layer, document, entry);
    }
    Ok(layer)
}

impl Raw {
    fn all(&mut self, document: &Document, node: &Node) -> Result<(), Mistake> {
        for entry in map(document, node, "`all`")? {
            match entry.key.as_str() {
                "hosts" => self.top_hosts(document, &entry.node)?,
                "groups" => {
                    let message = "`all` holds every host already\n  write groups as [groups.NAME]";
                    return Err(document.mistake(entry.key_span.clone(), message));
                }
                _ => data(&mut self.all, document, entry)?,
            }
        }
        Ok(())
    }

    /// Hosts of no group: a list of names, or a table from name to data.
    fn top_hosts(&mut self, document: &Document, node: &Node) -> Result<(), Mistake> {
        match &node.value {
            Value::List(_) => self.entries.extend(names(document, node, "`hosts`")?),
            _ => {
                for entry in map(document, node, "`hosts`")? {
                    self.host(document, entry)?;
                }
            }
        }
        Ok(())
    }

    fn host(&mut self, document: &Document, entry: &Entry) -> Result<(), Mistake> {
        let name = name(document, &entry.key, entry.key_span.clone())?;
        self.entries.insert(name.clone());
        let host = self.hosts.entry(name).or_default();
        if matches!(entry.node.value, Value::Leaf(Json::Null)) {
            return Ok(());
        }
        for entry in map(document, &entry.node, "a host")? {
            match entry.key.as_str() {
                "groups" => host
                    .groups
                    .extend(names(document, &entry.node, "`groups`")?),
                "hosts" => {
                    let message =
                        "a host has no hosts\n  for data of that name write it in a table `data`";
                    return Err(document.mistake(entry.key_span.clone(), message));
                }
                _ => data(&mut host.data, document, entry)?,
            }
        }
        Ok(())
    }

    fn group(&mut self, document: &Document, entry: &Entry) -> Result<(), Mistake> {
        if entry.key == "all" {
            let message = "the group `all` is every host\n  write its data as [all]";
            return Err(document.mistake(entry.key_span.clone(), message));
        }
        let mut group = self.groups.shift_remove(&entry.key).unwrap_or_default();
        match &entry.node.value {
            Value::List(_) => {
                group.hosts = names(document, &entry.node, "a group")?;
                self.entries.extend(group.hosts.iter().cloned());
            }
            Value::Leaf(Json::Null) => {}
            _ => {
                for entry in map(document, &entry.node, "a group")? {
                    match (entry.key.as_str(), &entry.node.value) {
                        ("hosts", Value::Map(hosts)) => {
                            for entry in hosts {
                                self.host(document, entry)?;
                                group.hosts.push(entry.key.clone());
                            }
                        }
                        ("hosts", _) => {
                            let hosts = names(document, &entry.node, "`hosts`")?;
                            self.entries.extend(hosts.iter().cloned());
                            group.hosts.extend(hosts);
                        }
                        ("groups", _) => {
                            group
                                .children
                                .extend(names(document, &entry.node, "`groups`")?)
                        }
                        _ => data(&mut group.data, document, entry)?,
                    }
                }
            }
        }
        self.groups.insert(entry.key.clone(), group);
        Ok(())
    }

    /// Groups that are named inside others must be there.
    fn check_children(&self, document: &Document) -> Result<(), Mistake> {
        let known: IndexSet<&str> = self
            .groups
            .keys()
            .chain(self.hosts.values().flat_map(|host| &host.groups))
            .map(String::as_str)
            .collect();
        for (name, group) in &self.groups {
            if let Some(child) = group
                .children
                .iter()
                .find(|child| !known.contains(child.as_str()))
            {
                let hint = did_you_mean(child, known.iter().copied());
                let message =
                    format!("the group `{name}` contains `{child}`, which is no group{hint}");
                return Err(document.mistake(self.place_of(document, name, child), message));
            }
        }
        Ok(())
    }

    /// Where a group names another.
    fn place_of(
        &self,
        document: &Document,
        group: &str,
        child: &str,
    ) -> Option<std::ops::Range<usize>> {
        let find = |node: &Node, key: &str| match &node.value {
            Value::Map(entries) => entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| entry.node.clone()),
            _ => None,
        };
        let list = find(&find(&find(&document.root, "groups")?, group)?, "groups")?;
        let Value::List(items) = list.value else {
            return list.span;
        };
        items
            .into_iter()
            .find(|item| item.to_json() == *child)?
            .span
    }
}

fn origin(document: &Document, entry: &Entry) -> Origin {
    Origin::File {
        file: document.file.clone(),
        line: document.line(entry.key_span.as_ref()),
    }
}

fn insert(layer: &mut Layer, document: &Document, entry: &Entry) {
    layer.insert(
        entry.key.clone(),
        Held {
            value: entry.node.to_json(),
            origin: origin(document, entry),
        },
    );
}

/// A key of a level that is data, or the table `data`.
fn data(layer: &mut Layer, document: &Document, entry: &Entry) -> Result<(), Mistake> {
    if entry.key == "data" {
        for entry in map(document, &entry.node, "`data`")? {
            insert(layer, document, entry);
        }
        return Ok(());
    }
    let slip = RESERVED
        .into_iter()
        .find(|word| strsim::osa_distance(word, &entry.key) == 1);
    let is_leaf = matches!(entry.node.value, Value::Leaf(_));
    if let Some(word) = slip.filter(|_| !is_leaf || matches!(entry.key.as_str(), "host" | "group"))
    {
        let key = &entry.key;
        let message = format!(
            "unknown key `{key}`, did you mean `{word}`?\n  for data of that name write it in a table `data`"
        );
        return Err(document.mistake(entry.key_span.clone(), message));
    }
    insert(layer, document, entry);
    Ok(())
}

fn map<'a>(document: &Document, node: &'a Node, what: &str) -> Result<&'a [Entry], Mistake> {
    match &node.value {
        Value::Map(entries) => Ok(entries),
        _ => Err(document.mistake(
            node.span.clone(),
            format!("{what} is a table, not {}", node.kind()),
        )),
    }
}

fn names(document: &Document, node: &Node, what: &str) -> Result<Vec<String>, Mistake> {
    let Value::List(items) = &node.value else {
        let message = format!("{what} is a list of names, not {}", node.kind());
        return Err(document.mistake(node.span.clone(), message));
    };
    let one = |item: &Node| match &item.value {
        Value::Leaf(Json::String(text)) => name(document, text, item.span.clone()),
        _ => Err(document.mistake(
            item.span.clone(),
            format!("a name is text, not {}", item.kind()),
        )),
    };
    items.iter().map(one).collect()
}

fn name(
    document: &Document,
    text: &str,
    span: Option<std::ops::Range<usize>>,
) -> Result<String, Mistake> {
    match check_name(text) {
        Ok(()) => Ok(text.to_owned()),
        Err(why) => Err(document.mistake(span, why)),
    }
}

/// Names stand in reports, commas separate them, and an option must not be one.
pub(super) fn check_name(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err(String::from("a name must not be empty"));
    }
    if text.starts_with('-')
        || text.contains(|c: char| c.is_control() || c.is_whitespace() || c == ',')
    {
        return Err(format!(
            "`{}` is no name: spaces, commas and a leading `-` cannot stand in one",
            text.escape_debug()
        ));
    }
    Ok(())
}
