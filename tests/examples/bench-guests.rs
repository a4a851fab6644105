//! What calling a guest costs, in each language that has an SDK. `cargo xtask bench` calls it.
//!
//! The conformance pack is built in each language with the compilers that are here, opened, and called: each call with
//! other arguments, so that none is answered from what is remembered. Then the same calls in turns, with
//! code that counts its fuel and with code that does not. Prints a line of JSON a language; one whose compiler is
//! missing has `missing` in it.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use async_trait::async_trait;
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::{Value as Json, json};
use windlass_engine::capability::Capabilities;
use windlass_engine::contract::{Atom, FactRequest, Role};
use windlass_engine::local_files::{LocalFiles, Readable};
use windlass_engine::plugins::{GuestError, PlanningView, Plugins};
use windlass_engine::secrets::SecretStore;
use windlass_packs::languages::{LanguageError, Source, compile};
use windlass_packs::manifest::Language;
use windlass_plugins::{CodeCache, Host, Limits, Pack, PackComponent};
use windlass_tests::guest;

/// Calls whose median counts, and those before them, which make everything warm.
const CALLS: usize = 400;
const WARM: usize = 50;

/// The next call's number, which is in its arguments.
static NUMBER: AtomicUsize = AtomicUsize::new(1);

/// A host that knows nothing: the calls here ask nothing.
struct Nothing;

#[async_trait]
impl PlanningView for Nothing {
    async fn facts(&self, requests: Vec<FactRequest>) -> Vec<Result<Json, GuestError>> {
        requests.iter().map(|_| Ok(Json::Null)).collect()
    }

    fn host(&self, _: &str) -> Option<Json> {
        None
    }

    fn inventory(&self, _: &str) -> Option<Json> {
        None
    }

    fn global(&self, _: &str) -> Option<Json> {
        None
    }

    fn temp_path(&self, key: &str) -> String {
        format!("/tmp/{key}")
    }

    fn local_files(&self) -> Arc<dyn LocalFiles> {
        windlass_plugins::local_files(Utf8Path::new("."), &Readable::default())
    }

    fn matches(&self, _: &[Atom], _: &str, _: &str) -> Result<bool, GuestError> {
        Ok(false)
    }

    fn is_empty(&self, _: u32) -> Result<bool, GuestError> {
        Ok(false)
    }

    fn log(&self, _: &str, _: &str, _: &str) {}
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The conformance pack's component.
fn component(language: Language) -> Result<Vec<u8>, LanguageError> {
    let entry = match language {
        Language::Rust => return Ok(std::fs::read(guest("rust")).expect("a built guest")),
        Language::Python => "python/example.py",
        Language::Js => "js/example.js",
        Language::C => "c/pack/example.c",
    };
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| repository().join("target"), PathBuf::from);
    let folder = Utf8PathBuf::from_path_buf(target.join("tools")).expect("a path in UTF-8");
    let entry = repository().join("sdk/conformance").join(entry);
    let made = compile(&Source {
        language,
        folder: &folder,
        entry: &Utf8PathBuf::from_path_buf(entry).expect("a path in UTF-8"),
        role: Role::Planning,
        capabilities: &Capabilities::default(),
    });
    made.map(|made| made.expect("only Rust is built by others"))
}

async fn open(component: &[u8], cache: &Path, limits: Limits) -> Arc<Host> {
    let part = PackComponent::new("example.wasm", component.to_vec());
    let host = Host::builder()
        .limits(limits)
        .cache(CodeCache::Folder(cache.to_owned()))
        .load(Pack::new("bench", "1.0.0", vec![part]))
        .build()
        .await;
    host.expect("a host")
}

/// The median, in microseconds.
fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Asks for a fact's command: the smallest call there is.
async fn ask(host: &Host, number: usize, view: Arc<dyn PlanningView>) {
    let request = [json!({"path": format!("/etc/{number}")})];
    let origin = host.source("example.Settings", &request, view).await;
    origin.expect("a fact's command");
}

/// Plans an operation of two steps.
async fn plan(host: &Host, number: usize, view: Arc<dyn PlanningView>) {
    let secrets = SecretStore::default();
    let args = json!({"name": format!("bob{number}"), "password": "plain", "shells": "sh"});
    let args = args.as_object().cloned().unwrap_or_default();
    let args = args.into_iter().collect();
    let bound = host.bind_operation("example.account", Vec::new(), args, &secrets);
    let bound = bound.expect("arguments that fit");
    let planned = host.plan("example.account", &bound.args, view).await;
    planned.expect("a plan");
}

async fn measure(component: &[u8]) -> Json {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("code");
    let view: Arc<dyn PlanningView> = Arc::new(Nothing);
    let begun = Instant::now();
    let host = open(component, &cache, Limits::default()).await;
    ask(&host, 0, view.clone()).await;
    let compiled = begun.elapsed();
    drop(host);
    let begun = Instant::now();
    let host = open(component, &cache, Limits::default()).await;
    ask(&host, 0, view.clone()).await;
    let opened = begun.elapsed();
    let [times] = in_turns([&host]).await;
    let fuel = Limits {
        fuel: Some(u64::MAX),
        ..Limits::default()
    };
    let counting = open(component, &cache, fuel).await;
    let [plain, counting] = in_turns([&host, &counting]).await;
    json!({
        "size_kb": component.len() / 1024,
        "compile_ms": compiled.as_secs_f64() * 1000.0,
        "open_ms": opened.as_secs_f64() * 1000.0,
        "call": times,
        "in_turns": {"plain": plain, "counting": counting},
    })
}

/// Calls each host in turn, again and again, and gives for each the medians in microseconds.
async fn in_turns<const N: usize>(hosts: [&Host; N]) -> [Json; N] {
    let view: Arc<dyn PlanningView> = Arc::new(Nothing);
    let mut times = hosts.map(|_| (Vec::new(), Vec::new()));
    for _ in 1..=CALLS + WARM {
        // What a host remembers goes by its arguments: nobody had these.
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        for (host, (asked, planned)) in hosts.iter().zip(&mut times) {
            let begun = Instant::now();
            ask(host, number, view.clone()).await;
            let between = Instant::now();
            plan(host, number, view.clone()).await;
            planned.push(between.elapsed().as_secs_f64() * 1e6);
            asked.push((between - begun).as_secs_f64() * 1e6);
        }
    }
    times.map(|(asked, planned)| {
        let warm = |times: Vec<f64>| median(times.into_iter().skip(WARM).collect());
        json!({"ask_us": warm(asked), "plan_us": warm(planned)})
    })
}

#[tokio::main]
async fn main() {
    for language in Language::ALL {
        let mut line = match component(language) {
            Ok(component) => measure(&component).await,
            Err(error @ LanguageError::MissingTool { .. }) => json!({"missing": error.to_string()}),
            Err(error) => panic!("{error}"),
        };
        line["language"] = json!(language.as_str());
        println!("{line}");
    }
}
