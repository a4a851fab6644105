//! Operations on files, one module each, and what they share.

pub mod block;
pub mod copy;
pub mod directory;
pub mod download;
mod edit;
pub mod file;
pub mod get;
pub mod line;
pub mod link;
pub mod put;
pub mod replace;
pub mod rsync;
mod source;
mod sums;
pub mod template;
mod times;
mod transfer;
mod way;

pub use source::LocalSource;
pub use times::TimeSpec;
