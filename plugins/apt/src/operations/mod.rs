//! What apt can be made to do.

pub mod deb;
pub mod key;
pub mod packages;
pub mod repo;
pub mod update;
