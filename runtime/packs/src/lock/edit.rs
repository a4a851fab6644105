//! Writing into `packs.toml` without touching what its author wrote around it.

use semver::VersionReq;
use thiserror::Error;
use toml_edit::{DocumentMut, InlineTable, Item, Table, Value};

use super::source::Source;
use crate::manifest::PackName;

/// A `packs.toml` that cannot be written into.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("packs.toml cannot be written into: {0}")]
pub struct EditError(String);

/// The text of a `packs.toml` with one more pack, or another ask for one that is there.
///
/// # Errors
/// A text that is no TOML, or whose `packs` is no table.
pub fn with_pack(
    text: &str,
    name: &PackName,
    version: Option<&VersionReq>,
    source: &Source,
    alias: Option<&str>,
) -> Result<String, EditError> {
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| EditError(error.to_string()))?;
    let packs = document
        .entry("packs")
        .or_insert_with(|| Item::Table(Table::new()));
    let packs = packs
        .as_table_like_mut()
        .ok_or_else(|| EditError(String::from("`packs` is no table")))?;
    let mut ask = InlineTable::new();
    if let Some(version) = version {
        ask.insert("version", Value::from(version.to_string()));
    }
    let (key, what) = source.parts();
    ask.insert(key, Value::from(what));
    if let Some(alias) = alias {
        ask.insert("as", Value::from(alias));
    }
    packs.insert(&name.to_string(), toml_edit::value(ask));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn comments_stay() {
        let text = "# ours\n[packs]\n# kept\n\"acme:a\" = { path = \"a\" } # why\n";
        let name = "acme:b".parse().unwrap();
        let version = VersionReq::parse("^1.2").unwrap();
        let source = Source::Registry(String::from("r.example.org/b"));
        let with = with_pack(text, &name, Some(&version), &source, None).unwrap();
        assert_eq!(
            with,
            format!("{text}\"acme:b\" = {{ version = \"^1.2\", oci = \"r.example.org/b\" }}\n")
        );
        let new = with_pack("", &name, None, &Source::Path("x".into()), Some("y")).unwrap();
        assert_eq!(new, "[packs]\n\"acme:b\" = { path = \"x\", as = \"y\" }\n");
        assert!(with_pack("packs = 1", &name, None, &source, None).is_err());
    }
}
