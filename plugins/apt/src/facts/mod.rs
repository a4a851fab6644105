//! What apt knows.

mod installed;
mod keys;
mod simulate;
pub mod sources;

pub use installed::AptPackages;
pub use keys::AptKeys;
pub use simulate::SimulateOperationWillChange;
pub use sources::AptSources;
