//! The component host: runs operations and facts that are WebAssembly components.
//!
//! [`Host`] implements the engine's [`Plugins`](windlass_engine::plugins::Plugins) over wasmtime. Packs are loaded
//! into it with a [`HostBuilder`]; what a component is follows from its exports, and one that could act while it
//! plans is refused. Each call runs in a fresh store with [`Limits`]; its result is remembered by what it depends
//! on, across hosts.
//!
//! ```no_run
//! # async fn example() -> Result<(), windlass_plugins::LoadError> {
//! use windlass_plugins::{Host, Pack, standard};
//!
//! let host = Host::builder()
//!     .load(standard()?)
//!     .load(Pack::from_folder("mine", "1.0.0", "packs/mine".as_ref())?)
//!     .build()
//!     .await?;
//! # Ok(()) }
//! ```

mod ahead;
mod alias;
mod aside;
mod bindings;
mod builder;
mod cache;
mod component;
mod connecting;
mod controller;
mod digests;
mod engine;
mod error;
mod exports;
mod granted;
mod guest;
mod host;
mod index;
mod kept;
mod limits;
mod listing;
mod local;
mod machine;
mod memo;
mod meter;
mod observing;
mod opening;
mod pack;
mod performing;
mod providers;
mod providing;
mod question;
mod remarks;
mod replay;
mod role;
mod sentence;
mod signature;
mod standard;
mod tags;
#[cfg(test)]
mod testing;
mod translate;

pub use ahead::{AheadOfTime, compile_ahead};
pub use builder::HostBuilder;
pub use cache::CodeCache;
pub use error::LoadError;
pub use host::{Host, Stats};
pub use limits::Limits;
pub use local::local_files;
pub use pack::{Pack, PackComponent, PackFile};
pub use replay::{Replay, Replayed};
pub use standard::standard;
pub use windlass_engine::local_files::local_path_arguments;
