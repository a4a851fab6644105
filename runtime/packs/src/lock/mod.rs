//! What a project asks for and what it got: `packs.toml` and `packs.lock`.

mod asks;
mod change;
mod edit;
mod file;
mod source;

pub use asks::{ASKS_FILE, Ask, Asks, alias, asks_file};
pub use change::{Change, Replayed, gap, gaps};
pub use edit::{EditError, with_pack};
pub use file::{
    ComponentIndex, LOCK_FILE, Lock, LockError, LockedComponent, LockedPack, lock_file,
};
pub use source::Source;
