//! The packs of a project: what `packs.toml` asks for, what `packs.lock` pins, and what a run loads of it.
//!
//! Three steps, each of its own: a [`Project`] is read; [`Project::resolve`] says what would be locked, and why it is
//! trusted; [`Project::load`] gives a run the packs of the lock, with every signature and digest checked again.

mod allow;
mod bundle;
mod error;
mod load;
mod read;
mod resolve;

pub use error::ProjectError;
pub use load::{LoadOptions, LoadedPack};
pub use read::{Places, Project};
pub use resolve::Want;
