//! The deploy model and its rules: inventory, hosts, stages, the operation DAG, prepare, execute, facts, conditions,
//! results, events, commands and their composition.
//!
//! This crate knows no component runtime, no SSH and no deploy language. What it needs from those stands in
//! traits: [`connector::Connector`], [`plugins::Plugins`], [`deploy::DeploySource`] and [`events::Observer`].

pub mod acting;
pub mod arguments;
pub mod audit;
pub mod capability;
pub mod command;
pub mod condition;
pub mod config;
pub mod connect;
pub mod connector;
pub mod contract;
mod dag;
pub mod deploy;
pub mod error;
pub mod events;
pub mod execute;
pub mod facts;
#[cfg(feature = "fakes")]
pub mod fakes;
pub mod inventory;
pub mod journal;
pub mod json;
pub mod local_files;
pub mod nearest;
mod patience;
pub mod place;
pub mod plan;
pub mod plugins;
pub mod policy;
pub mod prepare;
pub mod process;
pub mod quantity;
pub mod remote;
mod rsync;
pub mod secrets;
pub mod state;
