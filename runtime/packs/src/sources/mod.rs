//! Where packs come from, behind one resolver.

mod contents;
mod error;

pub use contents::{Contents, SIGNATURE_END, SIGNATURES, STATEMENT};
pub use error::SourceError;
