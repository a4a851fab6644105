//! The namespaces of operations and facts.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::eval::{Arguments, Evaluator};
use starlark::values::{
    Heap, NoSerialize, StarlarkPagablePanic, StarlarkValue, Value, starlark_value,
};
use windlass_engine::plugins::Plugins;

use crate::messages::mistake;

use super::operation::Operation;
use starlark::starlark_simple_value;

/// All names of the loaded packs.
#[derive(Debug, Default)]
pub(crate) struct Names {
    operations: BTreeSet<String>,
    facts: BTreeSet<String>,
}

impl Names {
    pub(crate) fn of(plugins: &dyn Plugins) -> Self {
        let operations = plugins.operations();
        let facts = plugins.facts();
        Self {
            operations: operations
                .iter()
                .filter(|info| !info.hidden)
                .map(|info| info.name.clone())
                .collect(),
            facts: facts.iter().map(|info| info.name.clone()).collect(),
        }
    }

    /// The first parts of the names of operations.
    pub(crate) fn namespaces(&self) -> BTreeSet<&str> {
        self.operations
            .iter()
            .filter_map(|name| name.split('.').next())
            .collect()
    }

    fn all(&self, kind: Kind) -> &BTreeSet<String> {
        match kind {
            Kind::Operations => &self.operations,
            Kind::Facts => &self.facts,
        }
    }

    /// What may follow a prefix.
    fn below(&self, kind: Kind, prefix: &str) -> BTreeSet<&str> {
        self.all(kind)
            .iter()
            .filter_map(|name| match prefix {
                "" => Some(name.as_str()),
                _ => name.strip_prefix(prefix)?.strip_prefix('.'),
            })
            .filter_map(|rest| rest.split('.').next())
            .collect()
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Operations,
    Facts,
}

/// `apt`, `operations`, `operations.apt`, `facts`, `facts.files`.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Namespace {
    #[allocative(skip)]
    names: Arc<Names>,
    #[allocative(skip)]
    kind: Kind,
    prefix: String,
}
starlark_simple_value!(Namespace);

impl Namespace {
    /// Operations whose names begin with a prefix; all with an empty one.
    pub(crate) fn operations(names: &Arc<Names>, prefix: &str) -> Self {
        Self {
            names: names.clone(),
            kind: Kind::Operations,
            prefix: prefix.to_owned(),
        }
    }

    /// All facts.
    pub(crate) fn facts(names: &Arc<Names>) -> Self {
        Self {
            names: names.clone(),
            kind: Kind::Facts,
            prefix: String::new(),
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Operations => "operations",
            Kind::Facts => "facts",
        };
        match self.prefix.as_str() {
            "" => f.write_str(kind),
            prefix => write!(f, "{kind}.{prefix}"),
        }
    }
}

#[starlark_value(type = "namespace")]
impl<'v> StarlarkValue<'v> for Namespace {
    fn get_attr(&self, attribute: &str, heap: Heap<'v>) -> Option<Value<'v>> {
        let name = match self.prefix.as_str() {
            "" => attribute.to_owned(),
            prefix => format!("{prefix}.{attribute}"),
        };
        if self.names.all(self.kind).contains(&name) {
            return Some(match self.kind {
                Kind::Operations => heap.alloc(Operation::new(name)),
                Kind::Facts => heap.alloc(FactName { name }),
            });
        }
        if self.names.below(self.kind, &name).is_empty() {
            return None;
        }
        Some(heap.alloc(Self {
            names: self.names.clone(),
            kind: self.kind,
            prefix: name,
        }))
    }

    fn dir_attr(&self) -> Vec<String> {
        let below = self.names.below(self.kind, &self.prefix);
        below.into_iter().map(str::to_owned).collect()
    }
}

/// `facts.files.File`.
#[derive(Clone, Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct FactName {
    name: String,
}
starlark_simple_value!(FactName);

impl FactName {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for FactName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "facts.{}", self.name)
    }
}

#[starlark_value(type = "fact")]
impl<'v> StarlarkValue<'v> for FactName {
    fn invoke(
        &self,
        _me: Value<'v>,
        _args: &Arguments<'v, '_>,
        _eval: &mut Evaluator<'v, '_, '_>,
    ) -> starlark::Result<Value<'v>> {
        Err(mistake(format!(
            "a fact is asked of the host\n  write host.get_fact(facts.{}, …)",
            self.name
        )))
    }
}
