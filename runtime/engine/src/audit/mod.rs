//! The audit: what runs did, in a file that shows every change made to it afterwards.
//!
//! Each record carries the digest of the one before it. A run's last record counts its records and is signed, and the
//! chain's head goes to a second place at a run's beginning and end, so that a file which was cut or written anew is
//! found out too. What is done on a host is recorded before it is done and after; where that cannot be written, the run
//! stops. See `docs/src/audit.md` for the form of the records.

mod account;
mod disk;
mod error;
mod heads;
mod key;
mod ledger;
mod record;
mod run;
mod verify;
mod who;

pub(crate) use account::{Account, Entry, LOOK};
pub use error::AuditError;
pub use heads::{Head, HeadSink};
pub use key::{PublicKey, SigningKey};
pub use record::{AUDIT_VERSION, Record};
pub use run::{Audit, AuditOptions, PackInfo, RunInfo};
pub use verify::{Problem, Report, RunReport, verify};
pub use who::Who;

#[cfg(test)]
mod tests;
