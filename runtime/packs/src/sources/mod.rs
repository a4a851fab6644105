//! Where packs come from, behind one resolver.

mod contents;
mod error;
mod oci;

pub use contents::{Contents, SIGNATURE_END, SIGNATURES, STATEMENT};
pub use error::SourceError;
