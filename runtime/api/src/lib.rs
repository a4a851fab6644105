//! Windlass for programs that embed it: the engine with its plugins, connectors and deploy files put together.
//!
//! ```no_run
//! use windlass::{Config, Fact, Inventory, Operation, State, add_op, connect_all, get_facts, run_ops};
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), windlass::Error> {
//! let inventory = Inventory::builder()
//!     .host("@local", [("site", "example.org")])
//!     .group("web", ["@local"], [("port", 80)])
//!     .build();
//! let state = State::new(inventory, Config::default()).await?;
//! connect_all(&state).await?;
//! let site = add_op(&state, Operation::new("files.directory").arg("path", "/srv/site")).await?;
//! run_ops(&state).await?;
//! for (host, result) in &site {
//!     println!("{host}: {}", result.did_change()?);
//! }
//! for (host, name) in get_facts(&state, Fact::new("server.LinuxName")).await? {
//!     println!("{host}: {}", name?);
//! }
//! # Ok(())
//! # }
//! ```

pub mod deploys;
mod facts;
mod host;
mod operation;
mod ops;
pub mod pack_files;
pub mod project;
pub mod setup;
mod state;

pub use windlass_connectors as connectors;
pub use windlass_deploy as deploy;
pub use windlass_engine as engine;
pub use windlass_packs as packs;
pub use windlass_plugins as plugins;

pub use windlass_engine::arguments::GlobalArguments;
pub use windlass_engine::command;
pub use windlass_engine::condition::Condition;
pub use windlass_engine::config::Config;
pub use windlass_engine::connect::{connect_all, disconnect_all};
pub use windlass_engine::connector;
pub use windlass_engine::deploy::HostContext;
pub use windlass_engine::error::EngineError as Error;
pub use windlass_engine::events::{Event, Failure, Observer, StateCallback};
pub use windlass_engine::execute::Strategy;
pub use windlass_engine::inventory::{Inventory, InventoryBuilder, InventoryOptions};
pub use windlass_engine::json::{Json, json};
pub use windlass_engine::remote::CommandResult;
pub use windlass_engine::secrets::SecretStore;
pub use windlass_engine::state::{
    HostMeta, HostOperation, HostResults, OperationId, OperationMeta, OperationReport, PrintFlags,
    Stage,
};

pub use facts::{Fact, get_facts};
pub use host::{Host, OnError, Sink, Source};
pub use operation::Operation;
pub use ops::{OperationResult, OperationResults, add_op, run_ops, run_ops_with};
pub use state::{State, StateBuilder};
