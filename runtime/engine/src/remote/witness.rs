//! What is done on a host, recorded before it is done and after. What cannot be recorded is not done.
//!
//! Nothing reaches a host but through here, where the run has an audit: single commands and transfers, those that travel
//! together, and those that travel behind others.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use super::RemoteError;
use super::exec::Command;
use super::host::Core;
use super::shell::{Done, Given, Job};
use crate::arguments::GlobalArguments;
use crate::audit::{Account, Entry, LOOK};
use crate::connector::{Exit, Stdin, Stream};

/// What the audit says of a command.
pub(super) fn account<'a>(
    text: &'a str,
    shown: &'a str,
    puts: bool,
    looks: bool,
    arguments: &'a GlobalArguments,
    input: Option<u64>,
) -> Account<'a> {
    Account {
        what: match (puts, looks) {
            (true, _) => "put",
            (_, true) => LOOK,
            _ => "command",
        },
        // A transfer's own script says nothing that its name does not.
        text: match puts {
            true => shown.strip_prefix("putting ").unwrap_or(shown),
            false => text,
        },
        arguments,
        input,
    }
}

impl Core {
    /// Runs a command; its output goes to the sink as it comes, without what the wrapping prints.
    pub(super) async fn exec(
        self: &Arc<Self>,
        mut command: Command<'_>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) -> Result<Exit, RemoteError> {
        let Some(audit) = self.audit.get() else {
            return self.exec_unseen(command, sink).await;
        };
        let read = counted(&mut command.stdin);
        let begun = {
            let input = match &command.stdin {
                Stdin::Empty => Some(0),
                Stdin::Bytes(bytes) => Some(bytes.len() as u64),
                Stdin::Reader(_) => None,
            };
            let puts = command.routine.is_some();
            let (text, shown) = (&command.text, &command.shown);
            let mut account = account(text, shown, puts, command.looks, command.arguments, input);
            if !command.interruptible {
                account.what = "clean-up";
            }
            audit.begin(&self.host, &[account])
        };
        let mut entry = match begun {
            Ok(mut entries) => entries.pop(),
            // A host is not left with running processes and private files because of a full disk.
            Err(_) if !command.interruptible => None,
            Err(error) => return Err(error.into()),
        };
        let ended = {
            let mut counting = |stream: Stream, bytes: &[u8]| {
                if let Some(entry) = &mut entry {
                    entry.count(stream, bytes.len());
                }
                sink(stream, bytes);
            };
            self.exec_unseen(command, &mut counting).await
        };
        if let Some(entry) = entry {
            let input = read.map(|count| count.load(Ordering::SeqCst));
            entry.ended(ended.as_ref().map_err(ToString::to_string), input);
        }
        ended
    }

    /// Gives commands to one shell, all at once. In a chain each runs only if the one before succeeded. None: they do
    /// not run, since they need channels of their own.
    pub(super) fn give(self: &Arc<Self>, jobs: &[Job<'_>], chain: bool) -> Option<Given> {
        let entries = self.entries(jobs)?;
        match self.give_unseen(jobs, chain) {
            Some(mut given) => {
                given.entries.extend(entries);
                Some(given)
            }
            None => {
                for entry in entries {
                    entry.not_done("it needs a channel of its own");
                }
                None
            }
        }
    }

    /// None: they could not be recorded. Whoever then tries them one by one is told why.
    fn entries(self: &Arc<Self>, jobs: &[Job<'_>]) -> Option<Vec<Entry>> {
        let Some(audit) = self.audit.get() else {
            return Some(Vec::new());
        };
        let accounts: Vec<Account<'_>> = jobs.iter().map(Job::account).collect();
        audit.begin(&self.host, &accounts).ok()
    }
}

impl Given {
    /// Commands that only look, behind those that were given, to be awaited by somebody else.
    pub(super) fn behind(&mut self, core: &Arc<Core>, jobs: &[Job<'_>]) -> Self {
        match core.entries(jobs) {
            Some(entries) => {
                let mut behind = self.behind_unseen(core, jobs);
                behind.entries.extend(entries);
                behind
            }
            None => self.behind_unseen(core, &[]),
        }
    }

    /// Waits for the end of the next command.
    pub(super) async fn next(
        &mut self,
        core: &Arc<Core>,
        shown: &str,
        limit: Option<f64>,
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
        began: &mut (dyn FnMut() + Send),
    ) -> Done {
        let Some(mut entry) = self.entries.pop_front() else {
            return self.next_unseen(core, shown, limit, sink, began).await;
        };
        let mut counting = |stream: Stream, bytes: &[u8]| {
            entry.count(stream, bytes.len());
            sink(stream, bytes);
        };
        let done = self
            .next_unseen(core, shown, limit, &mut counting, began)
            .await;
        match &done {
            Done::Exit(exit) => entry.ended(Ok(exit), None),
            Done::Error(error) => entry.ended(Err(error.to_string()), None),
            Done::Skipped => entry.not_done("one before it failed"),
            Done::NotRun => entry.not_done("its shell ended"),
        }
        done
    }
}

/// Counts what a command will read, where that is not known before.
fn counted(stdin: &mut Stdin) -> Option<Arc<AtomicU64>> {
    match std::mem::replace(stdin, Stdin::Empty) {
        Stdin::Reader(inner) => {
            let count = Arc::new(AtomicU64::new(0));
            *stdin = Stdin::Reader(Box::new(Counting {
                inner,
                count: count.clone(),
            }));
            Some(count)
        }
        known => {
            *stdin = known;
            None
        }
    }
}

/// A reader that counts what it gives.
struct Counting {
    inner: Box<dyn AsyncRead + Send + Unpin>,
    count: Arc<AtomicU64>,
}

impl AsyncRead for Counting {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        let read = buffer.filled().len().saturating_sub(before);
        self.count.fetch_add(read as u64, Ordering::SeqCst);
        polled
    }
}
