//! Values of which a plan has many: each is parsed and held once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use windlass_engine::json::Json;

use super::refused::{Refused, json};

/// What one plan's predictions say. One step may predict forty facts of one path.
#[derive(Default)]
pub(super) struct Shared {
    values: HashMap<String, Arc<Json>>,
    names: HashSet<Arc<str>>,
}

impl Shared {
    /// A JSON value; `what` says which, for the message.
    pub(super) fn json(&mut self, what: &'static str, text: String) -> Result<Arc<Json>, Refused> {
        if let Some(value) = self.values.get(&text) {
            return Ok(value.clone());
        }
        let value = Arc::new(json(what, &text)?);
        self.values.insert(text, value.clone());
        Ok(value)
    }

    /// A name.
    pub(super) fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(held) = self.names.get(name) {
            return held.clone();
        }
        let held: Arc<str> = Arc::from(name);
        self.names.insert(held.clone());
        held
    }
}
