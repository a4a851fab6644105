//! An observer: it counts what a run changes, and what fails.

use std::cell::Cell;

use serde_json::Value;
use windlass_sdk::log;
use windlass_sdk::observer::Observer;

struct Counter;

windlass_sdk::export_observer!(Counter);

thread_local! {
    static CHANGED: Cell<u32> = const { Cell::new(0) };
    static FAILED: Cell<u32> = const { Cell::new(0) };
}

impl Observer for Counter {
    fn on_event(event: Value) {
        match event["event"].as_str() {
            Some("operation-host-success") if event["changed"] == true => {
                CHANGED.set(CHANGED.get() + 1);
            }
            Some("operation-host-error") => FAILED.set(FAILED.get() + 1),
            Some("run-end") => {
                let count = format!("{} changed, {} failed", CHANGED.get(), FAILED.get());
                match FAILED.get() {
                    0 => log::info(&count),
                    _ => log::warning(&count),
                }
            }
            _ => {}
        }
    }
}
