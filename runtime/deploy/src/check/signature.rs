//! What an operation or a fact takes, and what is said of arguments that it does not.

use std::collections::HashMap;

use starlark::codemap::Span;
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::contract::{Parameter, ParameterKind};
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::PluginError;

use windlass_engine::nearest::nearest;

/// What is called, for messages and binding.
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    pub(super) callee: Span,
    pub(super) parameters: &'a [Parameter],
    pub(super) operation: bool,
    pub(super) bind: &'a dyn Fn(Vec<Json>, JsonMap) -> Result<(), PluginError>,
}

impl Call<'_> {
    /// The message for an argument that there is not.
    pub(super) fn unknown(&self, key: &str) -> Option<String> {
        let takes = |parameter: &Parameter| {
            parameter.name == key || parameter.kind == ParameterKind::RestMap
        };
        if self.parameters.iter().any(takes) {
            return None;
        }
        let names = || {
            self.parameters
                .iter()
                .map(|parameter| parameter.name.as_str())
        };
        let hint = match (nearest(key, names()), GlobalArguments::meant(key)) {
            (Some(near), _) => format!(", did you mean `{near}`?"),
            (None, Some(global)) => format!(", did you mean the global argument `{global}`?"),
            (None, None) if self.parameters.is_empty() => String::from("\n  it takes no arguments"),
            (None, None) => format!("\n  it takes {}", names().collect::<Vec<_>>().join(", ")),
        };
        Some(format!("{} has no argument `{key}`{hint}", self.name))
    }

    /// Required arguments that are not given.
    pub(super) fn missing(&self, positional: usize, given: &HashMap<String, Span>) -> Vec<String> {
        let mut by_position = positional;
        let mut missing = Vec::new();
        for parameter in self.parameters {
            let takes_position = parameter.kind == ParameterKind::Either && by_position > 0;
            if takes_position {
                by_position -= 1;
            }
            let required = parameter.default.is_none()
                && matches!(
                    parameter.kind,
                    ParameterKind::Either | ParameterKind::Keyword
                );
            if required && !takes_position && !given.contains_key(&parameter.name) {
                missing.push(format!("`{}`", parameter.name));
            }
        }
        missing
    }
}
