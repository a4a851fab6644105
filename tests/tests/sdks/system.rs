//! What packs find where they ask the system that their language takes for granted: constants, and never the end of a
//! call. And what comes of their faults: errors that say what is wrong.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::{RawOutput, Role};
use windlass_engine::plugins::{PluginError, Plugins};
use windlass_plugins::{CodeCache, Host, Pack, PackComponent};
use windlass_tests::{Missing, or_skip};

use crate::components::{Language, build};
use crate::view::Answers;

/// One pack of the suite, loaded, and what its calls wait in.
pub(crate) struct System(pub(crate) Arc<Host>, pub(crate) tokio::runtime::Runtime);

impl System {
    fn in_language(language: Language) -> Result<Self, Missing> {
        Self::of(language, "system")
    }

    pub(crate) fn of(language: Language, name: &str) -> Result<Self, Missing> {
        let component = build(language, name, Role::Planning, &Capabilities::default())?;
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let part = PackComponent::new("part.wasm", component);
        let pack = Pack::new(name, "1.0.0", vec![part]);
        let host = runtime.block_on(Host::builder().cache(CodeCache::Off).load(pack).build());
        Ok(Self(host.unwrap(), runtime))
    }

    pub(crate) fn view() -> Arc<Answers> {
        Answers::new(&[], &Default::default())
    }

    /// What the operation `look` notes, and what was logged.
    fn look(&self) -> (Vec<String>, Vec<(String, String)>) {
        let view = Self::view();
        let args = json!({});
        let planned = self.0.plan("system.look", &args, view.clone());
        let planned = self.1.block_on(planned).unwrap();
        let planned = serde_json::to_value(planned.as_ref()).unwrap();
        let notes = serde_json::from_value(planned["notes"].clone()).unwrap();
        (notes, view.seen().1)
    }

    /// The message with which the operation `fail` fails.
    fn fails(&self, how: &str) -> String {
        let args = json!({"how": how});
        let planned = self.0.plan("system.fail", &args, Self::view());
        message(self.1.block_on(planned).map(|_| Json::Null))
    }

    fn fact_fails(&self) -> String {
        let output = RawOutput {
            status: 0,
            stdout: b"output".to_vec(),
            stderr: Vec::new(),
            values: Vec::new(),
        };
        let args = [json!({})];
        let parsed = self.0.parse("system.Broken", &args, output, Self::view());
        message(self.1.block_on(parsed).map(Json::from))
    }
}

fn message(result: Result<Json, PluginError>) -> String {
    match result {
        Err(PluginError::Guest(error)) => error.message,
        Err(PluginError::Trap { report, .. }) => report,
        other => panic!("no error of the guest: {other:?}"),
    }
}

/// Looks, and fails in each of these ways. What is noted is the same in every component made of the source.
fn asked(language: Language, faults: &[(&str, &str)]) -> Result<Vec<String>, Missing> {
    let system = System::in_language(language)?;
    let looked = system.look();
    for (how, says) in faults {
        let message = system.fails(how);
        assert!(message.contains(says), "{how}: {message}");
    }
    let message = system.fact_fails();
    assert!(message.contains("Error: "), "{message}");
    assert_eq!(looked, System::in_language(language)?.look());
    Ok(looked.0)
}

#[test]
fn python_asks_the_system() {
    let faults = [
        ("throw", "KeyError: 'missing'"),
        ("recursion", "RecursionError: "),
        ("nested", "its calls are nested too deeply"),
        ("exit", "SystemExit: 3"),
    ];
    let notes = or_skip!(asked(Language::Python, &faults));
    assert_eq!(
        notes[..4],
        [
            "time 0, 1970",
            "environment None, arguments 0",
            "reading: No such file or directory",
            "writing: No such file or directory"
        ]
    );
    // What the pack loaded, and not what the call makes; what calls go through, and not what none did.
    assert_eq!(
        notes[6..],
        ["immortal: True, True, False", "adapted: True, False"]
    );
}

#[test]
fn javascript_asks_the_system() {
    let faults = [
        ("throw", "TypeError: "),
        ("text", "only text"),
        (
            "recursion",
            "RangeError: Maximum call stack size exceeded (system.js:",
        ),
        // What QuickJS does by itself takes more of the host's stack than of its own.
        ("nested", "its calls are nested too deeply"),
    ];
    let notes = or_skip!(asked(Language::JavaScript, &faults));
    assert_eq!(notes[0], "time 0, 1970");
}

#[test]
fn c_asks_the_system() {
    let system = or_skip!(System::in_language(Language::C));
    let looked = system.look();
    assert_eq!(
        looked.0[..4],
        [
            "time 0",
            "environment None",
            "reading: No such file or directory",
            "writing: No such file or directory"
        ]
    );
    assert_eq!(looked, or_skip!(System::in_language(Language::C)).look());
}
