//! What a guest has used so far, and the store that holds it to its limits. The same for every role.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::{Engine, ResourceLimiter, Store, Trap, UpdateDeadline};

use crate::engine::TICK;
use crate::limits::{Exceeded, Limits};

/// A guest's state that has a meter.
pub(crate) trait Metered: Send + 'static {
    /// Its meter.
    fn meter(&mut self) -> &mut Meter;
}

/// Counts what a guest uses.
pub(crate) struct Meter {
    limits: Arc<Limits>,
    calls: u32,
    ran: Duration,
    /// When it began to run, or was last looked at while it ran.
    since: Instant,
    memory: usize,
    table_entries: usize,
    log_lines: usize,
    log_bytes: usize,
}

impl Meter {
    pub(crate) fn new(limits: &Arc<Limits>) -> Self {
        Self {
            limits: limits.clone(),
            calls: 0,
            ran: Duration::ZERO,
            since: Instant::now(),
            memory: 0,
            table_entries: 0,
            log_lines: 0,
            log_bytes: 0,
        }
    }

    pub(crate) fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Sets back what counts for one call; what it holds stays counted.
    fn next_call(&mut self) {
        self.calls = 0;
        self.log_lines = 0;
        self.log_bytes = 0;
        self.ran = Duration::ZERO;
        self.since = Instant::now();
    }

    /// Adds the time since it was last looked at, and gives it. A guest that runs is looked at every tick, so what is
    /// longer was spent waiting for a free processor and does not count.
    pub(crate) fn charge(&mut self) -> Duration {
        let ran = self.since.elapsed().min(TICK);
        self.ran += ran;
        self.since = Instant::now();
        ran
    }

    /// It waited for the host until now, which does not count.
    pub(crate) fn resume(&mut self) {
        self.since = Instant::now();
    }

    /// Counts a question to the host.
    pub(crate) fn count_call(&mut self) -> wasmtime::Result<()> {
        self.calls = self.calls.saturating_add(1);
        if self.calls > self.limits.host_calls {
            return Err(Exceeded::HostCalls(self.limits.host_calls).into());
        }
        Ok(())
    }

    /// Counts a line of the log.
    pub(crate) fn count_line(&mut self, message: &str) -> wasmtime::Result<()> {
        let (lines, bytes) = (self.limits.log_lines, self.limits.log_bytes);
        self.log_lines = self.log_lines.saturating_add(1);
        self.log_bytes = self.log_bytes.saturating_add(message.len());
        if self.log_lines > lines || self.log_bytes > bytes {
            return Err(Exceeded::Log { lines, bytes }.into());
        }
        Ok(())
    }

    fn tick(&mut self) -> wasmtime::Result<UpdateDeadline> {
        let ran = self.charge();
        if self.ran > self.limits.running {
            return Err(Exceeded::Running(self.limits.running).into());
        }
        // A clock that went on while the guest waited says nothing about the guest.
        Ok(match ran < TICK / 2 {
            true => UpdateDeadline::Continue(1),
            false => UpdateDeadline::Yield(1),
        })
    }
}

/// A fresh store that holds a guest to its limits. The engine counts fuel where the limits have it.
pub(crate) fn store<T: Metered>(mut guest: T, engine: &Engine) -> Store<T> {
    let transfer = guest.meter().limits.transfer;
    let mut store = Store::new(engine, guest);
    store.limiter(|guest| guest.meter());
    store.set_hostcall_fuel(transfer);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| store.data_mut().meter().tick());
    refuel(&mut store);
    store
}

/// Begins the next call of a guest that is kept.
pub(crate) fn next_call<T: Metered>(store: &mut Store<T>) {
    store.data_mut().meter().next_call();
    refuel(store);
}

fn refuel<T: Metered>(store: &mut Store<T>) {
    if let Some(fuel) = store.data_mut().meter().limits.fuel {
        let counted = store.set_fuel(fuel);
        debug_assert!(counted.is_ok(), "these limits have an engine that counts");
    }
}

/// The error of a guest's call, with the limit that it reached by name.
pub(crate) fn explained<T: Metered>(
    store: &mut Store<T>,
    error: wasmtime::Error,
) -> wasmtime::Error {
    let fuel = store.data_mut().meter().limits.fuel;
    match (error.downcast_ref::<Trap>(), fuel) {
        (Some(Trap::OutOfFuel), Some(fuel)) => error.context(Exceeded::Fuel(fuel)),
        _ => error,
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.memory = self.memory.saturating_add(desired.saturating_sub(current));
        if self.memory > self.limits.memory {
            return Err(Exceeded::Memory(self.limits.memory).into());
        }
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = desired.saturating_sub(current);
        self.table_entries = self.table_entries.saturating_add(grown);
        if self.table_entries > self.limits.table_entries {
            return Err(Exceeded::Tables(self.limits.table_entries).into());
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        self.limits.instances
    }

    fn tables(&self) -> usize {
        self.limits.instances
    }

    fn memories(&self) -> usize {
        self.limits.instances
    }
}
