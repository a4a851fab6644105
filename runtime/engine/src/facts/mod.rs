//! Facts: asked singly or together, fetched in few round trips, kept until something runs on the host.

mod batch;
mod engine;
mod key;
mod merge;
mod onlooker;
mod overlay;
mod probe;
mod send;
mod veil;
mod view;

pub(crate) use engine::{AHEAD, FactEngine, get_fact};
pub(crate) use key::FactKey;
pub use onlooker::Onlooker;
pub use overlay::{Overlay, select};
pub(crate) use send::serve;
pub(crate) use view::OperationView;
