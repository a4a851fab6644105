//! Packs as OCI artifacts, in a registry or in a folder.
//!
//! Version 1.2.0 of a pack is, in its repository:
//!
//! | tag | what | who reads it |
//! | --- | --- | --- |
//! | `1.2.0.pack` | all files of the pack, a layer each, with their paths as titles | Windlass, `oras pull` |
//! | `1.2.0` | its component as the standard artifact for WebAssembly, where it has one | `wkg oci pull`, `oras pull` |
//! | `1.2.0.NAME` | the component NAME.wasm likewise, where it has several | the same |
//!
//! Tags know no `+`, so that one of a version is written `_`. Bytes are the same in all three: they are stored once.

mod artifact;
mod auth;
mod layout;
mod model;
mod registry;
mod repository;

pub(crate) use artifact::{fetch, push, versions};
pub(crate) use layout::Layout;
pub(crate) use registry::Registry;
pub(crate) use repository::Repository;
