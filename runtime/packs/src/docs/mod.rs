//! Reference pages of a pack, made of what its components describe, and the words that help uses too.

mod pages;
mod words;

pub use pages::{Page, pages};
pub(crate) use words::kinds;
pub use words::{call, starlark, takes, words};
