//! Packs to start from: what `windlass pack new` writes.
//!
//! A language's template is a folder of the repository (`sdk/LANGUAGE/template`) that is a working pack by itself, and
//! is tested as such. It stands in this program, and is given a name of its own when it is written: `example:motd` becomes
//! the pack's name, and `motd` the part behind the colon, with `_` for `-`, wherever it is a word of its own. After a
//! `/` it is one only where a file's ending follows: `src/motd.py` changes, `/etc/motd` stays.

mod all;
mod name;
mod others;
mod rust;
mod write;

pub use write::{TemplateError, files, languages, write};
