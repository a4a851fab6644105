//! What deploy code sees: calls of operations and facts, and a handle for the host it is evaluated for.

mod call;
mod context;
pub mod module;
mod source;
mod turn;

pub use call::{FactCall, OperationCall, OperationRef};
pub use context::HostContext;
pub(crate) use context::Mode;
pub use module::PackModule;
pub use source::{DeployFunction, DeploySource};
pub(crate) use turn::Turn;
