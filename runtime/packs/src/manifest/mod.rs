//! `pack.toml`: what a pack is called, what it is made of, what it asks for.
//!
//! ```toml
//! [pack]
//! name = "acme:motd"                    # namespace:name
//! version = "1.2.0"
//! windlass = ">=0.1"                    # versions of Windlass that can run it; default: any
//! licence = "Apache-2.0"
//! source = "https://example.org/motd"   # where its source is; optional
//! summary = "The message of the day"
//! deploys = ["deploys/*.star"]          # optional
//! cases = ["cases/*.jsonl"]             # optional
//!
//! [[component]]
//! path = "motd.wasm"
//! role = "planning"
//! exports = ["motd.Text", "motd.set"]   # operations and facts; `@name` of a connector or an inventory
//! uses = ["files.put"]                  # operations and facts of other packs
//!
//! [component.build]                     # what makes it; optional
//! language = "rust"
//! entry = "Cargo.toml"
//!
//! [capabilities]                        # what it asks for beyond planning; optional
//! fact-shell = true
//!
//! [limits]                              # what one call may use, below the defaults; optional
//! memory = "64MiB"
//! running = "2s"
//! ```

mod capabilities;
mod limits;
mod model;
mod names;
mod paths;
mod read;
#[cfg(test)]
mod tests;

pub use capabilities::read_capabilities;
pub use limits::{Limits, read_limits};
pub use model::{Build, Component, Language, Manifest, PackInfo};
pub use names::{PackName, version};
pub(crate) use paths::path as path_inside;
pub use paths::{PathError, among, inside};
pub use read::{FILE, FileError, from_folder};
