//! The component host: [`Plugins`](windlass_engine::plugins::Plugins) over wasmtime.

mod call;
mod calling;
mod plugins;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use call::Call;
pub(crate) use table::{Entry, Loaded};
pub use table::{Host, Stats};
