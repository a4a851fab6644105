//! Components with actors: what `call` steps call.

use std::sync::Arc;

use windlass_engine::acting::Target;
use windlass_engine::contract::Call;
use windlass_engine::json::{Json, canonical};
use windlass_engine::plugins::PluginError;

use super::guest::{Performer, Work};
use crate::bindings::exports_of_roles::actor;
use crate::error::{LoadError, report};
use crate::exports::Exports;
use crate::meter;
use crate::opening::Opening;
use crate::translate;

/// The component with a pack's actors.
pub(crate) struct Actor {
    opening: Arc<Opening<Performer>>,
}

impl Actor {
    pub(super) fn new(opening: Arc<Opening<Performer>>) -> Self {
        Self { opening }
    }

    /// Its component.
    pub(super) fn opening(&self) -> &Arc<Opening<Performer>> {
        &self.opening
    }

    /// Has an actor do what a step says.
    pub(crate) async fn act(
        &self,
        call: &Call,
        target: Arc<dyn Target>,
    ) -> Result<Json, PluginError> {
        let component = &self.opening.component;
        let trapped = |error: wasmtime::Error| PluginError::Trap {
            pack: component.pack.clone(),
            report: format!(
                "{}\n  in {}",
                report(&component.name, &error),
                component.pack
            ),
        };
        let loaded = |error: LoadError| PluginError::Load(error.to_string());
        let opened = self.opening.opened().await.map_err(loaded)?;
        let guest = Performer::new(target.view(), &self.opening, Work::Acting(target));
        let mut store = self.opening.store(guest).map_err(loaded)?;
        let guest = actor::Guest::start(opened, &mut store)
            .await
            .map_err(trapped)?;
        let payload = canonical(&call.payload);
        let answered = guest.call_act(&mut store, &call.actor, &payload).await;
        let answered = answered.map_err(|error| trapped(meter::explained(&mut store, error)));
        let answer = answered?.map_err(translate::guest_error)?;
        translate::json("what it gave back", &answer)
            .map_err(|refused| PluginError::Load(format!("{}: {refused}", component.name)))
    }
}
