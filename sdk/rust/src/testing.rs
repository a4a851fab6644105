//! Native tests: a host in memory that operations plan against and facts are read with.
//!
//! [`TestHost`] answers what it was told and nothing else: a fact that was not listed is an error, never a default.
//! [`TestHost::apply`] lays a plan's predictions over its facts, as a dry run does, so that a test can plan
//! several operations one after the other.

mod answers;
mod digest;
mod host;

pub use answers::{canonical_args, contains_args, lookup_pointer, select_parts};
pub use digest::digest as digest_of;
pub use host::{LocalFile, TestHost};

pub(crate) use host::{
    digest, fact, facts, global, host, inventory, is_empty, matches, read, stat, temp_path, times,
    walk, write_log,
};
