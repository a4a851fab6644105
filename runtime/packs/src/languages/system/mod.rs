//! The system that a language's runtime finds inside a component: constants.
//!
//! CPython and QuickJS are made for WASI and import it, whether or not a pack asks for the time. The host links none of
//! it, and what the tools put in its place ends the call. Here each function of it gets an answer that never changes:
//!
//! | What | Answer |
//! | --- | --- |
//! | clocks | 1970-01-01 00:00 UTC, standing still; waiting ends at once |
//! | random numbers | the same ones in each call |
//! | files and folders | there are none |
//! | output | is taken, and goes nowhere |
//! | input, environment, arguments | empty |
//! | network | access is denied |
//! | the end of the process | the end of the call |
//!
//! The answers are a core module that works on the guest's own memory, joined to the component as the guest's other
//! modules are. So a component has one memory, as before, and fits a place that the host keeps ready.

mod answers;
mod module;
mod preview1;
mod seal;
mod spaces;

pub(super) use preview1::{IMPORTED, adapter};
pub(super) use seal::seal;
