//! What a pack says of its operations and facts.

use serde_json::{Map, Value as Json};

use crate::argument::{Argument, ParameterKind};

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// How it may be given.
    pub kind: ParameterKind,
    /// The JSON Schema of its values.
    pub schema: Json,
    /// Its default; none when it must be given.
    pub default: Option<Json>,
    /// What it means, in Markdown.
    pub doc: &'static str,
    /// Whether it accepts a secret.
    pub secret: bool,
}

impl Parameter {
    /// A parameter of a type. `kind` overrides the type's own way of being given.
    #[must_use]
    pub fn of<T: Argument>(
        name: &'static str,
        doc: &'static str,
        default: Option<Json>,
        kind: Option<ParameterKind>,
    ) -> Self {
        Self {
            name,
            kind: kind.unwrap_or(T::KIND),
            schema: T::schema(),
            default: default.or_else(|| T::absent().map(|value| value.encode())),
            doc,
            secret: T::SECRET,
        }
    }
}

/// One operation.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationInfo {
    /// `namespace.operation`.
    pub name: String,
    /// What it does, in Markdown; the first paragraph is the summary.
    pub doc: &'static str,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// True: planned again after it ran, there is nothing to do.
    pub idempotent: bool,
    /// True: only for use by other operations.
    pub hidden: bool,
    /// The operation that this is another name of.
    pub alias_of: Option<&'static str>,
    /// Source texts that show how it is used.
    pub examples: &'static [&'static str],
    /// Operations it may nest.
    pub uses: &'static [&'static str],
}

impl OperationInfo {
    /// What the contract carries in `more`.
    #[must_use]
    pub fn more(&self) -> Json {
        let mut more = Map::new();
        put_list(&mut more, "examples", self.examples);
        put_list(&mut more, "uses", self.uses);
        Json::Object(more)
    }
}

/// How long a fact's value holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// It never changes during a run.
    Immutable,
    /// Operations change it.
    State,
    /// It changes by itself.
    Volatile,
}

impl Stability {
    /// The contract's name of it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Immutable => "immutable",
            Self::State => "state",
            Self::Volatile => "volatile",
        }
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq)]
pub struct FactInfo {
    /// `namespace.Fact`.
    pub name: String,
    /// What it tells, in Markdown; the first paragraph is the summary.
    pub doc: &'static str,
    /// Its parameters, in order.
    pub parameters: Vec<Parameter>,
    /// Its value when the required program is missing.
    pub default: Json,
    /// How long its value holds.
    pub stability: Stability,
    /// A program without which the fact has its default.
    pub requires: Option<&'static str>,
    /// Whether its value depends on who asks.
    pub user_dependent: bool,
    /// Whether an argument of it is run as a command.
    pub takes_command: bool,
    /// How many requests one command serves.
    pub batch: u32,
    /// Global arguments that its command is run with, by public name; an object.
    pub globals: Json,
    /// Source texts that show how it is used.
    pub examples: &'static [&'static str],
}

impl FactInfo {
    /// What the contract carries in `more`.
    #[must_use]
    pub fn more(&self) -> Json {
        let mut more = Map::new();
        put_list(&mut more, "examples", self.examples);
        for (name, set) in [
            ("user_dependent", self.user_dependent),
            ("takes_command", self.takes_command),
        ] {
            if set {
                more.insert(name.to_owned(), Json::from(true));
            }
        }
        Json::Object(more)
    }
}

fn put_list(more: &mut Map<String, Json>, name: &str, items: &[&str]) {
    if !items.is_empty() {
        more.insert(
            name.to_owned(),
            items.iter().map(|item| Json::from(*item)).collect(),
        );
    }
}
