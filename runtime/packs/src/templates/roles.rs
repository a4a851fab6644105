//! What the templates of a role have in every language: what the pack asks for, and how it is used.
//!
//! `@LANGUAGE@`, `@ENTRY@`, `@ACTOR@` and `@SETUP@` are what a language's template says in their places.

use windlass_engine::contract::Role;

use crate::embed::{File, files};

/// The files of a role; packs that plan have their own in each language.
pub(super) const fn shared(role: Role) -> &'static [File] {
    match role {
        Role::Planning => &[],
        Role::Acting => files!("sdk/templates/acting": ["README.md", "pack.toml"]),
        Role::Deploying => files!("sdk/templates/deploying": ["README.md", "pack.toml"]),
        Role::Connecting => files!("sdk/templates/connecting": ["README.md", "pack.toml"]),
        Role::Listing => files!("sdk/templates/listing": ["README.md", "pack.toml"]),
        Role::Observing => files!("sdk/templates/observing": ["README.md", "pack.toml"]),
        Role::Providing => files!("sdk/templates/providing": ["README.md", "pack.toml"]),
    }
}
