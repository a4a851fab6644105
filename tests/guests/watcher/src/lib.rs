//! An observer: it counts events and says at the end how many there were; it fails at an operation called `fail`.

use std::cell::Cell;

use serde_json::Value;
use windlass_sdk::log;
use windlass_sdk::observer::Observer;

struct Watcher;

windlass_sdk::export_observer!(Watcher);

thread_local! {
    static HEARD: Cell<u32> = const { Cell::new(0) };
}

impl Observer for Watcher {
    fn on_event(event: Value) {
        let name = event["event"].as_str().unwrap_or_default();
        if name.starts_with("operation-host-") {
            HEARD.set(HEARD.get() + 1);
            log::warning(&format!("{} {name}", HEARD.get()));
        }
        match event["name"].as_str() {
            Some("fail") => core::arch::wasm32::unreachable(),
            Some("spin") => loop {
                std::hint::black_box(name);
            },
            _ => {}
        }
    }
}
