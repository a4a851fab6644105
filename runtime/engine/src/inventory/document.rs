//! TOML, YAML and JSON files as one tree whose values know where they stand.

use std::ops::Range;

use camino::Utf8Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Mistake;
use crate::json::Json;

/// A file that was read.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) file: String,
    text: String,
    /// Where each line after the first begins, in bytes.
    lines: Vec<usize>,
    pub(crate) root: Node,
}

/// A value and its place, in bytes; TOML alone has places.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) span: Option<Range<usize>>,
    pub(crate) value: Value,
}

/// A value. Keys keep the order of the file.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Leaf(Json),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Option<Range<usize>>,
    pub(crate) node: Node,
}

impl Document {
    /// Reads text in the format that the file's name tells.
    pub(crate) fn parse(file: &str, text: String) -> Result<Self, Mistake> {
        let root = match Utf8Path::new(file).extension() {
            Some("yaml" | "yml") => from_yaml(file, &text)?,
            Some("json") => from_json_text(file, &text)?,
            _ => from_toml_text(file, &text)?,
        };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Ok(Self {
            file: file.to_owned(),
            lines: breaks.map(|(at, _)| at + 1).collect(),
            text,
            root,
        })
    }

    /// The formats that are read, by the ends of their names.
    pub(crate) const EXTENSIONS: [&str; 4] = ["toml", "yaml", "yml", "json"];

    pub(crate) fn mistake(
        &self,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Mistake {
        Mistake::at(&self.file, &self.text, span, message.into())
    }

    /// The line of a place, from 1.
    pub(crate) fn line(&self, span: Option<&Range<usize>>) -> Option<usize> {
        let start = span?.start;
        Some(self.lines.partition_point(|line| *line <= start) + 1)
    }
}

impl Node {
    pub(crate) fn to_json(&self) -> Json {
        match &self.value {
            Value::Leaf(json) => json.clone(),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(entries) => Json::Object(
                entries
                    .iter()
                    .map(|entry| (entry.key.clone(), entry.node.to_json()))
                    .collect(),
            ),
        }
    }

    /// What it is called in messages.
    pub(crate) fn kind(&self) -> &'static str {
        match &self.value {
            Value::Leaf(json) => crate::json::kind_of(json),
            Value::List(_) => "a list",
            Value::Map(_) => "a table",
        }
    }
}

fn from_toml_text(file: &str, text: &str) -> Result<Node, Mistake> {
    let table = DeTable::parse(text).map_err(|error| {
        Mistake::at(
            file,
            text,
            error.span(),
            error.message().replace('\n', ", "),
        )
    })?;
    let span = Some(table.span());
    from_table(file, text, table.into_inner(), span)
}

fn from_table(
    file: &str,
    text: &str,
    table: DeTable<'_>,
    span: Option<Range<usize>>,
) -> Result<Node, Mistake> {
    let mut entries = Vec::with_capacity(table.len());
    for (key, value) in table {
        let key_span = Some(key.span());
        let node = from_value(file, text, value)?;
        entries.push(Entry {
            key: key.into_inner().into_owned(),
            key_span,
            node,
        });
    }
    entries.sort_by_key(|entry| entry.key_span.as_ref().map(|span| span.start));
    Ok(Node {
        span,
        value: Value::Map(entries),
    })
}

fn from_value(file: &str, text: &str, value: Spanned<DeValue<'_>>) -> Result<Node, Mistake> {
    let span = Some(value.span());
    let wrong = |what: &str| Mistake::at(file, text, span.clone(), what.to_owned());
    let leaf = match value.into_inner() {
        DeValue::String(text) => Json::from(text.into_owned()),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            Json::from(number.map_err(|_| wrong("this number does not fit into 64 bits"))?)
        }
        DeValue::Float(number) => {
            let number: f64 = number
                .as_str()
                .parse()
                .map_err(|_| wrong("this is no number"))?;
            if !number.is_finite() {
                return Err(wrong("data holds finite numbers only"));
            }
            Json::from(number)
        }
        DeValue::Boolean(boolean) => Json::from(boolean),
        DeValue::Datetime(time) => Json::from(time.to_string()),
        DeValue::Array(items) => {
            let items: Result<Vec<Node>, Mistake> = items
                .into_iter()
                .map(|item| from_value(file, text, item))
                .collect();
            return Ok(Node {
                span,
                value: Value::List(items?),
            });
        }
        DeValue::Table(table) => return from_table(file, text, table, span),
    };
    Ok(Node {
        span,
        value: Value::Leaf(leaf),
    })
}

fn from_yaml(file: &str, text: &str) -> Result<Node, Mistake> {
    if text.trim().is_empty() {
        return Ok(from_json(Json::Object(crate::json::JsonMap::new())));
    }
    let value: Json = serde_yaml_ng::from_str(text).map_err(|error| match error.location() {
        Some(at) => {
            let message = error.to_string();
            let end = format!(" at line {} column {}", at.line(), at.column());
            Mistake::at_line(
                file,
                text,
                at.line(),
                at.column(),
                message.replace(&end, ""),
            )
        }
        None => Mistake::at(file, text, None, error.to_string()),
    })?;
    Ok(from_json(value))
}

fn from_json_text(file: &str, text: &str) -> Result<Node, Mistake> {
    let value: Json = serde_json::from_str(text).map_err(|error| {
        let message = error.to_string();
        let end = format!(" at line {} column {}", error.line(), error.column());
        Mistake::at_line(
            file,
            text,
            error.line(),
            error.column(),
            message.replace(&end, ""),
        )
    })?;
    Ok(from_json(value))
}

/// A tree without places.
pub(crate) fn from_json(value: Json) -> Node {
    let value = match value {
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect()),
        Json::Object(map) => Value::Map(
            map.into_iter()
                .map(|(key, value)| Entry {
                    key,
                    key_span: None,
                    node: from_json(value),
                })
                .collect(),
        ),
        leaf => Value::Leaf(leaf),
    };
    Node { span: None, value }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn the_three_formats_give_the_same_tree_in_the_order_written() {
        let toml = "z = 1\n[b]\nx = [1.5, 'a']\n[a]\ny = true\nt = 2026-01-02\nh = 0xff\n";
        let yaml = "z: 1\nb: {x: [1.5, a]}\na:\n  y: true\n  t: '2026-01-02'\n  h: 255\n";
        let expected =
            json!({"z": 1, "b": {"x": [1.5, "a"]}, "a": {"y": true, "t": "2026-01-02", "h": 255}});
        for (file, text) in [
            ("i.toml", toml.to_owned()),
            ("i.yml", yaml.to_owned()),
            ("i.json", expected.to_string()),
        ] {
            let document = Document::parse(file, text).unwrap();
            assert_eq!(
                document.root.to_json().to_string(),
                expected.to_string(),
                "{file}"
            );
        }
    }

    #[test]
    fn broken_files_show_the_place() {
        let error = |file: &str, text: &str| {
            Document::parse(file, text.to_owned())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            error(
                "inventory.toml",
                "[groups.web]\nhosts = [\"a\"\nport = 80\n"
            ),
            "inventory.toml:3:1: missing comma between array elements, expected `,`\n  |\n3 | port = 80\n  | ^"
        );
        assert_eq!(
            error("i.json", "{\"all\": {\n  oops}}"),
            "i.json:2:3: key must be a string\n  |\n2 |   oops}}\n  |   ^"
        );
        let yaml = error("i.yaml", "groups:\n  web: [a\n  db: b\n");
        assert!(yaml.starts_with("i.yaml:") && yaml.contains('^'), "{yaml}");
    }
}
