//! Sources of secrets: `secret("KIND:name")` is read from a component.
//!
//! ```
//! use windlass_sdk::secret_source::SecretSource;
//! use windlass_sdk::{Result, http};
//!
//! /// `secret("vault:db/root")`
//! struct Vault;
//!
//! impl SecretSource for Vault {
//!     fn get(name: &str) -> Result<String> {
//!         http::Request::get(format!("https://vault.example.org/v1/{name}")).send()?.json()
//!     }
//! }
//!
//! windlass_sdk::export_secret_source!(Vault);
//! # fn main() {}
//! ```

use crate::error::Result;

/// Gives the values of secrets; [`export_secret_source!`](crate::export_secret_source) makes a component of it.
pub trait SecretSource {
    /// The value of what stands behind the kind and its colon. Asked once a run for each name. What is logged is shown
    /// once there is a value, with the value masked.
    ///
    /// # Errors
    /// Why there is none, and what to do, without any secret in it.
    fn get(name: &str) -> Result<String>;
}

/// Makes a component of a [`SecretSource`](crate::secret_source::SecretSource).
#[macro_export]
macro_rules! export_secret_source {
    ($source:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code)]
        const _: () = {
            use $crate::guest::bindings::windlass::plugin::types;
            use $crate::roles::bindings::providing::exports::windlass::plugin::secret_source;

            struct Component;

            impl secret_source::Guest for Component {
                fn get(name: String) -> Result<String, types::Error> {
                    let value = <$source as $crate::secret_source::SecretSource>::get(&name);
                    value.map_err($crate::guest::error_to)
                }
            }

            $crate::roles::bindings::providing::export_providing!(Component with_types_in $crate::roles::bindings::providing);
        };
    };
}
