//! Facts about files.

mod content;
mod find;
mod kind;
mod sum;

pub use content::{Block, FileContents, FindInFile, Flags};
pub use find::{FindDirectories, FindFiles, FindLinks};
pub use kind::{Directory, File, Link, Socket};
pub use sum::{Md5File, Sha1File, Sha256File, Sha384File};

pub(crate) use content::Markers;
