//! `policy.toml`: what the administrators of a machine allow Windlass to do from there, whatever a project says.
//!
//! ```toml
//! [packs]
//! allowed = ["windlass:*", "acme:*"]   # names of packs; default: all
//! denied = ["acme:old"]
//! signers = ["RWQ…"]                   # public keys, of which one must have signed; default: any that is trusted
//! unsigned = false                     # may unsigned packs be used? Default: false where there is a [packs]
//! require-locked = true                # only runs with --locked
//!
//! [[rule]]                             # any number of them; each that is about a host counts
//! hosts = ["prod-*", "*.prod.example.org"]
//! groups = ["prod"]
//! addresses = ["10.1.0.0/16"]
//! packs = ["acme:*"]                   # only what these packs want
//! deny-operations = ["server.shell", "server.script"]
//! deny-privilege = true
//!
//! [rule.capabilities]                  # the most that packs may have there
//! read = ["/etc/kubernetes"]
//!
//! [[rule]]
//! except-groups = ["staging", "prod"]
//! deny-connections = true
//!
//! [limits]                             # the most that one call of a component may use
//! memory = "128MiB"
//!
//! [audit]
//! required = true                      # no run without its audit
//! ```
//!
//! Rules only take away, so their order is without meaning: what one of them denies is denied.

mod decide;
mod model;
mod packs;
mod pattern;
mod read;
mod rule;
mod system;
#[cfg(test)]
mod tests;
mod words;

pub use model::{Audit, Packs, PolicyFile};
pub use packs::{PackClaim, PackDenial};
pub use pattern::{Network, Pattern};
pub use rule::{List, Rule, Selection};
pub use system::{PATH, PolicyError, read_system};
