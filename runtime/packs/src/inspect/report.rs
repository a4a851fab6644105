//! What was found of a pack.

use camino::Utf8PathBuf;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use windlass_engine::contract::{FactInfo, OperationInfo, Role};
use windlass_engine::json::Json;

use super::interfaces::{InterfaceError, Interfaces};
use crate::manifest::Manifest;

/// What was found of a pack.
#[derive(Clone, Debug)]
pub struct PackReport {
    /// `namespace:name`, or the name of its file or folder where it has no manifest.
    pub name: String,
    /// Its version; `0` where it has no manifest.
    pub version: String,
    /// Its manifest; a component alone has none.
    pub manifest: Option<Manifest>,
    /// Its components, in the manifest's order, else by name.
    pub components: Vec<ComponentReport>,
}

/// What was found of a component.
#[derive(Clone, Debug, Serialize)]
pub struct ComponentReport {
    /// Its file, below the pack's folder.
    pub path: Utf8PathBuf,
    /// What it is for.
    pub role: Role,
    /// Its size in bytes.
    pub size: usize,
    /// Its SHA-256, in hexadecimal.
    pub digest: String,
    /// What it imports.
    pub imports: Vec<String>,
    /// What it exports.
    pub exports: Vec<String>,
    /// Its operations, as it describes them.
    pub operations: Vec<OperationInfo>,
    /// Its facts, as it describes them.
    pub facts: Vec<FactInfo>,
}

impl ComponentReport {
    /// What can be told of a component without running it; operations and facts are left empty.
    ///
    /// # Errors
    /// [`InterfaceError`].
    pub fn unasked(path: Utf8PathBuf, bytes: &[u8]) -> Result<Self, InterfaceError> {
        let found = Interfaces::of(bytes)?;
        Ok(Self {
            path,
            role: found.role()?,
            size: bytes.len(),
            digest: hex::encode(Sha256::digest(bytes)),
            imports: found.imports,
            exports: found.exports,
            operations: Vec::new(),
            facts: Vec::new(),
        })
    }

    /// The names of its operations and facts, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let operations = self.operations.iter().map(|info| info.name.as_str());
        let facts = self.facts.iter().map(|info| info.name.as_str());
        let mut names: Vec<&str> = operations.chain(facts).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn interfaces(&self) -> Interfaces {
        Interfaces {
            imports: self.imports.clone(),
            exports: self.exports.clone(),
        }
    }
}

impl PackReport {
    /// Name and version, for headings.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.manifest {
            Some(manifest) => manifest.title(),
            None => self.name.clone(),
        }
    }

    /// All operations, in the components' order.
    pub fn operations(&self) -> impl Iterator<Item = &OperationInfo> {
        self.components.iter().flat_map(|part| &part.operations)
    }

    /// All facts, in the components' order.
    pub fn facts(&self) -> impl Iterator<Item = &FactInfo> {
        self.components.iter().flat_map(|part| &part.facts)
    }

    /// The whole as JSON: `{name, version, manifest, components}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        json!({
            "name": self.name,
            "version": self.version,
            "manifest": self.manifest,
            "components": self.components,
        })
    }
}
