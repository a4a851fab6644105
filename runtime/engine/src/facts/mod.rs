//! Facts: asked singly or together, fetched in few round trips, kept until something runs on the host.

mod batch;
mod engine;
mod overlay;
mod probe;
mod view;

pub(crate) use engine::{FactEngine, FactKey, get_fact, serve};
pub use overlay::{Overlay, select};
pub(crate) use view::OperationView;
