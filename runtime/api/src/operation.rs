//! Calls of operations, as programs write them.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;

use windlass_engine::arguments::GlobalArguments;
use windlass_engine::condition::Condition;
use windlass_engine::contract::HostFunction;
use windlass_engine::deploy::{HostContext, OperationCall, OperationRef};
use windlass_engine::error::EngineError;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::place::Place;
use windlass_engine::prepare::program_place;
use windlass_engine::state::State;

/// A call of an operation. Where it is made is where plans and errors say it stands.
#[derive(Clone, Debug)]
pub struct Operation {
    operation: OperationRef,
    name: Option<String>,
    named: JsonMap,
    globals: Vec<(String, Json)>,
    conditions: Vec<Condition>,
    place: Place,
}

impl Operation {
    /// An operation of a pack by its name, such as `files.directory`.
    #[must_use]
    #[track_caller]
    pub fn new(operation: impl Into<String>) -> Self {
        Self::of(
            OperationRef::Plugin(operation.into()),
            program_place(Location::caller()),
        )
    }

    /// Code of the program that runs at execution, once for each host. Its error fails the operation there. The host it
    /// is given runs commands, asks for facts and runs nested operations at once.
    #[must_use]
    #[track_caller]
    pub fn closure<F, R>(name: impl Into<String>, function: F) -> Self
    where
        F: Fn(HostContext) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), String>> + Send + 'static,
    {
        let closure = Closure {
            name: name.into(),
            function: Box::new(move |host| Box::pin(function(host))),
        };
        Self::of(
            OperationRef::Function(Arc::new(closure)),
            program_place(Location::caller()),
        )
    }

    fn of(operation: OperationRef, place: Place) -> Self {
        Self {
            operation,
            name: None,
            named: JsonMap::new(),
            globals: Vec::new(),
            conditions: Vec::new(),
            place,
        }
    }

    /// The name that plans and reports show. Default: the operation with its arguments.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// An argument of the operation.
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

    /// Runs only where this holds at execution, such as that an earlier operation changed something
    /// ([`crate::OperationResults::changed`]). Called again: all must hold.
    #[must_use]
    pub fn only_if(mut self, condition: Condition) -> Self {
        self.conditions.push(condition);
        self
    }

    /// The call, with global arguments checked.
    pub(crate) fn call(self, state: &State) -> Result<OperationCall, EngineError> {
        let mut globals = globals_of(&self.globals, &self.place, state)?;
        globals.condition.extend(self.conditions);
        Ok(OperationCall {
            operation: self.operation,
            name: self.name,
            positional: Vec::new(),
            named: self.named,
            globals,
            place: self.place,
        })
    }
}

/// Global arguments by name, checked.
pub(crate) fn globals_of(
    given: &[(String, Json)],
    place: &Place,
    state: &State,
) -> Result<GlobalArguments, EngineError> {
    let mut globals = GlobalArguments::default();
    for (name, value) in given {
        globals
            .set(name, value, state.secrets())
            .map_err(|message| EngineError::Call {
                message,
                place: place.clone(),
            })?;
    }
    Ok(globals)
}

type Running = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

struct Closure {
    name: String,
    function: Box<dyn Fn(HostContext) -> Running + Send + Sync>,
}

#[async_trait::async_trait]
impl HostFunction for Closure {
    fn name(&self) -> &str {
        &self.name
    }

    async fn call(&self, host: HostContext) -> Result<Json, String> {
        (self.function)(host).await.map(|()| Json::Null)
    }
}
