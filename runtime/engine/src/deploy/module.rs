//! Deploy modules of packs: code that deploys load, by the name `@namespace:name//path`.

use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::policy::Owner;

/// A deploy module of a pack.
#[derive(Clone, Debug)]
pub struct PackModule {
    /// Its pack.
    pub owner: Arc<Owner>,
    /// Its path below the pack's folder, with `/`.
    pub path: String,
    /// Its file.
    pub file: PathBuf,
    /// The SHA-256 digest that the file must have, in hexadecimal. None: nobody locked it.
    pub digest: Option<String>,
}

impl PackModule {
    /// The name by which deploys load it, and by which places show it.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.owner.name, &self.path)
    }

    /// Its text, when the file holds what was locked.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn text(&self) -> Result<String, String> {
        let path = self.file.display();
        let bytes =
            std::fs::read(&self.file).map_err(|error| format!("{path} cannot be read: {error}"))?;
        let found = hex::encode(Sha256::digest(&bytes));
        if let Some(locked) = self.digest.as_ref().filter(|locked| **locked != found) {
            return Err(format!(
                "`{}` is refused: {path} was changed\n  the lock says sha256:{locked}, the file has sha256:{found}",
                self.name()
            ));
        }
        String::from_utf8(bytes).map_err(|_| format!("{path} is no text in UTF-8"))
    }
}

/// The name of a pack's module.
#[must_use]
pub fn name(pack: &str, path: &str) -> String {
    format!("@{pack}//{path}")
}

/// The pack and the path in a module's name; none for what is no such name. Files of a deploy have none: their names
/// have no `//`.
#[must_use]
pub fn parts(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix('@')?.split_once("//")
}
