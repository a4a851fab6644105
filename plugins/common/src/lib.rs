//! What the standard pack's namespaces share: file facts and ownership, times, sed, package managers, services.

pub mod dates;
pub mod files;
pub mod owner;
pub mod packages;
pub mod requests;
pub mod rpm;
pub mod sed;
pub mod service;
pub mod stat;
pub mod system;
