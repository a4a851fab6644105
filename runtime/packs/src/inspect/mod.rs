//! What a pack really is: what its components import, export and describe, and whether its manifest says so.
//!
//! What a component imports and exports is read from its bytes, without running it. What it describes has to be asked,
//! by whoever has a runtime for components.

mod check;
mod interfaces;
mod report;

pub use check::{Mismatch, check};
pub use interfaces::{InterfaceError, Interfaces};
pub use report::{ComponentReport, PackReport};
