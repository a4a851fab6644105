//! A component's operations and facts, and the dispatch of the host's calls to them.

use serde::Serialize;
use serde_json::Value as Json;

use crate::argument::Arguments;
use crate::describe::{FactInfo, OperationInfo};
use crate::error::{Error, ErrorKind, Result};
use crate::fact::{Origin, Output, ProvidedFact, origin_of, parse_with};
use crate::plan::Plan;

/// An operation that this component provides. Made by [`macro@crate::operation`].
pub trait Operation {
    /// Its name within the namespace.
    const NAME: &'static str;

    /// What the pack says of it.
    fn info() -> OperationInfo;

    /// Plans it.
    ///
    /// # Errors
    /// Of the arguments, or whatever its function gives.
    fn plan(plan: &mut Plan, args: Arguments) -> Result<()>;
}

/// An operation in a namespace's table.
pub struct OperationEntry {
    name: &'static str,
    info: fn() -> OperationInfo,
    plan: fn(&mut Plan, Arguments) -> Result<()>,
}

impl OperationEntry {
    /// The entry of an operation.
    #[must_use]
    pub const fn of<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            info: O::info,
            plan: O::plan,
        }
    }
}

/// A fact in a namespace's table.
pub struct FactEntry {
    name: &'static str,
    info: fn() -> FactInfo,
    origin: fn(Vec<Json>) -> Result<Origin>,
    parse: fn(Vec<Json>, &Output) -> Result<Vec<Json>>,
}

impl FactEntry {
    /// The entry of a fact.
    #[must_use]
    pub const fn of<F: ProvidedFact>() -> Self
    where
        F::Value: Serialize,
    {
        Self {
            name: F::NAME,
            info: F::info,
            origin: origin_of::<F>,
            parse: parse_with::<F>,
        }
    }
}

/// All that a component provides. Made by [`macro@crate::export`].
pub struct Namespace {
    /// Its name: what stands before the first dot.
    pub name: &'static str,
    /// Its operations.
    pub operations: &'static [OperationEntry],
    /// Its facts.
    pub facts: &'static [FactEntry],
}

impl Namespace {
    /// Describes all operations.
    #[must_use]
    pub fn describe_operations(&self) -> Vec<OperationInfo> {
        self.operations.iter().map(|entry| (entry.info)()).collect()
    }

    /// Describes all facts.
    #[must_use]
    pub fn describe_facts(&self) -> Vec<FactInfo> {
        self.facts.iter().map(|entry| (entry.info)()).collect()
    }

    /// Plans an operation, by its full name.
    ///
    /// # Errors
    /// `invalid-value` for a name that this component does not have; else whatever the operation gives.
    pub fn plan(&self, operation: &str, args: Json) -> Result<Plan> {
        let name = self.local_name(operation);
        let entry = self
            .operations
            .iter()
            .find(|entry| Some(entry.name) == name);
        let entry = entry.ok_or_else(|| self.unknown("operation", operation))?;
        let mut plan = Plan::new();
        (entry.plan)(&mut plan, Arguments::new(args)?)?;
        Ok(plan)
    }

    /// Where a fact's value comes from, by its full name.
    ///
    /// # Errors
    /// `missing-fact` for a name that this component does not have; else whatever the fact gives.
    pub fn source(&self, fact: &str, args: Vec<Json>) -> Result<Origin> {
        (self.fact(fact)?.origin)(args)
    }

    /// A fact's values, by its full name.
    ///
    /// # Errors
    /// `missing-fact` for a name that this component does not have; else whatever the fact gives.
    pub fn parse(&self, fact: &str, args: Vec<Json>, output: &Output) -> Result<Vec<Json>> {
        (self.fact(fact)?.parse)(args, output)
    }

    fn fact(&self, fact: &str) -> Result<&FactEntry> {
        let name = self.local_name(fact);
        self.facts
            .iter()
            .find(|entry| Some(entry.name) == name)
            .ok_or_else(|| Error {
                kind: ErrorKind::MissingFact,
                ..self.unknown("fact", fact)
            })
    }

    fn local_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(self.name)?.strip_prefix('.')
    }

    fn unknown(&self, what: &str, name: &str) -> Error {
        Error::invalid_value(format!(
            "the namespace {} has no {what} `{name}`",
            self.name
        ))
    }
}
