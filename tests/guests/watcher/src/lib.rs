//! An observer: it logs the names of events as warnings, and fails at an operation that is called `fail`.

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
        let heard = HEARD.get() + 1;
        HEARD.set(heard);
        let name = event["event"].as_str().unwrap_or_default();
        log::warning(&format!("{heard} {name}"));
        if event["name"] == "fail" {
            core::arch::wasm32::unreachable()
        }
    }
}
