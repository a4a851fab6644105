//! From a pack's sources to its components: what `windlass pack build` does.
//!
//! Each component whose manifest has `[component.build]` is compiled in its language and written to its `path`, unless
//! the file holds the same bytes already. What comes out imports nothing but the contract; where a language's runtime
//! wants WASI, it finds constants inside the component, and a component that still imports any is refused.

mod error;
mod make;
mod rust;
mod sources;

pub use error::BuildError;
pub use make::{Built, build};
pub use sources::Sources;
