//! The values that deploy files have besides those of Starlark.
//!
//! Starlark's derive macros write `unsafe` and, for paging that nobody asks for, `panic` for the types of this module;
//! the module itself has neither.
#![allow(unsafe_code, clippy::panic)]

mod arguments;
mod condition;
mod data;
mod host;
mod names;
mod operation;
mod secret;

pub(crate) use arguments::Globals;
pub(crate) use condition::Condition;
pub(crate) use data::{Config, Data};
pub(crate) use host::{Host, Inventory};
pub(crate) use names::{FactName, Names, Namespace};
pub(crate) use operation::{OperationResult, add_function};
pub(crate) use secret::Secret;
