//! The journal of a run: what it holds at any moment, and that each line can be read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value as Json, json};
use windlass_engine::config::Config;
use windlass_engine::connect::connect_all;
use windlass_engine::deploy::{DeployFunction, HostContext, OperationCall};
use windlass_engine::events::{Event, Observer};
use windlass_engine::execute::{Strategy, run_ops};
use windlass_engine::fakes::{FakeHosts, NoLocalFiles, keyed_files};
use windlass_engine::inventory::Inventory;
use windlass_engine::journal::Journal;
use windlass_engine::place::Place;
use windlass_engine::prepare::prepare;
use windlass_engine::secrets::SecretStore;
use windlass_engine::state::{Setup, State};

/// Looks, whenever something was done or is about to be, whether the file has it.
struct Reader {
    path: Utf8PathBuf,
    seen: Mutex<Vec<String>>,
}

impl Observer for Reader {
    fn on_event(&self, _: &State, event: &Event) {
        let name = serde_json::to_value(event).unwrap()["event"].clone();
        if let Event::OperationHostStart { .. }
        | Event::OperationHostSuccess { .. }
        | Event::RunEnd { .. } = event
        {
            let text = std::fs::read_to_string(&self.path).unwrap();
            let last: Json = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            assert_eq!(last["event"], name);
            self.seen
                .lock()
                .unwrap()
                .push(name.as_str().unwrap().to_owned());
        }
    }
}

fn state() -> State {
    let none: [(&str, Json); 0] = [];
    let inventory = Inventory::builder().group("all_hosts", ["a"], none);
    State::new(Setup {
        inventory: inventory.build(),
        config: Config::default(),
        plugins: Arc::new(keyed_files()),
        connectors: Arc::new(FakeHosts::default()),
        local_files: Arc::new(|_, _| Arc::new(NoLocalFiles)),
        secrets: SecretStore::default(),
        folder: ".".into(),
        limit: None,
        policy: None,
    })
    .unwrap()
}

#[tokio::test]
async fn what_was_done_is_in_the_file_before_the_run_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let folder = Utf8Path::from_path(folder.path()).unwrap();
    let state = state();
    let journal = Arc::new(Journal::begin(folder, "apply").unwrap());
    let path = journal.path().to_owned();
    state.add_observer(journal.clone());
    let reader = Arc::new(Reader {
        path: path.clone(),
        seen: Mutex::default(),
    });
    state.add_observer(reader.clone());
    let deploy = DeployFunction::shared("deploy", ".", |host: &HostContext| {
        for line in 1..=2 {
            let named = json!({"path": format!("f{line}"), "content": "x"});
            let named = named.as_object().unwrap().clone();
            let place = Place::at("deploy.star", line);
            host.add(OperationCall::new("fake.file", named, place))?;
        }
        Ok(())
    });
    connect_all(&state).await.unwrap();
    prepare(&state, &[deploy]).await.unwrap();
    run_ops(&state, Strategy::Barrier).await.unwrap();
    let seen = reader.seen.lock().unwrap().clone();
    let done = |name: &str| seen.iter().filter(|seen| *seen == name).count();
    assert_eq!(done("operation-host-success"), 2, "{seen:?}");
    assert_eq!(done("operation-host-start"), 2, "{seen:?}");
    let text = std::fs::read_to_string(&path).unwrap();
    let lines: Vec<Json> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().all(|line| line["time"].is_string()));
    let planned = |line: &&Json| line["event"] == "operation-planned";
    assert_eq!(lines.iter().filter(planned).count(), 2);
}
