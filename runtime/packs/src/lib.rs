//! Packs of plugins, as those who write and keep them see them.
//!
//! [`cases`] runs a pack's operations and facts against case files: data that says what a call must plan on a host
//! that answers so and so. It needs no host and no component runtime, only something that plans.

pub mod build;
pub mod cases;
pub mod diff;
pub mod docs;
mod embed;
pub mod inspect;
pub mod languages;
pub mod lock;
pub mod manifest;
pub mod policy;
pub mod sign;
pub mod sources;
pub mod strict;
pub mod templates;
pub mod trust;

pub use semver;
