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

/// The machine with places, the one without, and one for code that counts its fuel.
pub(crate) struct Machines {
    ready: Option<(Machine, Semaphore)>,
    /// Made when it is first needed: in most runs it is not.
    plain: OnceLock<Result<Machine, LoadError>>,
    /// Made for the first component with a limit of fuel. It has no places: few ask for it, and counting costs more.
    counting: OnceLock<Result<Machine, LoadError>>,
    /// Permits to keep one's place while one waits.
    pub(crate) patience: Arc<Semaphore>,
}

impl Machines {
    /// Machines for guests with these limits. Where the address space of the places cannot be had, guests run
    /// without.
    pub(crate) fn new(limits: &Arc<Limits>) -> Self {
        let places = Places::within(limits);
        let ready = match Machine::new(Processor::This, Counting::No, Some(&places)) {
            Ok(machine) => Some((machine, Semaphore::new(places.count()))),
            Err(error) => {
                tracing::info!(%error, "guests run without places that are kept ready");
                None
            }
        };
        Self {
            ready,
            plain: OnceLock::new(),
            counting: OnceLock::new(),
            patience: Arc::new(Semaphore::new(PATIENT)),
        }
    }

    /// The machine with places, where there is one for guests with these limits.
    pub(crate) fn with_places(&self, limits: &Limits) -> Option<&Machine> {
        let ready = self.ready.as_ref().filter(|_| limits.fuel.is_none());
        ready.map(|(machine, _)| machine)
    }

    /// A place, for as long as the permit is held; none while all are taken.
    pub(crate) fn place(&self) -> Option<SemaphorePermit<'_>> {
        let (_, free) = self.ready.as_ref()?;
        free.try_acquire().ok()
    }

    /// The machine that gives each guest with these limits memory of its own.
    pub(crate) fn beside(&self, limits: &Limits) -> Result<&Machine, LoadError> {
        let (machine, counting) = match limits.fuel {
            None => (&self.plain, Counting::No),
            Some(_) => (&self.counting, Counting::Fuel),
        };
        machine
            .get_or_init(|| Machine::new(Processor::This, counting, None))
            .as_ref()
            .map_err(Clone::clone)
    }

    /// An engine to compile with, for guests with these limits: with places and without, both compile alike.
    pub(crate) fn compiler(&self, limits: &Limits) -> Result<&Engine, LoadError> {
        match self.with_places(limits) {
            Some(machine) => Ok(&machine.engine),
            None => Ok(&self.beside(limits)?.engine),
        }
    }
}
