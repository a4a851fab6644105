//! What one guest call may use, and how it is told that it used too much.

use std::time::Duration;

use thiserror::Error;

/// What one guest call may use. Reaching a limit ends the call with a report that names the limit; nothing else is
/// affected, and nothing of such a call is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time that the guest itself runs. Waiting for the host (facts, files) and for a free processor does not count.
    /// Default: 10 seconds; the slowest operation of the standard pack needs a few milliseconds.
    pub running: Duration,
    /// Work of the guest itself, about one for each instruction: the same at every run, on every machine. Code that
    /// counts it is a little slower, so it is compiled for those alone that have this limit. Default: not counted.
    pub fuel: Option<u64>,
    /// Linear memory of all instances together, in bytes. Default: 256 MiB; interpreters start with about 20 MiB.
    pub memory: usize,
    /// Entries of all tables together. Default: 1,000,000.
    pub table_entries: usize,
    /// Core instances, memories and tables, each. Default: 100; an interpreter with its adapters has about 20.
    pub instances: usize,
    /// Questions to the host. Default: 100,000.
    pub host_calls: u32,
    /// Bytes that the guest may pass to the host in one call or answer: the size of a plan. Default: 64 MiB.
    pub transfer: usize,
    /// Log lines. Default: 1000.
    pub log_lines: usize,
    /// Bytes of all log lines together. Default: 256 KiB.
    pub log_bytes: usize,
    /// Bytes of remembered plans, approximately. Default: 64 MiB; 0 remembers nothing.
    pub memo: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            running: Duration::from_secs(10),
            fuel: None,
            memory: 256 << 20,
            table_entries: 1_000_000,
            instances: 100,
            host_calls: 100_000,
            transfer: 64 << 20,
            log_lines: 1000,
            log_bytes: 256 << 10,
            memo: 64 << 20,
        }
    }
}

impl Limits {
    /// The lower of both, for each; what is remembered is the host's own.
    #[must_use]
    pub fn least(&self, other: &Self) -> Self {
        Self {
            running: self.running.min(other.running),
            fuel: self.fuel.into_iter().chain(other.fuel).min(),
            memory: self.memory.min(other.memory),
            table_entries: self.table_entries.min(other.table_entries),
            instances: self.instances.min(other.instances),
            host_calls: self.host_calls.min(other.host_calls),
            transfer: self.transfer.min(other.transfer),
            log_lines: self.log_lines.min(other.log_lines),
            log_bytes: self.log_bytes.min(other.log_bytes),
            memo: self.memo,
        }
    }
}

/// A limit that a guest reached.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub(crate) enum Exceeded {
    #[error("it ran for more than {0:?} without an answer")]
    Running(Duration),
    #[error("it used up its fuel of {0}")]
    Fuel(u64),
    #[error("it needs more than {} MiB of memory", .0 >> 20)]
    Memory(usize),
    #[error("it needs tables of more than {0} entries")]
    Tables(usize),
    #[error("it asked the host more than {0} questions")]
    HostCalls(u32),
    #[error("it wrote more than {lines} lines or {bytes} bytes to the log")]
    Log { lines: usize, bytes: usize },
    #[error("it asks questions while it describes itself")]
    NobodyToAsk,
}
