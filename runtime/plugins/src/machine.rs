//! Where guests run: in places that are kept ready between calls, and in memory of their own while all of these are
//! taken or do not fit.
//!
//! Each call has a fresh instance. What is kept ready is only the address space, and the pages that are about to be
//! set back to what the component begins with; to make and to drop both for each call costs more than most calls.

use std::sync::{Arc, OnceLock};

use tokio::sync::{Semaphore, SemaphorePermit};
use wasmtime::Engine;
use wasmtime::component::Linker;

use crate::engine::{Counting, PATIENT, Places, Processor, engine};
use crate::error::LoadError;
use crate::guest::{self, Guest};
use crate::limits::Limits;

/// An engine, with the planning world for its components.
pub(crate) struct Machine {
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<Guest>,
}

impl Machine {
    pub(crate) fn new(
        processor: Processor,
        counting: Counting,
        places: Option<&Places>,
    ) -> Result<Self, LoadError> {
        let engine = engine(processor, counting, places)?;
        let linker =
            guest::linker(&engine).map_err(|error| LoadError::Runtime(format!("{error:#}")))?;
        Ok(Self { engine, linker })
    }
}

/// Where guests run whose code counts its fuel, and where all others do: two engines, since code is of one of them.
pub(crate) struct Machines {
    usual: Pair,
    counting: Pair,
    /// Permits to keep one's place while one waits.
    pub(crate) patience: Arc<Semaphore>,
}

/// The machine with places and the one without, each made when it is first needed.
struct Pair {
    counting: Counting,
    limits: Arc<Limits>,
    ready: OnceLock<Option<(Machine, Semaphore)>>,
    plain: OnceLock<Result<Machine, LoadError>>,
}

impl Pair {
    fn new(counting: Counting, limits: &Arc<Limits>) -> Self {
        Self {
            counting,
            limits: limits.clone(),
            ready: OnceLock::new(),
            plain: OnceLock::new(),
        }
    }

    /// The machine with places. Where their address space cannot be had, there is none.
    fn ready(&self) -> Option<&(Machine, Semaphore)> {
        let make = || {
            let places = Places::within(&self.limits);
            match Machine::new(Processor::This, self.counting, Some(&places)) {
                Ok(machine) => Some((machine, Semaphore::new(places.count()))),
                Err(error) => {
                    tracing::info!(%error, "guests run without places that are kept ready");
                    None
                }
            }
        };
        self.ready.get_or_init(make).as_ref()
    }

    fn plain(&self) -> Result<&Machine, LoadError> {
        let make = || Machine::new(Processor::This, self.counting, None);
        self.plain.get_or_init(make).as_ref().map_err(Clone::clone)
    }
}

impl Machines {
    /// Machines for guests with these limits.
    pub(crate) fn new(limits: &Arc<Limits>) -> Self {
        Self {
            usual: Pair::new(Counting::No, limits),
            counting: Pair::new(Counting::Fuel, limits),
            patience: Arc::new(Semaphore::new(PATIENT)),
        }
    }

    fn of(&self, limits: &Limits) -> &Pair {
        match limits.fuel {
            None => &self.usual,
            Some(_) => &self.counting,
        }
    }

    /// The machine with places, where there is one for guests with these limits.
    pub(crate) fn with_places(&self, limits: &Limits) -> Option<&Machine> {
        self.of(limits).ready().map(|(machine, _)| machine)
    }

    /// A place of that machine, for as long as the permit is held; none while all are taken.
    pub(crate) fn place(&self, limits: &Limits) -> Option<SemaphorePermit<'_>> {
        let (_, free) = self.of(limits).ready()?;
        free.try_acquire().ok()
    }

    /// The machine that gives each guest with these limits memory of its own.
    pub(crate) fn beside(&self, limits: &Limits) -> Result<&Machine, LoadError> {
        self.of(limits).plain()
    }

    /// An engine to compile with, for guests with these limits: with places and without, both compile alike.
    pub(crate) fn compiler(&self, limits: &Limits) -> Result<&Engine, LoadError> {
        match self.with_places(limits) {
            Some(machine) => Ok(&machine.engine),
            None => Ok(&self.beside(limits)?.engine),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guests_that_count_have_places_of_their_own() {
        let usual = Arc::new(Limits::default());
        let counting = Limits {
            fuel: Some(1000),
            ..Limits::default()
        };
        let machines = Machines::new(&usual);
        let taken: Vec<_> = std::iter::from_fn(|| machines.place(&counting)).collect();
        assert_eq!(taken.len(), Places::within(&usual).count());
        assert!(machines.place(&usual).is_some());
    }

    #[test]
    fn where_no_place_can_be_had_guests_have_memory_of_their_own() {
        let endless = Arc::new(Limits {
            memory: 1 << 46,
            ..Limits::default()
        });
        let machines = Machines::new(&endless);
        assert!(machines.with_places(&endless).is_none());
        assert!(machines.place(&endless).is_none());
        assert!(machines.beside(&endless).is_ok());
    }
}
