//! Facts, as programs ask for them.

use std::panic::Location;

use indexmap::IndexMap;
use windlass_engine::deploy::FactCall;
use windlass_engine::error::EngineError;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::place::Place;
use windlass_engine::prepare::program_place;
use windlass_engine::state::Stage;

use crate::operation::globals_of;
use crate::state::State;

/// A fact with its arguments.
#[derive(Clone, Debug)]
pub struct Fact {
    fact: String,
    named: JsonMap,
    globals: Vec<(String, Json)>,
    place: Place,
}

impl Fact {
    /// A fact by its name, such as `server.LinuxName`.
    #[must_use]
    #[track_caller]
    pub fn new(fact: impl Into<String>) -> Self {
        Self {
            fact: fact.into(),
            named: JsonMap::new(),
            globals: Vec::new(),
            place: program_place(Location::caller()),
        }
    }

    /// An argument of the fact.
    #[must_use]
    pub fn arg(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.named.insert(name.into(), value.into());
        self
    }

    /// A global argument, such as `_sudo`.
    #[must_use]
    pub fn global(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        self.globals.push((name.into(), value.into()));
        self
    }

    pub(crate) fn call(&self, state: &State) -> Result<FactCall, EngineError> {
        let globals = globals_of(&self.globals, &self.place, state)?;
        Ok(FactCall {
            globals,
            place: self.place.clone(),
            ..FactCall::new(self.fact.clone(), self.named.clone())
        })
    }
}

/// A fact of every connected host, by host in inventory order. Hosts answer side by side; one that cannot is an error
/// of its own.
///
/// # Errors
/// Hosts that are not connected; a wrong global argument.
pub async fn get_facts(
    state: &State,
    fact: Fact,
) -> Result<IndexMap<String, Result<Json, EngineError>>, EngineError> {
    if state.stage() < Stage::Connect {
        return Err(EngineError::Stage {
            what: format!("asking for the fact {}", fact.fact),
            stage: state.stage(),
            hint: String::from("connect the hosts first, with connect_all"),
        });
    }
    let call = fact.call(state)?;
    let asked = state.active_hosts().into_iter().map(|host| {
        let call = call.clone();
        async move {
            let answer = state.fact(&host, call).await;
            (host.name().to_owned(), answer)
        }
    });
    Ok(futures_util::future::join_all(asked)
        .await
        .into_iter()
        .collect())
}
