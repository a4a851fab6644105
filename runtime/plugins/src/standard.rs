//! The standard pack, embedded in this program when it was built after `cargo xtask plugins`.

use std::borrow::Cow;

use crate::error::LoadError;
use crate::index::Index;
use crate::pack::{Pack, PackComponent};

/// A component that was embedded, with code and index where these were made from the same bytes.
struct Embedded {
    name: &'static str,
    bytes: &'static [u8],
    compiled: Option<(&'static [u8], &'static str)>,
}

/// What the build script found in the target folder.
static EMBEDDED: &[Embedded] = include!(concat!(env!("OUT_DIR"), "/standard.rs"));

/// The standard pack. Its code is embedded too, so that nothing is compiled and no guest runs at start.
///
/// # Errors
/// [`LoadError::NoStandardPack`] when this program was built without it.
pub fn standard() -> Result<Pack, LoadError> {
    if EMBEDDED.is_empty() {
        return Err(LoadError::NoStandardPack);
    }
    let components = EMBEDDED.iter().map(|embedded| PackComponent {
        name: embedded.name.to_owned(),
        bytes: Cow::Borrowed(embedded.bytes),
        compiled: embedded
            .compiled
            .and_then(|(code, index)| Some((code, Index::read(index.as_bytes())?))),
    });
    Ok(Pack::new(
        "standard",
        env!("CARGO_PKG_VERSION"),
        components.collect(),
    ))
}
