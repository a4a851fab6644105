//! A host that answers what a case lists, and keeps what it was asked and told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use camino::Utf8Path;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use windlass_engine::contract::{Atom, FactRequest};
use windlass_engine::facts::select;
use windlass_engine::local_files::{LocalFiles, Readable};
use windlass_engine::plugins::{ErrorKind, GuestError, PlanningView};

/// A fact that the host answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listed {
    fact: String,
    args: Json,
    #[serde(default)]
    value: Json,
    /// It is known at execution only.
    #[serde(default)]
    unknown: bool,
}

#[derive(Debug)]
pub(crate) struct Answers {
    facts: Vec<Listed>,
    folder: TempDir,
    files: Vec<String>,
    secrets: Mutex<Vec<String>>,
    asked: Mutex<Vec<Vec<FactRequest>>>,
    logged: Mutex<Vec<(String, String)>>,
}

impl Answers {
    pub(crate) fn new(facts: &[Listed], files: &BTreeMap<String, String>) -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        // A file is named by itself, or with the folder that it lies in.
        let named = files.keys().map(|path| path.split('/').next().unwrap());
        Arc::new(Self {
            facts: facts.to_vec(),
            folder,
            files: named.chain(["none.txt"]).map(str::to_owned).collect(),
            secrets: Mutex::default(),
            asked: Mutex::default(),
            logged: Mutex::default(),
        })
    }

    pub(crate) fn secrets_are(&self, secrets: impl Iterator<Item = String>) {
        *self.secrets.lock().unwrap() = secrets.collect();
    }

    /// What was asked, a list for each time, and what was logged.
    pub(crate) fn seen(&self) -> (Vec<Vec<FactRequest>>, Vec<(String, String)>) {
        (
            self.asked.lock().unwrap().clone(),
            self.logged.lock().unwrap().clone(),
        )
    }

    fn answer(&self, request: &FactRequest) -> Result<Json, GuestError> {
        let listed = |one: &&Listed| one.fact == request.fact && one.args == request.args;
        match self.facts.iter().find(listed) {
            Some(one) if one.unknown => Err(GuestError::new(
                ErrorKind::UnknownYet,
                "decided at execution",
            )),
            Some(one) => Ok(select(one.value.clone(), &request.select)),
            None => Err(GuestError::new(
                ErrorKind::MissingFact,
                "the case does not list it",
            )),
        }
    }
}

#[async_trait]
impl PlanningView for Answers {
    async fn facts(&self, requests: Vec<FactRequest>) -> Vec<Result<Json, GuestError>> {
        self.asked.lock().unwrap().push(requests.clone());
        requests
            .iter()
            .map(|request| self.answer(request))
            .collect()
    }

    fn host(&self, pointer: &str) -> Option<Json> {
        json!({"name": "web-1", "groups": ["web"], "data": {}})
            .pointer(pointer)
            .cloned()
    }

    fn inventory(&self, pointer: &str) -> Option<Json> {
        json!({"groups": {"web": ["web-1", "web 2"]}, "hosts": {}})
            .pointer(pointer)
            .cloned()
    }

    fn global(&self, name: &str) -> Option<Json> {
        let globals = json!({"_sudo_user": "root", "_timestamp": "20260101T000000Z"});
        globals.get(name).cloned()
    }

    fn temp_path(&self, key: &str) -> String {
        format!("/tmp/private/{key}")
    }

    fn local_files(&self) -> Arc<dyn LocalFiles> {
        let folder = Utf8Path::from_path(self.folder.path()).unwrap();
        windlass_plugins::local_files(folder, &Readable::named(&self.files))
    }

    fn matches(&self, _: &[Atom], _: &str, _: &str) -> Result<bool, GuestError> {
        Ok(false)
    }

    fn is_empty(&self, secret: u32) -> Result<bool, GuestError> {
        Ok(self.secrets.lock().unwrap()[secret as usize].is_empty())
    }

    fn log(&self, _component: &str, level: &str, message: &str) {
        self.logged
            .lock()
            .unwrap()
            .push((level.to_owned(), message.to_owned()));
    }
}
