//! Compiled code of components that are not embedded, kept between runs in the user's cache folder.
//!
//! What is read from here is run as native code. So the folder must be one that nobody but the effective user can
//! write: a folder (no link), owned by the effective user, mode 0700; and each entry a regular file of that owner
//! that others cannot write, whose digest is right. Anything else is not used: code is then compiled in memory, and
//! the reason told once. Entries are keyed by the component's digest and the engine's settings and version.
//!
//! A run that adds an entry prunes the cache, at most once an hour: what was not used for long goes, and what was not
//! used for longest while there is too much.

mod entry;
mod folder;
mod names;
mod prune;
mod room;
mod store;

pub(crate) use store::Cache;
pub use store::CodeCache;
