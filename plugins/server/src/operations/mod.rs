//! What a target's system can be made to do.

pub mod group;
pub mod hostname;
pub mod keys;
pub mod packages;
pub mod password;
pub mod service;
pub mod shell;
pub mod user;
