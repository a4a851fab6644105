//! Components of the other roles: actors, deploys, connectors, inventories, observers and sources of secrets.
//!
//! ```
//! use windlass_sdk::inventory::{Host, Inventory};
//! use windlass_sdk::{Result, http};
//!
//! struct Cloud;
//!
//! impl Inventory for Cloud {
//!     fn hosts(argument: &str) -> Result<Vec<Host>> {
//!         let answer = http::Request::get(format!("https://api.example.org/servers?zone={argument}")).send()?;
//!         let names: Vec<String> = answer.json()?;
//!         Ok(names.into_iter().map(Host::new).collect())
//!     }
//! }
//!
//! windlass_sdk::export_inventory!(Cloud);
//! # fn main() {}
//! ```

pub mod actor;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod bindings;
pub mod connector;
pub mod deploy;
pub mod http;
pub mod inventory;
pub mod observer;
pub mod process;
pub mod secret_source;
pub mod target;

/// What functions of the host answer where there is none: in native tests.
#[cfg(not(target_arch = "wasm32"))]
fn no_host<T>() -> crate::Result<T> {
    Err(crate::Error::new(
        crate::ErrorKind::Denied,
        "there is no host here: this runs in a component only",
    ))
}
