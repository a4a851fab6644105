//! Calling guests: an answer that is remembered is given again, and a guest that left begins anew.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use wasmtime::PoolConcurrencyLimitError;
use windlass_engine::plugins::{PlanningView, PluginError};

use super::call::{Call, Ran, run};
use super::table::Host;
use crate::component::Component;
use crate::guest::Guest;
use crate::memo::{Found, Kept, Value};
use crate::meter;

impl Host {
    /// Looks a call up, or runs it and remembers it.
    pub(super) async fn call(
        &self,
        component: &Arc<Component>,
        name: &str,
        call: Call<'_>,
        view: Arc<dyn PlanningView>,
    ) -> Result<Value, PluginError> {
        let key = call.fingerprint(component, name);
        let known = match self.memo.find(&key, &view).await {
            Found::Kept(kept) => {
                self.remembered.fetch_add(1, Ordering::Relaxed);
                for (level, message) in &kept.log {
                    view.log(&component.name, level, message);
                }
                return Ok(kept.result.clone()?);
            }
            Found::Nothing(known) => known,
        };
        self.guest_calls.fetch_add(1, Ordering::Relaxed);
        let guest = Guest::new(Some(view.clone()), &component.limits, known);
        let mut guest = guest.of(component);
        guest.may_leave(&self.machines.patience);
        let trap = |report: String| PluginError::Trap {
            pack: component.pack.clone(),
            report,
        };
        let (result, guest) = loop {
            let (result, ended) = self.attempt(component, name, &call, guest).await?;
            match result {
                Ok(result) => break (result, ended),
                Err(error) => {
                    let asked = ended.questions();
                    match ended.again().await {
                        Some(next) => guest = next,
                        None => {
                            let trapped =
                                self.trapped(component, name, &call, &view, asked, &error);
                            return Err(trap(trapped.await));
                        }
                    }
                }
            }
        };
        let (result, size) = match result {
            Ok(Ok((value, size))) => (Ok(value), size),
            Ok(Err(refused)) => return Err(trap(format!("{name}: {refused}"))),
            Err(error) => {
                let size = error.message.len();
                (Err(error), size)
            }
        };
        let (asked, log) = guest.finish();
        let logged: usize = log.iter().map(|(_, message)| message.len()).sum();
        let size = size + logged;
        let kept = Arc::new(Kept { result, log, size });
        self.memo.keep(key, &asked, kept.clone());
        Ok(kept.result.clone()?)
    }

    /// Runs a guest, in a place that is kept ready where there is one.
    pub(crate) async fn attempt(
        &self,
        component: &Component,
        name: &str,
        call: &Call<'_>,
        mut guest: Guest,
    ) -> Result<(wasmtime::Result<Ran>, Guest), PluginError> {
        let alias = component.alias.get().map(AsRef::as_ref);
        if let Some(seat) = component.place(&self.machines).await {
            let mut store = guest.into_store(seat.engine);
            let result = run(seat.opened, &mut store, name, call, alias).await;
            let result = result.map_err(|error| meter::explained(&mut store, error));
            guest = store.into_data();
            match result {
                // A place whose guest has just ended may still be on its way back.
                Err(error) if error.is::<PoolConcurrencyLimitError>() => guest = guest.anew(),
                result => return Ok((result, guest)),
            }
        }
        let seat = component.beside(&self.machines).await?;
        let mut store = guest.into_store(seat.engine);
        let result = run(seat.opened, &mut store, name, call, alias).await;
        let result = result.map_err(|error| meter::explained(&mut store, error));
        Ok((result, store.into_data()))
    }
}
