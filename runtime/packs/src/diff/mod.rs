//! What a new version of a pack adds, drops and changes, and what of it breaks those who use the old one.

mod change;
mod compare;
mod parameters;

pub use change::{Change, Difference};
pub use compare::diff;
