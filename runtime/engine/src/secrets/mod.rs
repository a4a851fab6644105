//! Secrets: where their values come from, who may see them, and how they are kept out of everything that is shown.
//!
//! A secret is known by its identity, the text of its source (`env:DB_PASSWORD`). Plans, events and arguments carry
//! identities; the value is read once, joined in at execution, and masked wherever output is shown or kept. Components
//! know numbers only: those of the secrets that their call was given.

mod command;
mod encode;
mod error;
mod handles;
mod source;
mod store;

pub use error::SecretError;
pub(crate) use handles::{no_secret_in, owned, quoted, without_secrets};
pub use handles::{passed_on, secrets_in};
pub use source::{Ask, ProvideSecret, SOURCES, check_kind};
pub(crate) use store::ASKED_SUDO;
pub use store::{MASK, SecretStore};

#[cfg(test)]
mod tests;
