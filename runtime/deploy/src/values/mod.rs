//! The values that deploy files have besides those of Starlark.
//!
//! Starlark's derive macros write `unsafe` for the types of this module; the module itself has none.
#![allow(unsafe_code)]

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

/// The derives and trait of a value that holds no other values.
macro_rules! plain_value {
    ($type:ident) => {
        starlark::starlark_simple_value!($type);
    };
}
pub(crate) use plain_value;
