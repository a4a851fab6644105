//! The journal: an append-only record of a run's events, one JSON object a line, readable by its owner only.
//!
//! The first line says which version the record has. Old records are removed when a new one begins.
//!
//! Whatever says that something is about to be done on a host, or was done, is in the file before the run goes on.
//! What a run merely learnt waits for the next of those.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;

use crate::error::EngineError;
use crate::events::{Event, Observer};
use crate::state::State;

/// The version of the record's form.
pub const JOURNAL_VERSION: u32 = 1;

/// How many records are kept.
pub const RETENTION: usize = 100;

/// How many bytes may wait.
const WAITING: usize = 64 * 1024;

/// Writes every event to a file.
pub struct Journal {
    path: Utf8PathBuf,
    record: Mutex<Record>,
}

/// The file, and lines that are not in it yet.
struct Record {
    file: File,
    waiting: Vec<u8>,
}

impl Record {
    fn flush(&mut self) -> std::io::Result<()> {
        // What could not be written is not tried again: a part of it may be in the file.
        let lines = std::mem::take(&mut self.waiting);
        self.file.write_all(&lines)
    }
}

impl Journal {
    /// Begins a record in a folder, which is made with mode 0700 if it is missing; the file has mode 0600.
    ///
    /// # Errors
    /// [`EngineError::Io`].
    pub fn begin(folder: &Utf8Path, command: &str) -> Result<Self, EngineError> {
        let io = |what: &str| {
            let what = format!("{what} the journal in {folder}");
            move |source| EngineError::Io { what, source }
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(io("making"))?;
        remove_old(folder);
        let now = jiff::Timestamp::now();
        let name = format!(
            "{}-{}.jsonl",
            now.strftime("%Y%m%dT%H%M%S.%fZ"),
            std::process::id()
        );
        let path = folder.join(name);
        let mut file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(io("writing"))?;
        let head = json!({"journal": JOURNAL_VERSION, "time": now.to_string(), "command": command});
        writeln!(file, "{head}").map_err(io("writing"))?;
        Ok(Self {
            path,
            record: Mutex::new(Record {
                file,
                waiting: Vec::new(),
            }),
        })
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, written: std::io::Result<()>) {
        if let Err(error) = written {
            tracing::error!("writing the journal {}: {error}", self.path);
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Utf8Path {
        &self.path
    }
}

fn remove_old(folder: &Utf8Path) {
    let Ok(entries) = folder.read_dir_utf8() else {
        return;
    };
    let mut records: Vec<Utf8PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.extension() == Some("jsonl"))
        .collect();
    records.sort();
    let old = records.len().saturating_sub(RETENTION - 1);
    for path in records.into_iter().take(old) {
        // A record that cannot be removed is tried again with the next run.
        let _ = std::fs::remove_file(path);
    }
}

/// True for what a run learnt without doing anything.
fn may_wait(event: &Event) -> bool {
    matches!(
        event,
        Event::Log { .. }
            | Event::Fact { .. }
            | Event::FactInput { .. }
            | Event::FactOutput { .. }
            | Event::OperationPlanned { .. }
            | Event::Output { .. }
    )
}

/// An event as a line, masked, with the time.
fn line(state: &State, event: &Event) -> Option<Vec<u8>> {
    let mut line = match state.secrets().is_empty() {
        true => serde_json::to_vec(event).ok()?,
        false => {
            let value = serde_json::to_value(event).ok()?;
            serde_json::to_vec(&state.secrets().mask_json(&value)).ok()?
        }
    };
    // An event is an object that has at least its name.
    line.pop().filter(|last| *last == b'}')?;
    line.extend_from_slice(format!(",\"time\":\"{}\"}}\n", jiff::Timestamp::now()).as_bytes());
    Some(line)
}

impl Observer for Journal {
    fn on_event(&self, state: &State, event: &Event) {
        let Some(line) = line(state, event) else {
            return;
        };
        let mut record = self.record();
        record.waiting.extend_from_slice(&line);
        if !may_wait(event) || record.waiting.len() > WAITING {
            let written = record.flush();
            self.told(written);
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let written = self.record().flush();
        self.told(written);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn records_are_private_and_old_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap().join("runs");
        for _ in 0..RETENTION + 3 {
            Journal::begin(&folder, "plan").unwrap();
        }
        let journal = Journal::begin(&folder, "apply").unwrap();
        assert_eq!(folder.read_dir_utf8().unwrap().count(), RETENTION);
        assert_eq!(
            std::fs::metadata(journal.path())
                .unwrap()
                .permissions()
                .mode()
                & 0o777,
            0o600
        );
        assert_eq!(
            std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700
        );
        let text = std::fs::read_to_string(journal.path()).unwrap();
        assert!(text.starts_with("{\"journal\":1,"), "{text}");
    }
}
