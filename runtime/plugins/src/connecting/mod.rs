//! Connectors that are components, and the inventories of the same name.

mod connector;
mod live;
mod session;

pub(crate) use connector::Provider;
