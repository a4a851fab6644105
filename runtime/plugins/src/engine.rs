//! The wasmtime engine: its settings, and the clock that tells guests to let go.

use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine};

use crate::error::LoadError;

/// How long a guest runs before it yields to others; the unit of its running time.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// The target that this crate is compiled for.
const TARGET: &str = env!("WINDLASS_TARGET");

/// What code is compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Processor {
    /// The one of this machine, with all it can do.
    This,
    /// Every one of this target: for code that is shipped.
    Baseline,
}

/// An engine. Its clock ends with it.
pub(crate) fn engine(processor: Processor) -> Result<Engine, LoadError> {
    let failed = |error: wasmtime::Error| LoadError::Runtime(format!("{error:#}"));
    let mut config = Config::new();
    config.epoch_interruption(true);
    if processor == Processor::Baseline {
        config.target(TARGET).map_err(failed)?;
    }
    let engine = Engine::new(&config).map_err(failed)?;
    start_clock(&engine)?;
    Ok(engine)
}

fn start_clock(engine: &Engine) -> Result<(), LoadError> {
    let engine = engine.weak();
    thread::Builder::new()
        .name(String::from("guest-clock"))
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map(|_| ())
        .map_err(|error| LoadError::Runtime(error.to_string()))
}
