//! The file: records are added at its end, under a lock, behind whatever other runs added meanwhile.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::json;

use super::AuditError;
use super::key::SigningKey;
use super::record::{AUDIT_VERSION, NOTHING, Record, digest_of, seal};
use crate::json::{Json, JsonMap};

/// How much is read at once in search of the last line, in bytes.
const PIECE: u64 = 64 * 1024;

/// The file of records.
pub(super) struct Ledger {
    path: Utf8PathBuf,
    file: File,
    /// What it is known by, from its first record.
    id: String,
    /// How long the file was when it was last looked at.
    length: u64,
    seq: u64,
    hash: String,
}

/// Where a chain stands.
#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub(super) seq: u64,
    pub(super) hash: String,
}

impl Ledger {
    /// Opens the file, or begins it, mode 0600, in a folder that is made with 0700.
    pub(super) fn open(path: &Utf8Path) -> Result<Self, AuditError> {
        let failed = |what: &str, error: std::io::Error| AuditError::File {
            what: what.to_owned(),
            path: path.to_string(),
            message: error.to_string(),
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_str().is_empty()) {
            std::fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)
                .map_err(|error| failed("making the folder of", error))?;
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)
            .map_err(|error| failed("opening", error))?;
        let mut ledger = Self {
            path: path.to_owned(),
            file,
            id: String::new(),
            length: 0,
            seq: 0,
            hash: NOTHING.to_owned(),
        };
        ledger.locked(|ledger| {
            ledger.catch_up()?;
            if ledger.seq == 0 {
                let mut id = [0_u8; 8];
                getrandom::fill(&mut id).map_err(|error| ledger.damaged(error.to_string()))?;
                let first = json!({
                    "kind": "ledger",
                    "version": AUDIT_VERSION,
                    "ledger": hex::encode(id),
                    "time": jiff::Timestamp::now().to_string(),
                });
                ledger.write([object(first)], None)?;
                // A file is there after a loss of power when its folder says so.
                ledger.sync_folder()?;
            }
            ledger.id = ledger.first_id()?;
            Ok(())
        })?;
        Ok(ledger)
    }

    /// What it is known by.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    fn sync_folder(&self) -> Result<(), AuditError> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_str().is_empty() => folder,
            _ => Utf8Path::new("."),
        };
        let synced = File::open(folder).and_then(|folder| folder.sync_all());
        synced.map_err(|error| self.failed("writing the folder of", &error))
    }

    /// Adds records, one behind the other; gives the number of the first, and where the chain stands.
    pub(super) fn append(
        &mut self,
        records: impl IntoIterator<Item = JsonMap>,
        key: Option<&SigningKey>,
    ) -> Result<(u64, Tail), AuditError> {
        self.locked(|ledger| {
            ledger.catch_up()?;
            let first = ledger.seq + 1;
            ledger.write(records, key)?;
            let tail = Tail {
                seq: ledger.seq,
                hash: ledger.hash.clone(),
            };
            Ok((first, tail))
        })
    }

    /// The number of the last record that is known of.
    pub(super) fn written(&self) -> u64 {
        self.seq
    }

    /// The file once more, to see to it that what was written is on the disk.
    pub(super) fn handle(&self) -> Result<File, AuditError> {
        let handle = self.file.try_clone();
        handle.map_err(|error| self.failed("opening", &error))
    }

    pub(super) fn failed(&self, what: &str, error: &std::io::Error) -> AuditError {
        AuditError::File {
            what: what.to_owned(),
            path: self.path.to_string(),
            message: error.to_string(),
        }
    }

    fn damaged(&self, message: String) -> AuditError {
        AuditError::Damaged {
            path: self.path.to_string(),
            message,
        }
    }

    fn locked<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, AuditError>,
    ) -> Result<T, AuditError> {
        self.file
            .lock()
            .map_err(|error| self.failed("locking", &error))?;
        let result = work(self);
        // The lock goes with the file at the latest.
        let _ = self.file.unlock();
        result
    }

    fn write(
        &mut self,
        records: impl IntoIterator<Item = JsonMap>,
        key: Option<&SigningKey>,
    ) -> Result<(), AuditError> {
        let mut lines = String::new();
        let (mut seq, mut hash) = (self.seq, self.hash.clone());
        for fields in records {
            let sealed = seal(seq + 1, &hash, fields, key);
            lines.push_str(&sealed.line);
            (seq, hash) = (seq + 1, sealed.hash);
        }
        self.file
            .write_all(lines.as_bytes())
            .map_err(|error| self.failed("writing", &error))?;
        self.length += lines.len() as u64;
        (self.seq, self.hash) = (seq, hash);
        Ok(())
    }

    /// Learns what other runs added. A line without its end, left by a machine that stopped, is ended and noted.
    fn catch_up(&mut self) -> Result<(), AuditError> {
        let about = self.file.metadata();
        let length = about.map_err(|error| self.failed("reading", &error))?.len();
        if length == self.length {
            return Ok(());
        }
        if length < self.length {
            return Err(self.damaged(format!(
                "it was cut to {length} bytes while it was in use, after {} were written",
                self.length
            )));
        }
        let tail = self
            .last_lines(length)
            .map_err(|error| self.failed("reading", &error))?;
        self.length = length;
        let mut lines = tail.rsplit(|byte| *byte == b'\n');
        let torn = lines.next().unwrap_or_default();
        if let Some(whole) = lines.next() {
            let last = Record::read(&String::from_utf8_lossy(whole))
                .map_err(|message| self.damaged(format!("of its last record, {message}")))?;
            (self.seq, self.hash) = (last.seq, last.hash);
        }
        if !torn.is_empty() {
            let note = json!({
                "kind": "torn",
                "bytes": torn.len(),
                "digest": digest_of(torn),
                "time": jiff::Timestamp::now().to_string(),
            });
            self.file
                .write_all(b"\n")
                .map_err(|error| self.failed("writing", &error))?;
            self.length += 1;
            self.write([object(note)], None)?;
        }
        Ok(())
    }

    /// The end of the file from at least the beginning of its last whole line on.
    fn last_lines(&self, length: u64) -> std::io::Result<Vec<u8>> {
        let mut wanted = PIECE;
        loop {
            let from = length.saturating_sub(wanted).max(self.length.min(length));
            let mut file = &self.file;
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(length - from).read_to_end(&mut bytes)?;
            let breaks = bytes.iter().filter(|byte| **byte == b'\n').count();
            if from <= self.length || breaks >= 2 {
                return Ok(bytes);
            }
            wanted = wanted.saturating_mul(4);
        }
    }

    fn first_id(&self) -> Result<String, AuditError> {
        let mut file = &self.file;
        let mut start = vec![0; 4096];
        let count = file
            .seek(SeekFrom::Start(0))
            .and_then(|_| file.read(&mut start))
            .map_err(|error| self.failed("reading", &error))?;
        start.truncate(count);
        let text = String::from_utf8_lossy(&start);
        let first = Record::read(text.lines().next().unwrap_or_default())
            .map_err(|message| self.damaged(format!("of its first record, {message}")))?;
        match (first.kind.as_str(), first.text("ledger")) {
            ("ledger", id) if !id.is_empty() => Ok(id.to_owned()),
            _ => Err(self.damaged(String::from("its first record is of another kind"))),
        }
    }
}

/// The fields of a JSON object.
pub(super) fn object(value: Json) -> JsonMap {
    match value {
        Json::Object(fields) => fields,
        _ => JsonMap::new(),
    }
}
