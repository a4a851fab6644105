//! Rendering a template.

use std::collections::BTreeMap;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use windlass_sdk::content::plain_bytes;
use windlass_sdk::prelude::*;
use windlass_sdk::reexport::serde_json::Value as Json;

use super::filters;
use super::lookup::{Lookup, Root};
use super::options::Options;
use super::secret::{Secret, split};
use super::values::value_of;
use crate::operations::LocalSource;

/// What a template that is given as content is called in messages.
const INLINE: &str = "(content)";

/// Renders a template with values, and gives the result as content.
///
/// # Errors
/// `operation` for a template that cannot be read or rendered, with its path and line; `io` when it is missing;
/// `secret` for a secret that was used otherwise than written out.
pub(crate) fn render(
    source: &LocalSource,
    values: BTreeMap<String, Json>,
    options: &Options,
) -> Result<Vec<Atom>> {
    let (name, text) = read(source)?;
    let mut environment = environment(&name, options)?;
    let failed = |error: minijinja::Error| failure(&name, &error);
    environment
        .add_template_owned(name.clone(), text)
        .map_err(failed)?;
    let template = environment.get_template(&name).map_err(failed)?;
    split(
        &template
            .render(Value::from(variables(values)))
            .map_err(failed)?,
    )
}

fn read(source: &LocalSource) -> Result<(String, String)> {
    let (name, bytes) = match source {
        LocalSource::File(path) => {
            source.must_be_there()?;
            (path.0.clone(), local_files::read(&path.0)?)
        }
        LocalSource::Content(atoms) => {
            let plain = plain_bytes(atoms);
            let refused = || {
                Error::new(
                    ErrorKind::Secret,
                    "a template cannot hold a secret: give it as an argument",
                )
            };
            (INLINE.to_owned(), plain.ok_or_else(refused)?)
        }
    };
    let text = String::from_utf8(bytes);
    let text =
        text.map_err(|_| Error::operation(format!("template {name} is not UTF-8")).at("src"))?;
    Ok((name, text))
}

fn variables(values: BTreeMap<String, Json>) -> BTreeMap<String, Value> {
    let mut variables = BTreeMap::from([
        (
            "host".to_owned(),
            Value::from_object(Lookup::new(Root::Host)),
        ),
        (
            "inventory".to_owned(),
            Value::from_object(Lookup::new(Root::Inventory)),
        ),
    ]);
    variables.extend(
        values
            .into_iter()
            .map(|(name, value)| (name, value_of(value))),
    );
    variables
}

fn environment(name: &str, options: &Options) -> Result<Environment<'static>> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.set_syntax(options.syntax()?);
    environment.add_filter("tojson", filters::tojson);
    environment.add_filter("urlencode", filters::urlencode);
    environment.add_filter("b64encode", filters::b64encode);
    environment.add_filter("quote", filters::shell_word);

    // Written out, secrets are stand-ins; true, false and none are written as deploys write them.
    environment.set_formatter(|out, state, value| {
        if let Some(secret) = Secret::of(value) {
            return Ok(out.write_str(&secret.stand_in())?);
        }
        match value.kind() {
            ValueKind::Bool => Ok(out.write_str(if value.is_true() { "True" } else { "False" })?),
            ValueKind::None => Ok(out.write_str("None")?),
            _ => minijinja::escape_formatter(out, state, value),
        }
    });

    let folder = name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    environment.set_loader(move |name| load(folder.as_deref(), name));
    Ok(environment)
}

/// Finds another template: from the first one's folder, else from the deploy's.
fn load(folder: Option<&str>, name: &str) -> Result<Option<String>, minijinja::Error> {
    let fail = |error: String| minijinja::Error::new(minijinja::ErrorKind::InvalidOperation, error);
    let beside = folder.map(|folder| format!("{folder}/{name}"));
    for path in beside.iter().map(String::as_str).chain([name]) {
        let found = local_files::stat(path);
        if found.is_ok_and(|entry| entry.is_some()) {
            let bytes = local_files::read(path).map_err(|error| fail(error.to_string()))?;
            return String::from_utf8(bytes)
                .map(Some)
                .map_err(|_| fail(format!("template {path} is not UTF-8")));
        }
    }
    Ok(None)
}

fn failure(name: &str, error: &minijinja::Error) -> Error {
    let place = error
        .name()
        .filter(|place| !place.is_empty())
        .unwrap_or(name);
    let line = error
        .line()
        .map(|line| format!(" (L{line})"))
        .unwrap_or_default();
    let detail = error
        .detail()
        .map_or_else(|| error.kind().to_string(), str::to_owned);
    let kind = error.kind();
    let hint = if kind == minijinja::ErrorKind::UndefinedError {
        "undefined value; give it as an argument, or use `| default(…)`".to_owned()
    } else {
        detail
    };
    Error::operation(format!("error in template {place}{line}: {hint}")).at("src")
}
