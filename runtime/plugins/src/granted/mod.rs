//! What components besides the planning ones may have of the controller: programs, web addresses and folders, each
//! granted by name, and nothing else.

mod address;
mod files;
mod guest;
mod heard;
mod http;
mod part;
mod place;
mod program;
mod rights;

pub(crate) use guest::{Granted, Lines};
#[allow(unreachable_pub, reason = "the bindings export them again")]
pub use guest::{Reader, Writer};
pub(crate) use heard::Heard;
pub(crate) use part::Part;
pub(crate) use rights::Rights;
#[cfg(test)]
pub(crate) use rights::granted as test_rights;
