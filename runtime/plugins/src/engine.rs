//! The wasmtime engine: its settings, and the clock that tells guests to let go.

use std::thread;
use std::time::Duration;

use wasmtime::{Config, Enabled, Engine, PoolingAllocationConfig};

use crate::error::LoadError;
use crate::limits::Limits;

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

/// Whether code counts the fuel that it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// It does not, which is faster.
    No,
    /// It does.
    Fuel,
}

/// How many guests have a place: those that run, and those that keep theirs while they wait.
const PLACES: u32 = 24;

/// How many guests keep their place and memory while they wait for an answer. Others leave, and begin anew when the
/// answer is there: they are pure.
pub(crate) const PATIENT: usize = 12;

/// Tables of a component that fits a place. Components have one for calls, and one for the functions they import.
const TABLES: u32 = 4;

/// Bytes of memory that a place keeps between guests: what most operations write.
const RESIDENT: usize = 512 << 10;

/// Address space and pages for guests, kept ready.
pub(crate) struct Places {
    memory: usize,
    table_entries: usize,
    instances: u32,
}

impl Places {
    /// Places that hold what a guest within these limits may use. A guest that has more memories or tables than most
    /// fits none.
    pub(crate) fn within(limits: &Limits) -> Self {
        Self {
            memory: limits.memory,
            table_entries: limits.table_entries,
            instances: u32::try_from(limits.instances).unwrap_or(u32::MAX),
        }
    }

    /// How many guests have a place at once.
    pub(crate) fn count(&self) -> usize {
        PLACES as usize
    }

    fn config(&self) -> PoolingAllocationConfig {
        let mut config = PoolingAllocationConfig::default();
        config
            .total_component_instances(PLACES)
            .total_core_instances(PLACES.saturating_mul(self.instances))
            .max_core_instances_per_component(self.instances)
            .total_memories(PLACES)
            .max_memories_per_component(1)
            .max_memory_size(self.memory)
            .total_tables(PLACES * TABLES)
            .max_tables_per_component(TABLES)
            .table_elements(self.table_entries)
            .total_stacks(PLACES)
            .max_unused_warm_slots(PLACES)
            .linear_memory_keep_resident(RESIDENT)
            .table_keep_resident(RESIDENT);
        if PoolingAllocationConfig::is_pagemap_scan_available() {
            config.pagemap_scan(Enabled::Yes);
        }
        config
    }
}

/// An engine, with places or without. Its clock ends with it.
pub(crate) fn engine(
    processor: Processor,
    counting: Counting,
    places: Option<&Places>,
) -> Result<Engine, LoadError> {
    let failed = |error: wasmtime::Error| LoadError::Runtime(format!("{error:#}"));
    let mut config = Config::new();
    config.epoch_interruption(true);
    config.consume_fuel(counting == Counting::Fuel);
    if processor == Processor::Baseline {
        config.target(TARGET).map_err(failed)?;
    }
    if let Some(places) = places {
        config.allocation_strategy(places.config());
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
