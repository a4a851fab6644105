//! A pack as artifacts, and back.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use semver::Version;
use serde::Serialize;

use super::super::contents::{Contents, LARGEST, MOST};
use super::super::error::SourceError;
use super::model::{
    Descriptor, Interfaces, MANIFEST, Manifest, PACK_CONFIG, TITLE, VERSION, WASM, WASM_CONFIG,
    WasmConfig,
};
use super::repository::{Repository, checked};
use crate::inspect;
use crate::manifest;

/// The end of the tag under which a pack is.
const PACK: &str = ".pack";

/// The versions of packs in a repository, oldest first.
pub(crate) fn versions(repository: &dyn Repository) -> Result<Vec<Version>, SourceError> {
    let tags = repository.tags()?;
    let tags = tags.iter().filter_map(|tag| tag.strip_suffix(PACK));
    let mut versions: Vec<Version> = tags
        .filter_map(|tag| Version::parse(&tag.replace('_', "+")).ok())
        .collect();
    versions.sort();
    Ok(versions)
}

fn tag(version: &Version) -> String {
    version.to_string().replace('+', "_")
}

/// A pack of a version.
pub(crate) fn fetch(
    repository: &dyn Repository,
    version: &Version,
) -> Result<Contents, SourceError> {
    let tag = format!("{}{PACK}", tag(version));
    let origin = format!("{}:{tag}", repository.name());
    let malformed = |message: String| SourceError::Malformed {
        origin: origin.clone(),
        message,
    };
    let bytes = repository
        .manifest(&tag)?
        .ok_or_else(|| malformed(String::from("there is no such tag")))?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|error| malformed(error.to_string()))?;
    if manifest.config.media_type != PACK_CONFIG {
        return Err(malformed(format!(
            "it is of the type `{}`, not `{PACK_CONFIG}`",
            manifest.config.media_type
        )));
    }
    let size = manifest
        .layers
        .iter()
        .fold(0_u64, |sum, layer| sum.saturating_add(layer.size));
    if size > LARGEST || manifest.layers.len() > MOST {
        return Err(malformed(format!(
            "it has {} files of {size} bytes; a pack has at most {MOST} of {LARGEST}",
            manifest.layers.len()
        )));
    }
    let mut files = BTreeMap::new();
    for layer in &manifest.layers {
        let title = layer.annotations.get(TITLE);
        let title = title.ok_or_else(|| malformed(format!("{} has no title", layer.digest)))?;
        let bytes = checked(repository, layer)?;
        if files.insert(Utf8PathBuf::from(title), bytes).is_some() {
            return Err(malformed(format!("it has {title} twice")));
        }
    }
    Contents::from_files(files, &origin)
}

/// Puts a pack into a repository: its components first, and the pack itself when all is there.
pub(crate) fn push(
    repository: &mut dyn Repository,
    contents: &Contents,
) -> Result<Vec<String>, SourceError> {
    let version = &contents.manifest.pack.version;
    let components = &contents.manifest.components;
    let mut tags = Vec::new();
    for part in components {
        let own = match components.as_slice() {
            [_] => tag(version),
            _ => format!("{}.{}", tag(version), tag_part(&part.path)),
        };
        let bytes = contents.file(&part.path).unwrap_or_default();
        let config = json(&wasm_config(bytes, repository)?);
        let title = part.path.file_name().unwrap_or_default();
        let layer = Descriptor::of(WASM, bytes).titled(title);
        repository.put_blob(bytes)?;
        put(
            repository,
            &own,
            version,
            (WASM_CONFIG, &config),
            vec![layer],
        )?;
        tags.push(own);
    }
    let statement = contents.statement();
    let config = json(&serde_json::json!({
        "name": statement.name, "version": statement.version, "digest": statement.digest(),
    }));
    let mut layers = Vec::new();
    for (path, bytes) in contents.all() {
        layers.push(Descriptor::of(media_type(&path), bytes).titled(path.as_str()));
        repository.put_blob(bytes)?;
    }
    let own = format!("{}{PACK}", tag(version));
    put(repository, &own, version, (PACK_CONFIG, &config), layers)?;
    tags.push(own);
    Ok(tags)
}

fn put(
    repository: &mut dyn Repository,
    tag: &str,
    version: &Version,
    (config_type, config): (&str, &[u8]),
    layers: Vec<Descriptor>,
) -> Result<(), SourceError> {
    repository.put_blob(config)?;
    let manifest = Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        config: Descriptor::of(config_type, config),
        layers,
        annotations: BTreeMap::from([(VERSION.to_owned(), version.to_string())]),
    };
    repository.put_manifest(tag, &json(&manifest))
}

/// The same bytes on every machine and at any time, so that pushing twice changes nothing.
fn wasm_config(bytes: &[u8], repository: &dyn Repository) -> Result<WasmConfig, SourceError> {
    let found = inspect::Interfaces::of(bytes).map_err(|error| SourceError::Malformed {
        origin: repository.name(),
        message: error.to_string(),
    })?;
    Ok(WasmConfig {
        created: "1970-01-01T00:00:00Z",
        author: None,
        architecture: "wasm",
        os: "wasip2",
        layer_digests: vec![crate::sign::Digest::of(bytes)],
        component: Interfaces {
            exports: found.exports,
            imports: found.imports,
            target: None,
        },
    })
}

/// The name of a component's file as a part of a tag, which has letters, digits, `_`, `.` and `-`.
fn tag_part(path: &Utf8Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    name.chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect()
}

fn media_type(path: &Utf8Path) -> &'static str {
    match path.extension() {
        Some("wasm") => WASM,
        Some("json") => "application/json",
        _ if path == manifest::FILE => "application/toml",
        _ => "application/octet-stream",
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    // Texts, numbers and lists under text keys always have a form.
    serde_json::to_vec(value).unwrap_or_default()
}
