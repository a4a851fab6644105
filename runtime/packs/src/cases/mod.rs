//! Case files: what a call must plan on a host that answers so and so, and what a fact must read from an output.
//!
//! A file has one case a line, as JSON. An operation's case gives its arguments, the facts that the host answers, the
//! files on the controller, and the commands, no-op or error that must come of it. A fact's case gives the arguments,
//! the output of its command, and the command and value that must come of those. [`run_cases`] runs them against
//! any [`windlass_engine::plugins::Plugins`].
//!
//! Values are JSON with five tags: `{"$datetime": ISO8601}`, `{"$path": text}`, `{"$io": text}` (content that is in
//! memory), `{"$set": [...]}` and `{"$map": [[key, value], ...]}`; a parameter may also be `{"$secret": text}`, which
//! the plugin then sees as a secret's handle only.

mod again;
mod compare;
mod differences;
mod fact;
mod files;
mod format;
mod live;
mod names;
mod operation;
mod read;
mod record;
mod report;
mod run;
mod seen;
mod shell;
mod show;
mod values;
mod view;

pub use differences::{Differences, DifferencesError};
pub use format::{
    Case, Command, Environment, Expected, FactCase, ListedFact, LocalFile, OperationCase,
};
pub use read::{ReadError, parse_cases, read_cases};
pub use record::{RecordCall, RecordError, RecordedCase, record_case};
pub use report::{CaseResult, Outcome, Report, Score, Scores};
pub use run::{Options, run_cases};
pub use show::{difference, show_cases};
