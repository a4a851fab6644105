//! Reading a TOML file strictly: all that is wrong with it at once, each with its line, a caret and the nearest right
//! name.
//!
//! Manifest, `packs.toml`, trust and policy are read through it, so that they refuse in the same words. A reader asks
//! [`Fields`] for what it knows; what nobody asked for is refused when the table is left.
//!
//! ```
//! use windlass_packs::strict;
//!
//! let text = "[pack]\nnmae = 'a'\nsize = 'big'\n";
//! let problems = strict::read("pack.toml", text, |root| {
//!     root.table("pack", |pack| {
//!         let (name, size) = (pack.required_text("name"), pack.integer("size"));
//!         Some((name?.value, size?.value))
//!     })
//! })
//! .unwrap_err();
//! assert_eq!(
//!     problems.0[1].to_string(),
//!     "pack.toml:2:1: [pack] has no `nmae`, did you mean `name`?\n  2 | nmae = 'a'\n    | ^^^^",
//! );
//! ```

mod fields;
mod problem;
mod read;

pub use fields::{Entry, Fields, Found};
pub use problem::{Problem, Problems};
pub use read::read;
