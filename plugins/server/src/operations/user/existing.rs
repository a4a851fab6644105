//! What is known of a user who exists.

use serde_json::{Map, Value as Json};
use windlass_plugin_common::system::pointer;
use windlass_sdk::prelude::*;

use crate::facts::Users;

/// What is known of a user who exists.
pub(super) struct Existing(Map<String, Json>);

impl Existing {
    /// Asks for home, groups and these other parts: not for the last login, which changes by itself, nor for what an
    /// earlier step may have left to the system's own choice.
    pub(super) fn find(user: &str, parts: &[&str]) -> Result<Option<Self>> {
        let names: Vec<&str> = ["home", "group", "groups"]
            .iter()
            .chain(parts)
            .copied()
            .collect();
        let at = pointer(user);
        let pointers: Vec<String> = names.iter().map(|name| format!("{at}/{name}")).collect();
        let parts = get_parts(
            &Users {},
            &pointers.iter().map(String::as_str).collect::<Vec<_>>(),
        )?;
        let known: Map<String, Json> = names
            .iter()
            .zip(&pointers)
            .map(|(name, pointer)| ((*name).to_owned(), parts.part(pointer).clone()))
            .filter(|(_, value)| !value.is_null())
            .collect();
        Ok((!known.is_empty()).then_some(Self(known)))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Json::as_str)
    }

    pub(super) fn is(&self, name: &str, wanted: &str) -> bool {
        self.text(name).unwrap_or_default() == wanted
    }

    /// The encrypted password, or the handle of a secret that the host found in its place.
    pub(super) fn password(&self) -> &Json {
        self.0.get("password").unwrap_or(&Json::Null)
    }

    pub(super) fn groups(&self) -> Vec<&str> {
        self.0
            .get("groups")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
            .filter_map(Json::as_str)
            .collect()
    }
}
