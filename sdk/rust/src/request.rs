//! Asking for facts.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::error::{Error, ErrorKind, Result};
use crate::fact::Fact;
use crate::surroundings;

/// A question as it goes to the host.
#[derive(Clone, Debug, PartialEq)]
pub struct FactRequest {
    /// `namespace.Fact`.
    pub fact: String,
    /// Its arguments by parameter name.
    pub args: Json,
    /// The parts that are wanted, as JSON pointers; empty: all.
    pub select: Vec<String>,
    /// Global arguments that differ from the operation's, by public name; an object.
    pub globals: Json,
}

impl FactRequest {
    /// A question for the whole value.
    #[must_use]
    pub fn of<F: Fact>(fact: &F) -> Self {
        Self::named(F::name(), fact.args())
    }

    /// A question for the whole value of a fact by its name, `namespace.Fact`. `args`: by parameter name.
    #[must_use]
    pub fn named(fact: impl Into<String>, args: Json) -> Self {
        Self {
            fact: fact.into(),
            args,
            select: Vec::new(),
            globals: Json::Object(Map::new()),
        }
    }

    /// Asks for these parts only, as JSON pointers.
    #[must_use]
    pub fn select<'a>(mut self, pointers: impl IntoIterator<Item = &'a str>) -> Self {
        self.select.extend(pointers.into_iter().map(str::to_owned));
        self
    }

    /// Asks with another global argument than the operation's (`_sudo`).
    #[must_use]
    pub fn global(mut self, name: impl Into<String>, value: impl Into<Json>) -> Self {
        if let Json::Object(globals) = &mut self.globals {
            globals.insert(name.into(), value.into());
        }
        self
    }

    /// Asks, and gives the answer as it came.
    ///
    /// # Errors
    /// The host's: `unknown-yet`, `missing-fact`, `invalid-value`, `denied`.
    pub fn ask(&self) -> Result<Json> {
        surroundings::fact(self)
    }
}

/// Asks for a fact.
///
/// # Errors
/// The host's, and `missing-fact` for a value of another shape than the fact's type says.
pub fn get<F: Fact>(fact: &F) -> Result<F::Value> {
    read_value::<F>(FactRequest::of(fact).ask()?)
}

/// Asks for several facts at once, in as few round trips as they need.
///
/// # Errors
/// The first error among the answers.
pub fn get_all<F: Fact>(facts: &[F]) -> Result<Vec<F::Value>> {
    let requests: Vec<_> = facts.iter().map(FactRequest::of).collect();
    surroundings::facts(&requests)
        .into_iter()
        .map(|answer| read_value::<F>(answer?))
        .collect()
}

/// Asks for facts of several kinds at once, in as few round trips as they need:
/// `let (os, users) = get_together((&Os {}, &Users {}))?;`
///
/// # Errors
/// The first error among the answers.
pub fn get_together<T: Together>(facts: T) -> Result<T::Values> {
    let mut answers = surroundings::facts(&facts.requests()).into_iter();
    let next = || {
        let none = || Error::new(ErrorKind::MissingFact, "the host gave too few answers");
        answers.next().unwrap_or_else(|| Err(none()))
    };
    T::read(next)
}

/// Facts that are asked for at once: a tuple of references.
pub trait Together {
    /// Their values, in the same order.
    type Values;

    /// The questions.
    fn requests(&self) -> Vec<FactRequest>;

    /// Reads the answers, which `next` gives one by one.
    ///
    /// # Errors
    /// The first error among the answers.
    fn read(next: impl FnMut() -> Result<Json>) -> Result<Self::Values>;
}

macro_rules! together {
    ($($fact:ident $position:tt),*) => {
        impl<$($fact: Fact),*> Together for ($(&$fact,)*) {
            type Values = ($($fact::Value,)*);

            fn requests(&self) -> Vec<FactRequest> {
                vec![$(FactRequest::of(self.$position)),*]
            }

            fn read(mut next: impl FnMut() -> Result<Json>) -> Result<Self::Values> {
                Ok(($(read_value::<$fact>(next()?)?,)*))
            }
        }
    };
}

together!(A 0, B 1);
together!(A 0, B 1, C 2);
together!(A 0, B 1, C 2, D 3);

/// Asks for parts of a fact.
///
/// # Errors
/// The host's.
pub fn get_parts<F: Fact>(fact: &F, pointers: &[&str]) -> Result<Parts> {
    FactRequest::of(fact)
        .select(pointers.iter().copied())
        .ask()
        .map(Parts::new)
}

/// Asks for the parts of a fact that a type reads.
///
/// # Errors
/// The host's, and `missing-fact` for parts of another shape than the type says.
pub fn pick<S: Selection, F: Fact>(fact: &F) -> Result<Picked<S>> {
    match get_parts(fact, S::POINTERS)? {
        Parts::Whole(value) => Ok(Picked::Whole(value)),
        Parts::Of(mut parts) => {
            let take = |pointer: &str| parts.remove(pointer).unwrap_or(Json::Null);
            S::from_parts(take)
                .map(Picked::Parts)
                .map_err(|error| error.at(F::name()))
        }
    }
}

/// A type that reads some parts of a fact's value. Derived with [`macro@crate::Selection`].
pub trait Selection: Sized {
    /// The parts it reads, as JSON pointers.
    const POINTERS: &'static [&'static str];

    /// Reads them.
    ///
    /// # Errors
    /// `missing-fact` for a part of another shape.
    fn from_parts(take: impl FnMut(&str) -> Json) -> Result<Self>;
}

/// Parts of a fact's value, or all of a value that has no parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Picked<S> {
    /// The parts.
    Parts(S),
    /// The value, which is neither an object nor a list: null, false, text.
    Whole(Json),
}

/// Parts of a fact's value by JSON pointer, or all of a value that has no parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Parts {
    /// From each pointer to what it names; null where it names nothing.
    Of(Map<String, Json>),
    /// The value, which is neither an object nor a list: null, false, text.
    Whole(Json),
}

impl Parts {
    fn new(answer: Json) -> Self {
        match answer {
            Json::Object(parts) => Self::Of(parts),
            other => Self::Whole(other),
        }
    }

    /// What a pointer names; null where it names nothing.
    #[must_use]
    pub fn part(&self, pointer: &str) -> &Json {
        match self {
            Self::Of(parts) => parts.get(pointer).unwrap_or(&Json::Null),
            Self::Whole(_) => &Json::Null,
        }
    }
}

/// Reads a part of a fact's value.
///
/// # Errors
/// `missing-fact` for another shape.
pub fn read_part<T: DeserializeOwned>(pointer: &str, value: Json) -> Result<T> {
    serde_json::from_value(value).map_err(|error| {
        Error::new(
            ErrorKind::MissingFact,
            format!("unexpected value at {pointer}: {error}"),
        )
    })
}

/// Reads a fact's whole value.
///
/// # Errors
/// `missing-fact` for another shape.
pub(crate) fn read_value<F: Fact>(value: Json) -> Result<F::Value> {
    serde_json::from_value(value).map_err(|error| {
        Error::new(
            ErrorKind::MissingFact,
            format!("{} answered with an unexpected value: {error}", F::name()),
        )
    })
}
