//! Write operations and facts for windlass in Rust.
//!
//! A guest is a crate of type `cdylib` (and `rlib`, for its native tests) built for `wasm32-unknown-unknown`, without
//! WASI. Its functions become operations and facts with [`macro@operation`] and [`macro@fact`], and [`macro@export`] makes them a
//! component. See `template/` beside this crate for a whole one.
//!
//! ```
//! use windlass_sdk::prelude::*;
//! use windlass_sdk::testing::TestHost;
//! use serde_json::json;
//!
//! windlass_sdk::export! {
//!     namespace: "motd",
//!     operations: [set],
//!     facts: [Text],
//! }
//!
//! /// The message of the day; null when there is none.
//! #[fact]
//! pub fn Text() -> Source<Option<String>> {
//!     Source::shell(shell!("cat /etc/motd 2> /dev/null || true"), |output| {
//!         Ok(Some(output.text()).filter(|text| !text.is_empty()))
//!     })
//! }
//!
//! /// Set the message of the day.
//! #[operation(example = r#"motd.set(text = "Welcome")"#)]
//! pub fn set(
//!     plan: &mut Plan,
//!     /// What users see when they log in.
//!     text: String,
//! ) -> Result<()> {
//!     if get(&Text {})?.as_deref() == Some(text.as_str()) {
//!         plan.note("the message is set already");
//!         return Ok(());
//!     }
//!     plan.run(shell!("printf %s {text} > /etc/motd")).predict(Prediction::value(&Text {}, text));
//!     Ok(())
//! }
//!
//! fn main() -> Result<()> {
//!     let mut host = TestHost::new().fact("motd.Text", json!({}), "old");
//!     let plan = host.run(|| NAMESPACE.plan("motd.set", json!({"text": "new"})))?;
//!     assert_eq!(plan.steps.len(), 1);
//!     host.apply(&plan);
//!     let again = host.run(|| NAMESPACE.plan("motd.set", json!({"text": "new"})))?;
//!     assert!(again.is_empty());
//!     Ok(())
//! }
//! ```

// The macros write `windlass_sdk::…`, which the crate's own tests must find too.
extern crate self as windlass_sdk;

pub mod argument;
pub mod content;
pub mod describe;
mod error;
pub mod fact;
#[cfg(target_arch = "wasm32")]
pub mod guest;
#[cfg(target_arch = "wasm32")]
mod memory;
mod namespace;
mod plan;
mod predict;
pub mod request;
pub mod roles;
mod secret;
pub mod shell;
pub mod step;
mod surroundings;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
pub mod values;

pub use error::{Error, ErrorKind, Result};
pub use namespace::{FactEntry, Namespace, Operation, OperationEntry};
pub use plan::Plan;
pub use predict::Prediction;
pub use roles::{
    actor, connector, deploy, http, inventory, observer, process, secret_source, target,
};
pub use secret::{SecretOr, handle_of};
pub use surroundings::{Entry, EntryKind, context, local_files, log, secrets};
pub use windlass_sdk_macros::{Selection, export, fact, fact_request, operation, shell};

/// What the macros' code names; nothing here is for use by hand.
#[doc(hidden)]
pub mod reexport {
    pub use serde_json;
}

/// What nearly every guest uses.
pub mod prelude {
    pub use crate::argument::{Argument, ParameterKind, Parameters};
    pub use crate::content::{Atom, Content, Encoding};
    pub use crate::describe::Stability;
    pub use crate::fact::{Fact, Origin, Output, Source};
    pub use crate::request::{
        FactRequest, Parts, Picked, get, get_all, get_parts, get_together, pick,
    };
    pub use crate::shell::{Shell, ShellText, Words};
    pub use crate::step::{Diff, Step, Upload};
    pub use crate::values::{LocalPath, Mode, OneOrMany, RemotePath, RestList, RestMap};
    pub use crate::{
        Error, ErrorKind, Plan, Prediction, Result, SecretOr, Selection, context, fact,
        fact_request, local_files, log, operation, secrets, shell,
    };
}
