//! Facts: requests for them, and how those of a pack are obtained.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::describe::FactInfo;
use crate::error::{Error, Result};
use crate::shell::Shell;

/// A fact with its arguments: what is asked, and what predictions are about.
pub trait Fact {
    /// What it answers.
    type Value: DeserializeOwned + 'static;

    /// `namespace.Fact`.
    fn name() -> String;

    /// Its arguments by parameter name.
    fn args(&self) -> Json;
}

/// A read-only question that the host asks by its own means.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// `stat`, `read`, `sum`, `list` or `which`.
    pub kind: &'static str,
    /// Its arguments.
    pub args: Json,
}

/// Another fact that a fact derives from.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// `namespace.Fact`.
    pub fact: String,
    /// Its arguments.
    pub args: Json,
    /// The parts that are wanted, as JSON pointers; empty: all.
    pub select: Vec<String>,
}

/// How a fact's value is obtained.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// A question that the host asks.
    Probe(Probe),
    /// A command that only looks.
    Shell(Shell),
    /// Other facts.
    Derived(Vec<Derived>),
}

/// What came back from the target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// The command's exit status; -1 when a signal ended it.
    pub status: i32,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: Vec<u8>,
    /// What probes found or the facts it derives from answered, in order.
    pub values: Vec<Json>,
}

impl Output {
    /// Standard output as text; bytes that are no UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The lines of standard output, without their ends.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.text().lines().map(str::to_owned).collect()
    }
}

type Parse<V> = Box<dyn FnOnce(&Output) -> Result<V>>;

/// How a fact's value is obtained, and how it is read from what comes back.
pub struct Source<V> {
    origin: Origin,
    parse: Parse<V>,
}

impl<V: 'static> Source<V> {
    /// A command that only looks, and how its output is read.
    pub fn shell(
        command: impl Into<Shell>,
        parse: impl FnOnce(&Output) -> Result<V> + 'static,
    ) -> Self {
        Self {
            origin: Origin::Shell(command.into()),
            parse: Box::new(parse),
        }
    }

    /// Another fact, and how its value is read.
    pub fn derived<F: Fact>(fact: &F, parse: impl FnOnce(F::Value) -> Result<V> + 'static) -> Self {
        let derived = Derived {
            fact: F::name(),
            args: fact.args(),
            select: Vec::new(),
        };
        Self {
            origin: Origin::Derived(vec![derived]),
            parse: Box::new(|output| {
                let value = output.values.first().cloned().unwrap_or(Json::Null);
                parse(crate::request::read_value::<F>(value)?)
            }),
        }
    }

    /// Any origin, and how what comes back is read.
    pub fn new(origin: Origin, parse: impl FnOnce(&Output) -> Result<V> + 'static) -> Self {
        Self {
            origin,
            parse: Box::new(parse),
        }
    }
}

/// What a fact's function may give back: a source, or an error. Named so that the value's type can be read from it.
pub trait IntoSource {
    /// What the fact answers.
    type Value: Serialize + DeserializeOwned + 'static;

    /// The source itself.
    ///
    /// # Errors
    /// What the function gave.
    fn into_source(self) -> Result<Source<Self::Value>>;
}

impl<V: Serialize + DeserializeOwned + 'static> IntoSource for Source<V> {
    type Value = V;

    fn into_source(self) -> Result<Self> {
        Ok(self)
    }
}

impl<V: Serialize + DeserializeOwned + 'static> IntoSource for Result<Source<V>> {
    type Value = V;

    fn into_source(self) -> Result<Source<V>> {
        self
    }
}

/// A fact that this pack provides. Made by [`macro@crate::fact`].
pub trait ProvidedFact: Fact + Sized {
    /// Its name within the namespace.
    const NAME: &'static str;

    /// What the pack says of it.
    fn info() -> FactInfo;

    /// Reads its arguments.
    ///
    /// # Errors
    /// `invalid-type` or `invalid-value` at the parameter's name.
    fn read(args: Json) -> Result<Self>;

    /// Where its value comes from, and how it is read.
    ///
    /// # Errors
    /// Whatever its function gives.
    fn source(&self) -> Result<Source<Self::Value>>;

    /// Where the values of several requests come from together, in order; as many as `batch` says, or fewer.
    ///
    /// # Errors
    /// Where they can't be asked together: the host then asks one by one.
    fn together(requests: Vec<Self>) -> Result<Source<Vec<Self::Value>>> {
        let count = requests.len();
        Err(Error::invalid_value(format!(
            "{} answers one request at a time, not {count}",
            Self::name()
        )))
    }
}

/// Where a provided fact's values come from.
///
/// # Errors
/// Of the arguments, or whatever the fact's functions give.
pub(crate) fn origin_of<F: ProvidedFact>(args: Vec<Json>) -> Result<Origin> {
    match requests::<F>(args)? {
        Requests::One(request) => Ok(request.source()?.origin),
        Requests::Several(requests) => Ok(F::together(requests)?.origin),
    }
}

/// A provided fact's values, read from what came back.
///
/// # Errors
/// Of the arguments, or whatever the fact's functions give.
pub(crate) fn parse_with<F: ProvidedFact>(args: Vec<Json>, output: &Output) -> Result<Vec<Json>>
where
    F::Value: Serialize,
{
    let values = match requests::<F>(args)? {
        Requests::One(request) => vec![(request.source()?.parse)(output)?],
        Requests::Several(requests) => (F::together(requests)?.parse)(output)?,
    };
    let json = values.into_iter().map(serde_json::to_value);
    json.collect::<serde_json::Result<_>>().map_err(|error| {
        Error::operation(format!(
            "{} has a value that is no JSON: {error}",
            F::name()
        ))
    })
}

enum Requests<F> {
    One(F),
    Several(Vec<F>),
}

fn requests<F: ProvidedFact>(args: Vec<Json>) -> Result<Requests<F>> {
    let mut requests = args.into_iter().map(F::read).collect::<Result<Vec<_>>>()?;
    Ok(match (requests.pop(), requests.is_empty()) {
        (Some(request), true) => Requests::One(request),
        (last, _) => {
            requests.extend(last);
            Requests::Several(requests)
        }
    })
}
