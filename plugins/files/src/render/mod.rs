//! Jinja templates: what they see, how they are rendered, and how secrets pass through them.

mod engine;
mod filters;
mod lookup;
mod options;
mod secret;
mod values;

pub(crate) use engine::render;
pub use options::Options;
