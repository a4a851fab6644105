//! Secrets: values that go into arguments and nowhere else.

use std::fmt;

use allocative::Allocative;
use starlark::any::ProvidesStaticType;
use starlark::values::{NoSerialize, StarlarkPagablePanic, StarlarkValue, starlark_value};

use starlark::starlark_simple_value;

/// A secret, by its identity.
#[derive(Debug, ProvidesStaticType, NoSerialize, Allocative, StarlarkPagablePanic)]
pub(crate) struct Secret {
    identity: String,
}
starlark_simple_value!(Secret);

impl Secret {
    pub(crate) fn new(identity: String) -> Self {
        Self { identity }
    }

    pub(crate) fn identity(&self) -> &str {
        &self.identity
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret({:?})", self.identity)
    }
}

#[starlark_value(type = "secret")]
impl<'v> StarlarkValue<'v> for Secret {}
