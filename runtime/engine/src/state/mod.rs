//! The state of a run: stages, operations, hosts and what became of them.

mod direct;
mod host;
mod ids;
mod model;
mod store;

pub use host::Host;
pub use ids::{OperationId, Stage};
pub use model::{
    Certainty, HostMeta, HostOperation, HostResults, OperationMeta, OperationReport, Plan,
    PrintFlags,
};
pub use store::{Connectors, LocalFilesFactory, Setup, State};
