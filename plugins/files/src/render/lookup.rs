//! `host` and `inventory` in templates: looked up part by part, so that only what a template reads enters the memo key.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use windlass_sdk::context;
use windlass_sdk::reexport::serde_json::Value as Json;

use super::values::value_of;

/// Where a lookup looks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Root {
    /// The host.
    Host,
    /// The inventory.
    Inventory,
}

/// A part of the host or the inventory.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    root: Root,
    pointer: String,
}

impl Lookup {
    /// The whole.
    pub(crate) fn new(root: Root) -> Self {
        Self {
            root,
            pointer: String::new(),
        }
    }

    fn read(&self, pointer: &str) -> Option<Json> {
        match self.root {
            Root::Host => context::host(pointer),
            Root::Inventory => context::inventory(pointer),
        }
    }

    /// True for parts whose own parts are looked up one by one.
    fn is_folder(&self, pointer: &str) -> bool {
        match self.root {
            Root::Host => pointer == "/data",
            Root::Inventory => pointer == "/groups" || pointer == "/hosts",
        }
    }
}

impl Object for Lookup {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?.replace('~', "~0").replace('/', "~1");
        let pointer = format!("{}/{key}", self.pointer);
        if self.is_folder(&pointer) {
            return Some(Value::from_object(Self {
                root: self.root,
                pointer,
            }));
        }
        self.read(&pointer).map(value_of)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let keys = match self.read(&self.pointer) {
            Some(Json::Object(map)) => map.into_iter().map(|(key, _)| Value::from(key)).collect(),
            _ => Vec::new(),
        };
        Enumerator::Values(keys)
    }
}
