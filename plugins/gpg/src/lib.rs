//! OpenPGP keys and keyrings.

mod colons;
pub mod facts;
pub mod install;
pub mod operations;
pub mod remove;

use facts::{GpgKey, GpgKeyrings, GpgKeys, GpgSecretKeys};
use operations::{dearmor, key};

windlass_sdk::export! {
    namespace: "gpg",
    operations: [key, dearmor],
    facts: [GpgKey, GpgKeys, GpgSecretKeys, GpgKeyrings],
}
