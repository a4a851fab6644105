//! A run's part of the audit.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Serialize;
use serde_json::json;

use super::account::{Account, Entry};
use super::disk::{Disk, SyncFile};
use super::heads::{Head, HeadSink};
use super::key::SigningKey;
use super::ledger::{Ledger, Tail, object};
use super::record::digest_of;
use super::{AuditError, Who};
use crate::events::{Event, Observer};
use crate::json::{Json, JsonMap, canonical};
use crate::plan::PlanDocument;
use crate::secrets::SecretStore;
use crate::state::State;

/// Where an audit is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditOptions {
    /// The file of records.
    pub file: Utf8PathBuf,
    /// The file of the signing key.
    pub key: Utf8PathBuf,
    /// Where heads go.
    pub heads: Vec<HeadSink>,
}

/// What a run says of itself in its first record.
#[derive(Clone, Debug, Default, Serialize)]
pub struct RunInfo {
    /// The command: `apply`, `exec` and so on.
    pub command: String,
    /// The words it was called with.
    pub words: Vec<String>,
    /// The folder it was called in.
    pub folder: String,
    /// The packs whose components it may run.
    pub packs: Vec<PackInfo>,
}

/// A pack, as it took part in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackInfo {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The SHA-256 digest over those of its components, sorted, a line each, in hexadecimal.
    pub digest: String,
    /// Nobody vouches for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
}

/// A run's part of the audit. It is an observer of the run, and is asked before anything is done on a host.
pub struct Audit {
    run: String,
    ledger: Mutex<Ledger>,
    disk: Disk,
    key: SigningKey,
    heads: Vec<HeadSink>,
    secrets: SecretStore,
    counts: Mutex<Counts>,
    /// Why nothing more may be done.
    broken: OnceLock<AuditError>,
}

#[derive(Default)]
struct Counts {
    records: u64,
    commands: u64,
    failed: u64,
    finished: bool,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Audit {
    /// Begins a run's part: the first record is on the disk, and the head at its second place, when this returns.
    ///
    /// # Errors
    /// Why the audit cannot be kept: then the run must not begin where an audit is required.
    pub fn open(
        options: &AuditOptions,
        secrets: &SecretStore,
        info: &RunInfo,
    ) -> Result<Arc<Self>, AuditError> {
        Self::open_on(options, secrets, info, std::fs::File::sync_data)
    }

    /// [`Audit::open`] on a disk that is told to hold what was written in this way.
    pub(super) fn open_on(
        options: &AuditOptions,
        secrets: &SecretStore,
        info: &RunInfo,
        sync: SyncFile,
    ) -> Result<Arc<Self>, AuditError> {
        let file = |error: std::io::Error| AuditError::File {
            what: String::from("making the name of a run in"),
            path: options.file.to_string(),
            message: error.to_string(),
        };
        let ledger = Ledger::open(&options.file)?;
        let key = SigningKey::open(&options.key)?;
        let mut run = [0_u8; 8];
        getrandom::fill(&mut run).map_err(|error| file(std::io::Error::other(error)))?;
        let audit = Self {
            run: hex::encode(run),
            disk: Disk::new(ledger.handle()?, sync),
            ledger: Mutex::new(ledger),
            key,
            heads: options.heads.clone(),
            secrets: secrets.clone(),
            counts: Mutex::default(),
            broken: OnceLock::new(),
        };
        let mut fields = object(json!({
            "kind": "run",
            "version": env!("CARGO_PKG_VERSION"),
            "who": Who::here(),
            "key": audit.key.public().to_text(),
            "process": std::process::id(),
        }));
        fields.extend(object(serde_json::to_value(info).unwrap_or_default()));
        let (_, tail) = audit.record([fields])?;
        audit.is_held(&tail)?;
        audit.send(tail)?;
        Ok(Arc::new(audit))
    }

    /// The run's name in the audit.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Records what is going to be executed.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn plan(&self, plan: &PlanDocument) -> Result<(), AuditError> {
        let value = serde_json::to_value(plan).unwrap_or_default();
        let fields = json!({
            "kind": "plan",
            "digest": digest_of(canonical(&value).as_bytes()),
            "hosts": plan.hosts,
            "operations": plan.operations.len(),
        });
        self.record([object(fields)]).map(|_| ())
    }

    /// Records who said yes to the plan: `--yes` or `answer`.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn approved(&self, by: &str) -> Result<(), AuditError> {
        let fields = json!({"kind": "approved", "by": by});
        self.record([object(fields)]).map(|_| ())
    }

    /// Records that something was asked for and refused. `line`: the line of the policy that decided.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn denied(
        &self,
        host: Option<&str>,
        text: &str,
        line: Option<&str>,
    ) -> Result<(), AuditError> {
        let text = self.masked(text);
        let fields = json!({
            "kind": "denied", "host": host, "text": text, "line": line, "decision": "denied",
        });
        self.record([object(fields)]).map(|_| ())
    }

    /// Ends the run's part: its last record is signed, on the disk, and its head at its second place.
    ///
    /// # Errors
    /// Why the audit is not whole.
    pub fn finish(&self, error: Option<&str>) -> Result<(), AuditError> {
        {
            let mut counts = lock(&self.counts);
            if std::mem::replace(&mut counts.finished, true) {
                return Ok(());
            }
        }
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        let fields = {
            let counts = lock(&self.counts);
            json!({
                "kind": "run-end",
                "error": error.map(|error| self.masked(error)),
                "records": counts.records + 1,
                "commands": counts.commands,
                "failed": counts.failed,
            })
        };
        let (_, tail) = self.write([object(fields)], Some(&self.key))?;
        self.is_held(&tail)?;
        self.send(tail)
    }

    /// Records that these are about to be done, all at once, on a host. The records are on the disk when this returns.
    ///
    /// # Errors
    /// Why they could not be written: nothing of it may be done then.
    pub(crate) fn begin(
        self: &Arc<Self>,
        host: &str,
        accounts: &[Account<'_>],
    ) -> Result<Vec<Entry>, AuditError> {
        let records: Vec<JsonMap> = accounts
            .iter()
            .map(|account| account.fields(host, self))
            .collect();
        let count = records.len() as u64;
        let (first, tail) = self.record(records)?;
        self.is_held(&tail)?;
        lock(&self.counts).commands += count;
        let entry = |(seq, account): (u64, &Account<'_>)| Entry {
            audit: self.clone(),
            seq,
            host: host.to_owned(),
            sizes: [0, 0],
            what: account.what,
            open: true,
        };
        Ok((first..).zip(accounts).map(entry).collect())
    }

    /// Counts what failed.
    pub(super) fn count_end(&self, failed: bool) {
        lock(&self.counts).failed += u64::from(failed);
    }

    pub(super) fn masked(&self, text: &str) -> String {
        self.secrets.mask(text)
    }

    /// Adds records of this run.
    pub(super) fn record(
        &self,
        records: impl IntoIterator<Item = JsonMap>,
    ) -> Result<(u64, Tail), AuditError> {
        if let Some(error) = self.broken.get() {
            return Err(error.clone());
        }
        self.write(records, None)
    }

    fn write(
        &self,
        records: impl IntoIterator<Item = JsonMap>,
        key: Option<&SigningKey>,
    ) -> Result<(u64, Tail), AuditError> {
        let time = jiff::Timestamp::now().to_string();
        let records: Vec<JsonMap> = records
            .into_iter()
            .map(|mut fields| {
                fields.insert(String::from("run"), Json::from(self.run.clone()));
                fields.insert(String::from("time"), Json::from(time.clone()));
                fields
            })
            .collect();
        let count = records.len() as u64;
        let written = lock(&self.ledger).append(records, key);
        match &written {
            Ok(_) => lock(&self.counts).records += count,
            Err(error) => self.breaks(error),
        }
        written
    }

    /// Waits until what was written so far is on the disk.
    fn is_held(&self, tail: &Tail) -> Result<(), AuditError> {
        let written = || lock(&self.ledger).written();
        let held = self.disk.holds(tail.seq, written);
        held.map_err(|error| {
            let error = lock(&self.ledger).failed("writing", &error);
            self.breaks(&error);
            error
        })
    }

    /// Nothing more may be done from now on.
    fn breaks(&self, error: &AuditError) {
        tracing::error!("{error}");
        let _ = self.broken.set(error.clone());
    }

    fn send(&self, tail: Tail) -> Result<(), AuditError> {
        let head = Head {
            ledger: lock(&self.ledger).id().to_owned(),
            seq: tail.seq,
            hash: tail.hash,
            run: self.run.clone(),
        };
        self.heads.iter().try_for_each(|sink| sink.send(&head))
    }
}

impl AuditOptions {
    /// An audit in a folder, as `ledger.jsonl` with its key beside it, whose heads go nowhere.
    #[must_use]
    pub fn below(folder: &Utf8Path) -> Self {
        Self {
            file: folder.join("ledger.jsonl"),
            key: folder.join("key"),
            heads: Vec::new(),
        }
    }
}

/// What of an event is recorded: what happens to hosts and operations. What is done for that has records of its own.
fn fields_of(event: &Event) -> Option<Json> {
    let host = |host: &str, state: &str, error: Option<&str>| {
        let mut fields = json!({"kind": "host", "host": host, "state": state});
        if let (Some(error), Json::Object(fields)) = (error, &mut fields) {
            fields.insert(String::from("error"), Json::from(error));
        }
        fields
    };
    let operation = |host: &str, id: &dyn std::fmt::Display, name: &str, state: &str| json!({"kind": "operation", "host": host, "id": id.to_string(), "name": name, "state": state});
    Some(match event {
        Event::HostBeforeConnect { host: name } => host(name, "connecting", None),
        Event::HostConnect { host: name } => host(name, "connected", None),
        Event::HostConnectError { host: name, error } => host(name, "unreachable", Some(error)),
        Event::HostFailed { host: name, error } => host(name, "failed", Some(error)),
        Event::HostDisconnect { host: name } => host(name, "disconnected", None),
        Event::OperationHostStart { host, id, name } => operation(host, id, name, "begun"),
        Event::OperationHostSuccess {
            host,
            id,
            name,
            changed,
            ..
        } => {
            let state = if *changed { "changed" } else { "unchanged" };
            operation(host, id, name, state)
        }
        Event::OperationHostSkipped { host, id, name, .. } => operation(host, id, name, "skipped"),
        Event::OperationHostRetry { host, id, name, .. } => operation(host, id, name, "again"),
        Event::OperationHostError {
            failure, ignored, ..
        } => {
            let state = if *ignored {
                "failed, ignored"
            } else {
                "failed"
            };
            let mut fields = operation(&failure.host, &failure.id, &failure.operation, state);
            if let Json::Object(fields) = &mut fields {
                fields.insert(String::from("error"), Json::from(failure.message.clone()));
            }
            fields
        }
        Event::PlanChanged { host, id, .. } => operation(host, id, "", "other plan"),
        _ => return None,
    })
}

impl Observer for Audit {
    fn on_event(&self, _: &State, event: &Event) {
        let Some(Json::Object(mut fields)) = fields_of(event) else {
            return;
        };
        for key in ["error", "name"] {
            if let Some(Json::String(text)) = fields.get_mut(key) {
                *text = self.masked(text);
            }
        }
        // What fails here stops whatever is begun next.
        let _ = self.record([fields]);
    }
}

impl Drop for Audit {
    fn drop(&mut self) {
        // Whoever wants to know whether this worked ends the run by name.
        let _ = self.finish(Some("the run was left without an end"));
    }
}
