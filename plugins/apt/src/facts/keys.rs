//! Keys that apt trusts.

use serde_json::{Map, Value as Json};
use windlass_sdk::prelude::*;

use crate::operations::key::{GpgKeyrings, KEYRING_FOLDERS};

/// Keys in the keyrings that apt trusts, by key id.
#[fact(requires = "gpg", example = "apt.AptKeys")]
pub fn AptKeys(
    /// Folders with keyrings; those that apt reads when left out.
    directories: Option<Vec<String>>,
) -> Source<Map<String, Json>> {
    let directories = directories.unwrap_or_else(|| KEYRING_FOLDERS.map(str::to_owned).to_vec());
    Source::derived(&GpgKeyrings { directories }, |keyrings| {
        let mut all = Map::new();
        for keyring in keyrings.unwrap_or_default().into_values() {
            all.extend(keyring.keys);
        }
        Ok(all)
    })
}
