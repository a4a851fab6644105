//! A host that answers while a case is recorded, and what was asked of it.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use windlass_engine::contract::FactRequest;
use windlass_engine::facts::Onlooker;
use windlass_engine::json::{Json, JsonMap, set_pointer};
use windlass_engine::local_files::{Entry, EntryKind, LocalFiles};
use windlass_engine::plugins::{Bound, ErrorKind, GuestError, PlanningView, PluginError};
use windlass_engine::secrets::SecretStore;

use super::files::{FILE_MODE, FOLDER_MODE};
use super::format::{ListedFact, LocalFile, Stat};

/// The largest file of the controller that a case is given.
const LARGEST: u32 = 1 << 20;

/// What was asked of a host.
#[derive(Default)]
pub(super) struct Told {
    pub(super) facts: Vec<ListedFact>,
    /// `{name, groups, data}`, as far as it was asked for.
    pub(super) host: Json,
    /// `{groups, hosts}`, as far as it was asked for.
    pub(super) inventory: Json,
    pub(super) globals: JsonMap,
    pub(super) files: BTreeMap<String, LocalFile>,
    /// Facts that the host did not answer, each with why.
    pub(super) failed: BTreeMap<String, GuestError>,
    /// Files that a case cannot hold, each with why.
    pub(super) unheld: Vec<String>,
}

/// Writes down what is asked of a host.
pub(super) struct Recorder {
    onlooker: Onlooker,
    /// The identities of the call's secrets, by the text that stands for each in the case.
    secrets: HashMap<String, String>,
    told: Mutex<Told>,
}

impl Recorder {
    pub(super) fn new(onlooker: Onlooker, secrets: HashMap<String, String>) -> Arc<Self> {
        Arc::new(Self {
            onlooker,
            secrets,
            told: Mutex::default(),
        })
    }

    pub(super) fn take(&self) -> Told {
        std::mem::take(&mut *self.told())
    }

    /// Why the host did not answer a fact.
    pub(super) fn failure(&self, key: &str) -> GuestError {
        let known = self.told().failed.get(key).cloned();
        known.unwrap_or_else(|| {
            GuestError::new(ErrorKind::MissingFact, format!("{key} was not answered"))
        })
    }

    /// The identities of real secrets for those of a case's store.
    pub(super) fn secrets(&self, store: &SecretStore, identities: &[String]) -> Vec<String> {
        let real = |identity: &String| {
            let text = store.reveal_to_target(identity).unwrap_or_default();
            self.secrets.get(&text).cloned().unwrap_or_default()
        };
        identities.iter().map(real).collect()
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One call's view of the host.
pub(super) struct Live {
    recorder: Arc<Recorder>,
    view: Arc<dyn PlanningView>,
}

impl Live {
    pub(super) fn new(
        recorder: &Arc<Recorder>,
        operations: &[String],
        bound: &Bound,
        overrides: &JsonMap,
    ) -> Result<Self, PluginError> {
        let overrides = Json::Object(overrides.clone());
        let view = recorder.onlooker.view(operations, bound, &overrides)?;
        Ok(Self {
            recorder: recorder.clone(),
            view,
        })
    }

    /// Asks for facts, whole. Each comes with its key and with its arguments as the case lists them.
    pub(super) async fn ask(
        &self,
        asked: Vec<(String, Json, &FactRequest)>,
    ) -> Vec<(String, Json)> {
        let whole = |request: &FactRequest| FactRequest {
            select: Vec::new(),
            ..request.clone()
        };
        let requests = asked.iter().map(|(_, _, request)| whole(request)).collect();
        let answers = self.view.facts(requests).await;
        let mut told = self.recorder.told();
        let mut listed = Vec::new();
        for ((key, args, request), answer) in asked.into_iter().zip(answers) {
            match answer {
                Ok(value) => {
                    told.facts.push(ListedFact {
                        fact: request.fact.clone(),
                        args,
                        value: value.clone(),
                        used: true,
                    });
                    listed.push((key, value));
                }
                Err(error) => {
                    told.failed.insert(key, error);
                }
            }
        }
        listed
    }

    pub(super) fn host(&self, pointer: &str) -> Option<Json> {
        // Each value of the data is written down whole, and so is everything beside the data.
        let kept = match prefix(pointer, 2) {
            below if below.starts_with("/data/") => below,
            _ => prefix(pointer, 1),
        };
        write(&mut self.recorder.told().host, kept, self.view.host(kept));
        self.view.host(pointer)
    }

    pub(super) fn inventory(&self, pointer: &str) -> Option<Json> {
        let kept = prefix(pointer, 2);
        let value = self.view.inventory(kept);
        write(&mut self.recorder.told().inventory, kept, value);
        self.view.inventory(pointer)
    }

    pub(super) fn global(&self, name: &str) -> Option<Json> {
        let value = self.view.global(name);
        if let Some(value) = &value {
            let globals = &mut self.recorder.told().globals;
            globals.insert(name.to_owned(), value.clone());
        }
        value
    }

    pub(super) fn local_files(&self) -> Arc<dyn LocalFiles> {
        Arc::new(Files {
            recorder: self.recorder.clone(),
            inner: self.view.local_files(),
        })
    }
}

/// The first so many steps of a JSON pointer.
fn prefix(pointer: &str, steps: usize) -> &str {
    let next = pointer.match_indices('/').nth(steps);
    let end = next.map_or(pointer.len(), |(at, _)| at);
    pointer.get(..end).unwrap_or(pointer)
}

fn write(target: &mut Json, pointer: &str, value: Option<Json>) {
    if let Some(value) = value {
        set_pointer(target, pointer, value);
    }
}

/// The controller's files; each that is looked at is written down.
struct Files {
    recorder: Arc<Recorder>,
    inner: Arc<dyn LocalFiles>,
}

impl Files {
    /// What stands at a path, as the case is to hold it.
    fn note(&self, path: &str, with_times: bool) {
        let Ok(Some(entry)) = self.inner.stat(path) else {
            return;
        };
        self.keep(path, &entry, with_times);
    }

    fn keep(&self, path: &str, entry: &Entry, with_times: bool) {
        match self.held(path, entry, with_times) {
            Ok(file) => {
                let files = &mut self.recorder.told().files;
                let has_times = files.get(path).is_some_and(|held| held.has_times());
                if with_times || !has_times {
                    files.insert(path.to_owned(), file);
                }
            }
            Err(why) => self.recorder.told().unheld.push(why),
        }
    }

    fn held(&self, path: &str, entry: &Entry, with_times: bool) -> Result<LocalFile, String> {
        let usual = match entry.kind {
            EntryKind::Directory => FOLDER_MODE,
            _ => FILE_MODE,
        };
        let mode = (entry.mode != usual).then(|| format!("{:o}", entry.mode));
        let times = with_times.then(|| self.inner.times(path).unwrap_or_default());
        let stat = (mode.is_some() || times.is_some()).then(|| {
            let (atime, mtime) = times.unwrap_or_default();
            Stat {
                mode,
                atime: seconds(atime),
                mtime: seconds(mtime),
            }
        });
        let content = match entry.kind {
            EntryKind::File => Some(self.text(path)?),
            _ => None,
        };
        Ok(LocalFile {
            path: path.to_owned(),
            kind: entry.kind.as_str().to_owned(),
            content,
            target: entry.target.clone(),
            stat,
        })
    }

    fn text(&self, path: &str) -> Result<String, String> {
        let read = self.inner.read(path, 0, LARGEST + 1);
        let bytes = read.map_err(|error| format!("{path}: {error}"))?;
        if bytes.len() > LARGEST as usize {
            return Err(format!("{path} is larger than {LARGEST} bytes"));
        }
        String::from_utf8(bytes).map_err(|_| format!("{path} is no text"))
    }
}

fn seconds(micros: i64) -> f64 {
    #[allow(
        clippy::cast_precision_loss,
        reason = "a float has a place for each microsecond until the year 2255"
    )]
    let seconds = micros as f64 / 1e6;
    seconds
}

impl LocalFiles for Files {
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError> {
        self.note(path, false);
        self.inner.stat(path)
    }

    fn times(&self, path: &str) -> Result<(i64, i64), GuestError> {
        self.note(path, true);
        self.inner.times(path)
    }

    fn digest(&self, path: &str, algorithm: &str) -> Result<String, GuestError> {
        self.note(path, false);
        self.inner.digest(path, algorithm)
    }

    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError> {
        self.note(path, false);
        let walked = self.inner.walk(path)?;
        for (below, entry) in &walked {
            self.keep(&format!("{path}/{below}"), entry, false);
        }
        Ok(walked)
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError> {
        self.note(path, false);
        self.inner.open(path)
    }

    fn read(&self, path: &str, offset: u64, limit: u32) -> Result<Vec<u8>, GuestError> {
        self.note(path, false);
        self.inner.read(path, offset, limit)
    }
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn a_pointer_is_cut_at_its_steps() {
        for (pointer, steps, cut) in [
            ("/data/port/0", 2, "/data/port"),
            ("/data/port", 2, "/data/port"),
            ("/data", 2, "/data"),
            ("/groups/0", 1, "/groups"),
            ("", 1, ""),
        ] {
            assert_eq!(prefix(pointer, steps), cut);
        }
    }
}
