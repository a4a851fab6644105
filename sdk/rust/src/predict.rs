//! Predictions: what facts will answer once a step has run. A dry run is as true as these are.

use serde_json::Value as Json;

use crate::fact::Fact;

/// What a fact will answer once a step has run.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// `namespace.Fact`.
    pub fact: String,
    /// Its arguments.
    pub args: Json,
    /// True: for every request whose arguments contain these.
    pub partial: bool,
    /// JSON pointer into the value; empty is the whole.
    pub at: String,
    /// The value there; none: known at execution only.
    pub value: Option<Json>,
}

impl Prediction {
    /// A fact with exactly these arguments will have a value.
    #[must_use]
    pub fn value<F: Fact>(fact: &F, value: impl Into<Json>) -> Self {
        Self {
            fact: F::name(),
            args: fact.args(),
            partial: false,
            at: String::new(),
            value: Some(value.into()),
        }
    }

    /// A fact with exactly these arguments will be known at execution only.
    #[must_use]
    pub fn unknown<F: Fact>(fact: &F) -> Self {
        Self {
            fact: F::name(),
            args: fact.args(),
            partial: false,
            at: String::new(),
            value: None,
        }
    }

    /// A fact will be known at execution only, for every request whose arguments contain these (`{}`: all).
    #[must_use]
    pub fn unknown_where(fact: impl Into<String>, args: Json) -> Self {
        Self {
            fact: fact.into(),
            args,
            partial: true,
            at: String::new(),
            value: None,
        }
    }

    /// A fact will have a value, for every request whose arguments contain these.
    #[must_use]
    pub fn value_where(fact: impl Into<String>, args: Json, value: impl Into<Json>) -> Self {
        Self {
            fact: fact.into(),
            args,
            partial: true,
            at: String::new(),
            value: Some(value.into()),
        }
    }

    /// Says it of a part of the value only, by JSON pointer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.at = pointer.into();
        self
    }
}
