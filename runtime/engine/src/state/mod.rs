//! The state of a run: stages, operations, hosts and what became of them.

mod direct;
mod for_guests;
mod host;
mod ids;
mod model;
mod operations;
mod participants;
mod setup;
mod store;

pub use host::Host;
pub use ids::{OperationId, Stage};
pub use model::{
    Certainty, HostMeta, HostOperation, HostResults, OperationMeta, OperationReport, Plan,
    PrintFlags,
};
pub use setup::{Connectors, LocalFilesFactory, Setup};
pub use store::State;
