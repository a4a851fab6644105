//! Shells that stay open: commands that run as the same user go one after another through one channel.
//!
//! A shell is one `exec` of the host's session: `sh`, as whoever the commands run as, which reads script text from
//! standard input. Each command is a child of its own with its own standard input, and a mark with its status follows
//! its output on both streams, so that outputs stay apart whatever they hold. When a command may not go on the shell is
//! ended with all that came from it, and the next command gets another.

mod braces;
mod feed;
mod frames;
mod opened;
mod pool;
mod run;
mod script;

pub(super) use pool::Shells;
pub(crate) use pool::shell_of;
pub(super) use run::{Done, Given, Job};
pub use script::INLINE;
