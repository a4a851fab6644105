//! Arguments: bound to an operation's or fact's parameters, checked against their schemas, made canonical.

use std::sync::OnceLock;

use indexmap::IndexMap;
use jsonschema::Validator;
use windlass_engine::arguments::GlobalArguments;
use windlass_engine::contract::{Parameter, ParameterKind};
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::{Bound, PluginError};
use windlass_engine::secrets::SecretStore;

use crate::sentence;
use crate::tags;
use windlass_engine::nearest::nearest;

/// The parameters of one operation or fact.
pub(crate) struct Signature {
    name: String,
    parameters: Vec<Checked>,
}

/// A parameter, with its schema compiled when it is first needed: a run uses few of the hundreds there are.
struct Checked {
    parameter: Parameter,
    schema: OnceLock<Result<Validator, String>>,
}

fn wrong(argument: Option<&str>, message: String) -> PluginError {
    PluginError::Argument {
        argument: argument.map(str::to_owned),
        message,
    }
}

impl Signature {
    /// The parameters of what is called `name`. The error is for a component that describes itself badly.
    pub(crate) fn new(name: &str, parameters: &[Parameter]) -> Result<Self, String> {
        for (position, parameter) in parameters.iter().enumerate() {
            let before = parameters.iter().take(position);
            let mut others = before.clone().filter(|other| other.name == parameter.name);
            if others.next().is_some() {
                return Err(format!("{name} has two parameters `{}`", parameter.name));
            }
            let rest = matches!(
                parameter.kind,
                ParameterKind::RestList | ParameterKind::RestMap
            );
            if rest && before.clone().any(|other| other.kind == parameter.kind) {
                return Err(format!(
                    "{name} has two parameters that take what is left, `{}` is the second",
                    parameter.name
                ));
            }
            if !parameter.schema.is_object() && !parameter.schema.is_boolean() {
                return Err(format!(
                    "{name}: the schema of `{}` is none",
                    parameter.name
                ));
            }
        }
        Ok(Self {
            name: name.to_owned(),
            parameters: parameters
                .iter()
                .map(|parameter| Checked {
                    parameter: parameter.clone(),
                    schema: OnceLock::new(),
                })
                .collect(),
        })
    }

    /// Binds a call's arguments.
    pub(crate) fn bind(
        &self,
        positional: Vec<Json>,
        named: JsonMap,
        secrets: &SecretStore,
    ) -> Result<Bound, PluginError> {
        let mut given = self.by_position(positional)?;
        self.by_name(named, &mut given)?;
        let mut args = JsonMap::new();
        for checked in &self.parameters {
            let parameter = &checked.parameter;
            let value = given.swap_remove(&parameter.name);
            let value = match value.filter(|value| !value.is_null()) {
                Some(value) => tags::without_paths(value),
                None => match &parameter.default {
                    Some(Json::Null) => continue,
                    Some(default) => default.clone(),
                    None if is_rest(parameter) => continue,
                    None => return Err(self.missing(parameter)),
                },
            };
            self.check(checked, &value, secrets)?;
            args.insert(parameter.name.clone(), value);
        }
        let mut identities = Vec::new();
        let mut names: Vec<String> = args.keys().cloned().collect();
        // Secrets are counted in canonical order, whatever the order of parameters is.
        names.sort_unstable();
        for name in names {
            if let Some(value) = args.get_mut(&name) {
                tags::number_secrets(value, &mut identities);
            }
        }
        Ok(Bound {
            args: Json::Object(args),
            secrets: identities,
        })
    }

    fn by_position(&self, positional: Vec<Json>) -> Result<IndexMap<String, Json>, PluginError> {
        let count = positional.len();
        let mut values = positional.into_iter();
        let mut given = IndexMap::new();
        let by_position = || {
            let kinds = self.parameters.iter().map(|checked| &checked.parameter);
            kinds.filter(|parameter| parameter.kind == ParameterKind::Either)
        };
        for (parameter, value) in by_position().zip(values.by_ref()) {
            given.insert(parameter.name.clone(), value);
        }
        let left: Vec<Json> = values.collect();
        if left.is_empty() {
            return Ok(given);
        }
        if let Some(rest) = self.rest(ParameterKind::RestList) {
            given.insert(rest.name.clone(), Json::Array(left));
            return Ok(given);
        }
        let taken = by_position().count();
        let names: Vec<String> = by_position()
            .map(|parameter| format!("`{}`", parameter.name))
            .collect();
        Err(wrong(
            None,
            match taken {
                0 => format!("it takes no arguments by position, and {count} were given"),
                _ => format!(
                    "it takes {taken} arguments by position ({}), and {count} were given",
                    names.join(", ")
                ),
            },
        ))
    }

    fn by_name(
        &self,
        named: JsonMap,
        given: &mut IndexMap<String, Json>,
    ) -> Result<(), PluginError> {
        let mut left = JsonMap::new();
        for (name, value) in named {
            let parameter = self
                .parameters
                .iter()
                .map(|checked| &checked.parameter)
                .find(|parameter| parameter.name == name);
            match parameter {
                // Plugins and stored plans name what is left by the parameter; its entries then join the others.
                Some(parameter) if parameter.kind == ParameterKind::RestMap => match value {
                    Json::Object(map) => left.extend(map),
                    Json::Null => {}
                    other => {
                        left.insert(name, other);
                    }
                },
                Some(parameter) => {
                    if given.insert(parameter.name.clone(), value).is_some() {
                        let message = format!("`{name}` is given twice: by position and by name");
                        return Err(wrong(Some(&name), message));
                    }
                }
                None if self.rest(ParameterKind::RestMap).is_some() => {
                    left.insert(name, value);
                }
                None => return Err(self.unknown(&name)),
            }
        }
        if let Some(rest) = self.rest(ParameterKind::RestMap)
            && !left.is_empty()
        {
            given.insert(rest.name.clone(), Json::Object(left));
        }
        Ok(())
    }

    fn rest(&self, kind: ParameterKind) -> Option<&Parameter> {
        let parameters = self.parameters.iter().map(|checked| &checked.parameter);
        parameters
            .into_iter()
            .find(|parameter| parameter.kind == kind)
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.parameters
            .iter()
            .map(|checked| checked.parameter.name.as_str())
    }

    fn unknown(&self, name: &str) -> PluginError {
        let hint = match (nearest(name, self.names()), GlobalArguments::meant(name)) {
            (Some(near), _) => format!(", did you mean `{near}`?"),
            (None, Some(global)) => format!(", did you mean the global argument `{global}`?"),
            (None, None) if self.parameters.is_empty() => String::from("; it takes none"),
            (None, None) => {
                let names: Vec<&str> = self.names().collect();
                format!("; it takes {}", names.join(", "))
            }
        };
        wrong(Some(name), format!("there is no argument `{name}`{hint}"))
    }

    fn missing(&self, parameter: &Parameter) -> PluginError {
        let takes = sentence::takes(&parameter.schema);
        wrong(
            Some(&parameter.name),
            format!("`{}` is missing; it takes {takes}", parameter.name),
        )
    }

    /// Checks a value against its schema, with secrets in place of their handles.
    fn check(
        &self,
        checked: &Checked,
        value: &Json,
        secrets: &SecretStore,
    ) -> Result<(), PluginError> {
        let parameter = &checked.parameter;
        let name = parameter.name.as_str();
        if tags::has_secret(value) && !parameter.secret {
            return Err(wrong(Some(name), self.takes_no_secret(name)));
        }
        let plain = tags::revealed(value, secrets)
            .map_err(|error| wrong(Some(name), format!("`{name}`: {error}")))?;
        let schema = checked.schema.get_or_init(|| {
            jsonschema::options()
                .should_validate_formats(false)
                .build(&parameter.schema)
                .map_err(|error| error.to_string())
        });
        let schema = schema.as_ref().map_err(|error| {
            PluginError::Load(format!(
                "{}: the schema of `{name}` is invalid: {error}",
                self.name
            ))
        })?;
        if schema.is_valid(&plain) {
            return Ok(());
        }
        let hidden = tags::has_secret(value);
        let error = schema.iter_errors(&plain).next();
        let message = error.map(|error| sentence::of(name, &parameter.schema, &error, hidden));
        Err(wrong(
            Some(name),
            message.unwrap_or_else(|| {
                format!("`{name}` takes {}", sentence::takes(&parameter.schema))
            }),
        ))
    }

    fn takes_no_secret(&self, name: &str) -> String {
        let accepting: Vec<String> = self
            .parameters
            .iter()
            .filter(|checked| checked.parameter.secret)
            .map(|checked| format!("`{}`", checked.parameter.name))
            .collect();
        match accepting.as_slice() {
            [] => format!("`{name}` takes no secret, and neither do the other arguments"),
            [one] => format!("`{name}` takes no secret; {one} does"),
            several => format!("`{name}` takes no secret; {} do", several.join(", ")),
        }
    }
}

fn is_rest(parameter: &Parameter) -> bool {
    matches!(
        parameter.kind,
        ParameterKind::RestList | ParameterKind::RestMap
    )
}

#[cfg(test)]
#[path = "signature/tests.rs"]
mod tests;
