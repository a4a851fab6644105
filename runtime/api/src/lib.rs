//! Windlass for programs that embed it: the engine with its plugins, connectors and deploy files put together.

pub mod setup;

pub use windlass_connectors as connectors;
pub use windlass_deploy as deploy;
pub use windlass_engine as engine;
pub use windlass_packs as packs;
pub use windlass_plugins as plugins;
