//! Where packs come from, behind one resolver: folders, OCI layouts, OCI registries and bundles.
//!
//! A source gives [`Contents`], in which nothing is believed; who vouches for them is decided by
//! [`Trust`](crate::trust::Trust).

mod bundle;
mod contents;
mod error;
mod oci;
mod resolver;
mod store;
#[cfg(test)]
mod tests;

pub use bundle::{Bundle, PROJECT_FILES};
pub use contents::{Contents, SIGNATURE_END, SIGNATURES, STATEMENT};
pub use error::SourceError;
pub use resolver::{Sources, push};
pub use store::{Store, VENDOR, vendored};
