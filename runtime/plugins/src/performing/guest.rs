//! The state of a guest that acts or adds: what it may look at, and the host that it works for.

use std::collections::VecDeque;
use std::sync::Arc;

use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};
use windlass_engine::acting::Target;
use windlass_engine::plugins::{ErrorKind, GuestError, PlanningView};

use super::adding::Adding;
use crate::alias::Alias;
use crate::bindings::roles::windlass::plugin::{deploying, target};
use crate::bindings::windlass::plugin::{context, facts, local_files, log, secrets, types};
use crate::guest::Guest;
use crate::meter::{Meter, Metered};
use crate::opening::Opening;
use crate::translate;

/// What a guest does for its host.
pub(super) enum Work {
    /// It acts on it.
    Acting(Arc<dyn Target>),
    /// It adds operations.
    Adding(Box<Adding>),
    /// It decides whether a try of an operation was good enough.
    Deciding,
}

/// The state of one guest.
pub(crate) struct Performer {
    guest: Guest,
    pub(super) work: Work,
    /// The namespace that its pack has here, where that is another than its own.
    alias: Option<Arc<Alias>>,
}

/// What the contract's functions give guests.
pub(super) type Answer<T> = wasmtime::Result<Result<T, types::Error>>;

impl Performer {
    pub(super) fn new(view: Arc<dyn PlanningView>, of: &Opening<Self>, work: Work) -> Self {
        let alias = of.component.alias.get();
        Self {
            guest: Guest::new(Some(view), &of.limits, VecDeque::new()).of(&of.component),
            work,
            alias: alias.cloned(),
        }
    }

    /// The name that an operation has here which the guest called so.
    pub(super) fn named(&self, mut operation: String) -> String {
        if let Some(alias) = &self.alias {
            alias.rename(&mut operation);
        }
        operation
    }

    /// Has it look through another view from here on.
    pub(super) fn look_through(&mut self, view: Arc<dyn PlanningView>) {
        self.guest.look_through(view);
    }

    /// Counts a call of the host, whose time is not the guest's.
    pub(super) async fn at_host<T>(
        &mut self,
        work: impl Future<Output = Result<T, GuestError>>,
    ) -> Answer<T> {
        self.meter().count_call()?;
        self.meter().charge();
        let answer = work.await;
        self.meter().resume();
        Ok(answer.map_err(|error| translate::wit_error(&error)))
    }
}

impl Metered for Performer {
    fn meter(&mut self) -> &mut Meter {
        self.guest.meter()
    }
}

/// A refusal for what the stage does not allow.
pub(super) fn not_now(message: &str) -> GuestError {
    GuestError::new(ErrorKind::Denied, message)
}

/// A linker with all that these two roles may import; which of it a role may, `role` decides.
pub(crate) fn linker(engine: &Engine) -> wasmtime::Result<Linker<Performer>> {
    type Own = HasSelf<Guest>;
    let mut linker = Linker::new(engine);
    types::add_to_linker::<_, Own>(&mut linker, |performer: &mut Performer| {
        &mut performer.guest
    })?;
    facts::add_to_linker::<_, Own>(&mut linker, |performer: &mut Performer| {
        &mut performer.guest
    })?;
    context::add_to_linker::<_, Own>(&mut linker, |performer: &mut Performer| {
        &mut performer.guest
    })?;
    local_files::add_to_linker::<_, Own>(&mut linker, |performer: &mut Performer| {
        &mut performer.guest
    })?;
    secrets::add_to_linker::<_, Own>(&mut linker, |performer: &mut Performer| {
        &mut performer.guest
    })?;
    log::add_to_linker::<_, Own>(&mut linker, |performer: &mut Performer| {
        &mut performer.guest
    })?;
    target::add_to_linker::<_, HasSelf<_>>(&mut linker, |performer| performer)?;
    deploying::add_to_linker::<_, HasSelf<_>>(&mut linker, |performer| performer)?;
    Ok(linker)
}
