//! The host in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use super::answers::{canonical_args, contains_args, overlaps, select_parts, set_pointer};
use super::digest::digest as digest_bytes;
use crate::content::Atom;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::Plan;
use crate::predict::Prediction;
use crate::request::FactRequest;
use crate::surroundings::{Entry, EntryKind};

/// A file on the controller.
#[derive(Clone, Debug)]
pub struct LocalFile {
    /// Its content.
    pub content: Vec<u8>,
    /// What is said of it.
    pub entry: Entry,
    /// Access and modification time, in microseconds since 1970-01-01 UTC.
    pub times: (i64, i64),
}

impl LocalFile {
    /// A regular file of mode 0644.
    #[must_use]
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        let entry = Entry {
            kind: EntryKind::File,
            mode: 0o644,
            size: content.len() as u64,
            target: None,
        };
        Self {
            content,
            entry,
            times: (0, 0),
        }
    }
}

/// Answers facts that were not listed.
type Answer = Rc<dyn Fn(&FactRequest) -> Result<Json>>;

/// A host that answers what it was told.
#[derive(Clone)]
pub struct TestHost {
    answer: Option<Answer>,
    facts: Vec<(String, Json, Result<Json>)>,
    predictions: Vec<Prediction>,
    files: BTreeMap<String, LocalFile>,
    host: Json,
    inventory: Json,
    globals: Json,
    secrets: Vec<Vec<u8>>,
    temp_path: String,
    asked: Vec<FactRequest>,
    log: Vec<(String, String)>,
}

impl Default for TestHost {
    fn default() -> Self {
        Self {
            answer: None,
            facts: Vec::new(),
            predictions: Vec::new(),
            files: BTreeMap::new(),
            host: json!({"name": "host", "groups": [], "data": {}}),
            inventory: json!({"groups": {}, "hosts": {}}),
            globals: json!({}),
            secrets: Vec::new(),
            temp_path: "/tmp/windlass/temp".to_owned(),
            asked: Vec::new(),
            log: Vec::new(),
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<TestHost>> = const { RefCell::new(None) };
}

impl TestHost {
    /// A host that knows nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers a fact with these arguments.
    #[must_use]
    pub fn fact(mut self, fact: &str, args: Json, value: impl Into<Json>) -> Self {
        self.facts
            .push((fact.to_owned(), canonical_args(&args), Ok(value.into())));
        self
    }

    /// Gives an error for a fact with these arguments.
    #[must_use]
    pub fn fact_error(mut self, fact: &str, args: Json, error: Error) -> Self {
        self.facts
            .push((fact.to_owned(), canonical_args(&args), Err(error)));
        self
    }

    /// Answers facts that are not listed with code: what a real shell gives, say. It gets requests for whole values.
    #[must_use]
    pub fn answer_with(mut self, answer: impl Fn(&FactRequest) -> Result<Json> + 'static) -> Self {
        self.answer = Some(Rc::new(answer));
        self
    }

    /// Has a file on the controller.
    #[must_use]
    pub fn file(mut self, path: impl Into<String>, file: LocalFile) -> Self {
        self.files.insert(path.into(), file);
        self
    }

    /// Has data, under its key.
    #[must_use]
    pub fn data(mut self, key: &str, value: impl Into<Json>) -> Self {
        set_pointer(&mut self.host, &format!("/data/{key}"), value.into());
        self
    }

    /// Has a global argument, by public name.
    #[must_use]
    pub fn global(mut self, name: &str, value: impl Into<Json>) -> Self {
        set_pointer(&mut self.globals, &format!("/{name}"), value.into());
        self
    }

    /// Has a secret more; the first is secret 0.
    #[must_use]
    pub fn secret(mut self, value: impl Into<Vec<u8>>) -> Self {
        self.secrets.push(value.into());
        self
    }

    /// Gives this path for temporary files.
    #[must_use]
    pub fn with_temp_path(mut self, path: impl Into<String>) -> Self {
        self.temp_path = path.into();
        self
    }

    /// Runs code against this host.
    pub fn run<R>(&mut self, code: impl FnOnce() -> R) -> R {
        CURRENT.with_borrow_mut(|current| *current = Some(self.clone()));
        let result = code();
        if let Some(after) = CURRENT.take() {
            *self = after;
        }
        result
    }

    /// Lays what a plan's steps change over the facts, as a dry run does.
    pub fn apply(&mut self, plan: &Plan) {
        self.predictions.extend(
            plan.steps
                .iter()
                .flat_map(|step| step.predictions.iter().cloned()),
        );
    }

    /// What was asked so far, in order.
    #[must_use]
    pub fn asked(&self) -> &[FactRequest] {
        &self.asked
    }

    /// What was logged so far: level and message.
    #[must_use]
    pub fn log(&self) -> &[(String, String)] {
        &self.log
    }

    /// What was listed for a request, else the code that answers it.
    fn listed(&mut self, request: &FactRequest) -> (Option<Result<Json>>, Option<Answer>) {
        self.asked.push(request.clone());
        let args = canonical_args(&request.args);
        let listed = self
            .facts
            .iter()
            .find(|(fact, of, _)| *fact == request.fact && *of == args);
        (
            listed.map(|(_, _, answer)| answer.clone()),
            self.answer.clone(),
        )
    }

    fn overlay(&self, request: &FactRequest, observed: Option<Result<Json>>) -> Result<Json> {
        let mut value = observed.transpose()?;
        let mut unknown: Vec<&str> = Vec::new();
        for prediction in self
            .predictions
            .iter()
            .filter(|prediction| concerns(prediction, request))
        {
            unknown.retain(|pointer| !pointer.starts_with(prediction.at.as_str()));
            match &prediction.value {
                Some(predicted) => set_pointer(
                    value.get_or_insert(Json::Null),
                    &prediction.at,
                    predicted.clone(),
                ),
                None => unknown.push(&prediction.at),
            }
        }
        let wanted = |pointer: &str| {
            request.select.is_empty() || request.select.iter().any(|part| overlaps(part, pointer))
        };
        if unknown.iter().any(|pointer| wanted(pointer)) {
            return Err(Error::new(
                ErrorKind::UnknownYet,
                format!("{} is known at execution only", request.fact),
            ));
        }
        let value = value.ok_or_else(|| {
            Error::new(
                ErrorKind::MissingFact,
                format!("the test did not list {} {}", request.fact, request.args),
            )
        })?;
        Ok(select_parts(value, &request.select))
    }
}

fn concerns(prediction: &Prediction, request: &FactRequest) -> bool {
    prediction.fact == request.fact
        && if prediction.partial {
            contains_args(&request.args, &prediction.args)
        } else {
            canonical_args(&request.args) == canonical_args(&prediction.args)
        }
}

fn with<R>(code: impl FnOnce(&mut TestHost) -> R) -> R {
    CURRENT.with_borrow_mut(|current| code(current.get_or_insert_with(TestHost::default)))
}

pub(crate) fn fact(request: &FactRequest) -> Result<Json> {
    let (listed, answer) = with(|host| host.listed(request));
    // The code may ask this host in turn, so nothing is borrowed while it runs.
    let whole = FactRequest {
        select: Vec::new(),
        ..request.clone()
    };
    let observed = listed.or_else(|| answer.map(|answer| answer(&whole)));
    with(|host| host.overlay(request, observed))
}

pub(crate) fn facts(requests: &[FactRequest]) -> Vec<Result<Json>> {
    requests.iter().map(fact).collect()
}

pub(crate) fn host(pointer: &str) -> Option<Json> {
    with(|host| host.host.pointer(pointer).cloned())
}

pub(crate) fn inventory(pointer: &str) -> Option<Json> {
    with(|host| host.inventory.pointer(pointer).cloned())
}

pub(crate) fn global(name: &str) -> Option<Json> {
    with(|host| host.globals.get(name).cloned())
}

pub(crate) fn temp_path(_key: &str) -> String {
    with(|host| host.temp_path.clone())
}

fn file(path: &str) -> Result<LocalFile> {
    let missing = || Error::new(ErrorKind::Io, format!("no such file: {path}"));
    with(|host| host.files.get(path).cloned()).ok_or_else(missing)
}

pub(crate) fn stat(path: &str) -> Result<Option<Entry>> {
    Ok(file(path).ok().map(|file| file.entry))
}

pub(crate) fn times(path: &str) -> Result<(i64, i64)> {
    file(path).map(|file| file.times)
}

pub(crate) fn digest(path: &str, algorithm: &str) -> Result<String> {
    digest_bytes(algorithm, &file(path)?.content).ok_or_else(|| unknown_algorithm(algorithm))
}

pub(crate) fn walk(path: &str) -> Result<Vec<(String, Entry)>> {
    let folder = format!("{}/", path.trim_end_matches('/'));
    let below = |(path, file): (&String, &LocalFile)| {
        Some((path.strip_prefix(&folder)?.to_owned(), file.entry.clone()))
    };
    Ok(with(|host| host.files.iter().filter_map(below).collect()))
}

pub(crate) fn read(path: &str, offset: u64, limit: u32) -> Result<Vec<u8>> {
    let content = file(path)?.content;
    Ok(content
        .into_iter()
        .skip(usize::try_from(offset).unwrap_or(usize::MAX))
        .take(limit as usize)
        .collect())
}

pub(crate) fn matches(content: &[Atom], algorithm: &str, digest: &str) -> Result<bool> {
    let mut bytes = Vec::new();
    for atom in content {
        match atom {
            Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Atom::Bytes(more) => bytes.extend_from_slice(more),
            Atom::Secret { secret, .. } => bytes.extend(secret_value(*secret)?),
        }
    }
    let found = digest_bytes(algorithm, &bytes).ok_or_else(|| unknown_algorithm(algorithm))?;
    Ok(found == digest)
}

pub(crate) fn is_empty(secret: u32) -> Result<bool> {
    secret_value(secret).map(|value| value.is_empty())
}

fn secret_value(secret: u32) -> Result<Vec<u8>> {
    let none = || {
        Error::new(
            ErrorKind::Secret,
            format!("the call has no secret {secret}"),
        )
    };
    with(|host| host.secrets.get(secret as usize).cloned()).ok_or_else(none)
}

fn unknown_algorithm(algorithm: &str) -> Error {
    Error::invalid_value(format!(
        "unknown digest `{algorithm}`: use md5, sha1, sha256 or sha384"
    ))
}

pub(crate) fn write_log(level: &str, message: &str) {
    with(|host| host.log.push((level.to_owned(), message.to_owned())));
}
