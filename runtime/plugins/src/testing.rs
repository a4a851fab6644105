//! A view with fixed answers, and hosts with test guests, for this crate's tests.
#![allow(clippy::panic)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use windlass_engine::contract::{Atom, FactRequest};
use windlass_engine::json::Json;
use windlass_engine::local_files::{LocalFiles, Readable};
use windlass_engine::plugins::{ErrorKind, GuestError, PlanningView};

use crate::local::local_files;
use crate::{CodeCache, Host, Limits, Pack, PackComponent};

/// Fixed answers; everything else is not there.
#[derive(Default)]
pub(crate) struct Answers {
    globals: BTreeMap<String, Json>,
    facts: BTreeMap<String, Json>,
    delay: Duration,
    files: Option<Arc<dyn LocalFiles>>,
    /// What was logged: level and message.
    pub(crate) log: Mutex<Vec<(String, String)>>,
    /// The component that logged last.
    pub(crate) logger: Mutex<String>,
    /// How many questions were asked.
    pub(crate) asked: AtomicU32,
}

impl Answers {
    pub(crate) fn globals(mut self, globals: &[(&str, Json)]) -> Self {
        let globals = globals.iter();
        self.globals
            .extend(globals.map(|(name, value)| ((*name).to_owned(), value.clone())));
        self
    }

    pub(crate) fn fact(mut self, name: &str, value: Json) -> Self {
        self.facts.insert(name.to_owned(), value);
        self
    }

    /// How long facts take.
    pub(crate) fn delay(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(crate) fn files(mut self, files: Arc<dyn LocalFiles>) -> Self {
        self.files = Some(files);
        self
    }

    pub(crate) fn view(self) -> Arc<dyn PlanningView> {
        Arc::new(self)
    }

    fn count(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl PlanningView for Answers {
    async fn facts(&self, requests: Vec<FactRequest>) -> Vec<Result<Json, GuestError>> {
        self.count();
        let answer = |request: FactRequest| {
            let missing = || GuestError::new(ErrorKind::MissingFact, "not there");
            self.facts.get(&request.fact).cloned().ok_or_else(missing)
        };
        tokio::time::sleep(self.delay).await;
        requests.into_iter().map(answer).collect()
    }

    fn host(&self, _pointer: &str) -> Option<Json> {
        self.count();
        None
    }

    fn inventory(&self, _pointer: &str) -> Option<Json> {
        self.count();
        None
    }

    fn global(&self, name: &str) -> Option<Json> {
        self.count();
        self.globals.get(name).cloned()
    }

    fn temp_path(&self, key: &str) -> String {
        self.count();
        format!("/tmp/{key}")
    }

    fn local_files(&self) -> Arc<dyn LocalFiles> {
        let none = || local_files("/".into(), &Readable::default());
        self.files.clone().unwrap_or_else(none)
    }

    fn matches(&self, _: &[Atom], _: &str, _: &str) -> Result<bool, GuestError> {
        self.count();
        Ok(false)
    }

    fn is_empty(&self, _: u32) -> Result<bool, GuestError> {
        self.count();
        Ok(false)
    }

    fn log(&self, component: &str, level: &str, message: &str) {
        let mut logger = self.logger.lock().unwrap_or_else(PoisonError::into_inner);
        component.clone_into(&mut logger);
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.push((level.to_owned(), message.to_owned()));
    }
}

/// Guests of `tests/guests`, as a pack.
pub(crate) fn guests(names: &[&str]) -> Pack {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"),
        PathBuf::from,
    );
    let components = names.iter().map(|name| {
        let path = target.join("test-guests").join(format!("{name}.wasm"));
        let bytes = std::fs::read(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; run `cargo xtask plugins`", path.display())
        });
        PackComponent::new(format!("{name}.wasm"), bytes)
    });
    Pack::new("test", "1.0.0", components.collect())
}

/// A host with guests, and limits; compiled code is kept nowhere.
pub(crate) async fn host_with(names: &[&str], limits: Limits) -> Arc<Host> {
    let builder = Host::builder().cache(CodeCache::Off).limits(limits);
    let built = builder.load(guests(names)).build().await;
    built.unwrap_or_else(|error| panic!("{error}"))
}

/// A host with guests and the default limits.
pub(crate) async fn host(names: &[&str]) -> Arc<Host> {
    host_with(names, Limits::default()).await
}
