//! Packs to start from: what `windlass pack new` writes.
//!
//! A language's template is a folder of the repository that is a working pack by itself (`sdk/LANGUAGE/template`), and
//! is tested as such. For other roles than planning its folder (`sdk/LANGUAGE/templates/ROLE`) has the sources, and what is
//! the same in every language stands in `sdk/templates/ROLE`. A template stands in this program, and is given a name of its
//! own when it is written: `example:motd` becomes
//! the pack's name, and `motd` the part behind the colon, with `_` for `-`, wherever it is a word of its own. After a
//! `/` it is one only where a file's ending follows: `src/motd.py` changes, `/etc/motd` stays.

mod all;
mod name;
mod others;
mod roles;
mod rust;
mod write;

pub use write::{TemplateError, files, languages, write};
