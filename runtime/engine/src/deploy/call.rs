//! Calls as deploy code makes them.

use std::fmt;
use std::sync::Arc;

use crate::arguments::GlobalArguments;
use crate::contract::{HostFunction, Step};
use crate::json::{Json, JsonMap};
use crate::place::Place;

/// What a call names.
#[derive(Clone)]
pub enum OperationRef {
    /// An operation of a pack, as `namespace.operation`.
    Plugin(String),
    /// Code that runs at execution.
    Function(Arc<dyn HostFunction>),
    /// Steps that are known already, and what they are called.
    Steps(Vec<Step>, String),
}

impl OperationRef {
    /// What it is called where the deploy gives no name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Plugin(name) | Self::Steps(_, name) => name,
            Self::Function(function) => function.name(),
        }
    }
}

impl fmt::Debug for OperationRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A call of an operation.
#[derive(Clone, Debug)]
pub struct OperationCall {
    /// What is called.
    pub operation: OperationRef,
    /// Its name; without one it is called by operation and arguments.
    pub name: Option<String>,
    /// Positional arguments. A secret is `{"$secret": "identity"}`.
    pub positional: Vec<Json>,
    /// Named arguments.
    pub named: JsonMap,
    /// Global arguments of the call.
    pub globals: GlobalArguments,
    /// Where it stands.
    pub place: Place,
}

impl OperationCall {
    /// A call of a pack's operation with named arguments.
    #[must_use]
    pub fn new(operation: impl Into<String>, named: JsonMap, place: Place) -> Self {
        Self {
            operation: OperationRef::Plugin(operation.into()),
            name: None,
            positional: Vec::new(),
            named,
            globals: GlobalArguments::default(),
            place,
        }
    }
}

/// A call of a fact.
#[derive(Clone, Debug)]
pub struct FactCall {
    /// `namespace.Fact`.
    pub fact: String,
    /// Positional arguments.
    pub positional: Vec<Json>,
    /// Named arguments.
    pub named: JsonMap,
    /// Global arguments of the call.
    pub globals: GlobalArguments,
    /// Where it stands.
    pub place: Place,
}

impl FactCall {
    /// A call with named arguments.
    #[must_use]
    pub fn new(fact: impl Into<String>, named: JsonMap) -> Self {
        Self {
            fact: fact.into(),
            positional: Vec::new(),
            named,
            globals: GlobalArguments::default(),
            place: Place::default(),
        }
    }
}
