//! Inventories: `@name/argument` stands for the hosts that a component lists.

use serde_json::{Map, Value as Json};

use crate::error::Result;

/// A host.
#[derive(Clone, Debug, PartialEq)]
pub struct Host {
    /// Its name, unique in an inventory: `web-1` over SSH, `@docker/web-1` over a connector.
    pub name: String,
    /// Its data.
    pub data: Map<String, Json>,
    /// The groups it is in, besides `all`.
    pub groups: Vec<String>,
}

impl Host {
    /// A host without data, in no group.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            data: Map::new(),
            groups: Vec::new(),
        }
    }

    /// Adds data.
    #[must_use]
    pub fn data(mut self, key: impl Into<String>, value: impl Into<Json>) -> Self {
        self.data.insert(key.into(), value.into());
        self
    }

    /// Puts it into a group.
    #[must_use]
    pub fn group(mut self, name: impl Into<String>) -> Self {
        self.groups.push(name.into());
        self
    }
}

/// A source of hosts; [`export_inventory!`](crate::export_inventory) makes a component of it.
pub trait Inventory {
    /// The hosts behind `@name/argument`.
    ///
    /// # Errors
    /// Why there are none: what is wrong with the argument, or with where they come from.
    fn hosts(argument: &str) -> Result<Vec<Host>>;
}

/// Makes a component of an [`Inventory`](crate::inventory::Inventory).
#[macro_export]
macro_rules! export_inventory {
    ($inventory:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::guest::bindings::windlass::plugin::types;
            use $crate::roles::bindings::listing::exports::windlass::plugin::inventory;

            struct Component;

            impl inventory::Guest for Component {
                fn hosts(argument: String) -> Result<Vec<inventory::Host>, types::Error> {
                    let hosts = <$inventory as $crate::inventory::Inventory>::hosts(&argument);
                    let hosts = hosts.map_err($crate::guest::error_to)?.into_iter();
                    Ok(hosts.map($crate::inventory::to_contract).collect())
                }
            }

            $crate::roles::bindings::listing::export_listing!(Component with_types_in $crate::roles::bindings::listing);
        };
    };
}

/// A host in the contract's form.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[must_use]
pub fn to_contract(
    host: Host,
) -> crate::roles::bindings::listing::exports::windlass::plugin::inventory::Host {
    crate::roles::bindings::listing::exports::windlass::plugin::inventory::Host {
        name: host.name,
        data: Json::Object(host.data).to_string(),
        groups: host.groups,
        more: String::from("{}"),
    }
}
