//! The forms of the OCI image specification 1.1 that are used here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::sign::Digest;

/// The media type of a manifest.
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// The media type of an index.
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The configuration of a component's artifact, and so the artifact's type.
pub(super) const WASM_CONFIG: &str = "application/vnd.wasm.config.v0+json";

/// The layer that is a component.
pub(super) const WASM: &str = "application/wasm";

/// The configuration of a pack's artifact, and so the artifact's type.
pub(super) const PACK_CONFIG: &str = "application/vnd.windlass.pack.v1+json";

/// The annotation with a file's path.
pub(super) const TITLE: &str = "org.opencontainers.image.title";

/// The annotation with a version.
pub(super) const VERSION: &str = "org.opencontainers.image.version";

/// The annotation with a tag, in a layout's index.
pub(super) const REF: &str = "org.opencontainers.image.ref.name";

/// Points to bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    pub(super) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            annotations: BTreeMap::new(),
        }
    }

    pub(super) fn titled(mut self, title: &str) -> Self {
        self.annotations.insert(TITLE.to_owned(), title.to_owned());
        self
    }
}

/// An artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u32,
    pub(super) media_type: String,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// The list of a layout's artifacts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) schema_version: u32,
    #[serde(default)]
    pub(super) media_type: Option<String>,
    pub(super) manifests: Vec<Descriptor>,
}

/// What the configuration of a component's artifact says, by the CNCF's layout for WebAssembly.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WasmConfig {
    pub(super) created: &'static str,
    pub(super) author: Option<String>,
    pub(super) architecture: &'static str,
    pub(super) os: &'static str,
    pub(super) layer_digests: Vec<Digest>,
    pub(super) component: Interfaces,
}

/// What a component exports and imports.
#[derive(Serialize)]
pub(super) struct Interfaces {
    pub(super) exports: Vec<String>,
    pub(super) imports: Vec<String>,
    pub(super) target: Option<String>,
}
