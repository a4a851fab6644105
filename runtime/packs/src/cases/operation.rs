//! Running an operation's case: planning it, and the operations it uses, as the engine would.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use windlass_engine::contract::{Action, OperationInfo, ParameterKind};
use windlass_engine::facts::Overlay;
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::{Bound, ErrorKind, PluginError, Plugins};

use super::again::{Again, again};
use super::compare;
use super::files::MemoryFiles;
use super::format::{Expected, ExpectedError, OperationCase};
use super::run::{Ran, Texts};
use super::seen::{Seen, see};
use super::view::{CaseView, World, given, print, unlisted_text};

/// How deep operations may nest.
const NESTING: usize = 16;

/// Everything that was planned for a call, nested operations included.
#[derive(Default, serde::Serialize)]
pub(super) struct Flat {
    pub(super) commands: Vec<Seen>,
    pub(super) notes: Vec<String>,
}

/// Why a call could not be planned.
pub(super) enum Failure {
    Plugin(PluginError),
    /// The plan is one that this version can't read.
    Unreadable(String),
}

/// Runs a case once.
pub(super) async fn run(plugins: &Arc<dyn Plugins>, case: &OperationCase, law: bool) -> Ran {
    let world = world(plugins, case);
    let mut applied = Overlay::default();
    let planned = plan(&world, case, &mut applied, false).await;
    let asked = world.take_asked();
    let again = match &planned {
        Ok(flat) if law => again(&world, case, flat, &applied).await,
        _ => None,
    };
    let (mut why, texts) = match (&case.expect, &planned) {
        (
            Expected::Commands {
                commands,
                noop,
                noop_checked,
            },
            Ok(flat),
        ) => {
            let note = noop
                .as_deref()
                .filter(|_| *noop_checked && commands.is_empty());
            let noop = note.map(|expected| flat.notes.iter().any(|note| note == expected));
            (
                compare::commands(commands, &flat.commands, &case.env.cwd),
                Texts {
                    noop,
                    ..Texts::default()
                },
            )
        }
        (Expected::Error { error }, Err(Failure::Plugin(found))) => {
            let message = error
                .message
                .as_deref()
                .map(|expected| message_of(found) == expected);
            (
                wrong_kind(error, found),
                Texts {
                    message,
                    ..Texts::default()
                },
            )
        }
        (Expected::Error { error }, Ok(flat)) => {
            let kinds = error.kinds.join(" or ");
            let why = format!(
                "expected an error ({kinds}), planned:\n{}",
                compare::listing(&flat.commands)
            );
            (Some(why), Texts::default())
        }
        (_, Err(Failure::Plugin(error))) => (
            Some(format!("it fails: {}", described(error))),
            Texts::default(),
        ),
        (_, Err(Failure::Unreadable(why))) => (Some(why.clone()), Texts::default()),
    };
    if !asked.unlisted.is_empty() {
        let unlisted = unlisted_text(&world, &asked.unlisted);
        why = Some(why.map_or_else(|| unlisted.clone(), |why| format!("{unlisted}\n{why}")));
    }
    let texts = Texts {
        facts: Some(world.same_facts(&case.facts, &asked)),
        again: again.as_ref().map(|again| *again == Again::Holds),
        ..texts
    };
    if let (None, Some(Again::Broken(broken))) = (&why, again) {
        why = Some(broken);
    }
    let fingerprint = match planned {
        Ok(flat) => print(&flat),
        Err(Failure::Plugin(error)) => described(&error),
        Err(Failure::Unreadable(why)) => why,
    };
    Ran {
        why,
        texts,
        fingerprint,
    }
}

/// What surrounds a case's call.
pub(super) fn world(plugins: &Arc<dyn Plugins>, case: &OperationCase) -> Arc<World> {
    let files = MemoryFiles::new(&case.env.cwd, &case.local_fs);
    World::new(plugins.clone(), &case.facts, files, case.env.clone(), None)
}

/// Plans a case's call on top of `above`, which is given what its steps predict.
pub(super) async fn plan(
    world: &Arc<World>,
    case: &OperationCase,
    above: &mut Overlay,
    applied: bool,
) -> Result<Flat, Failure> {
    let info = world.plugins.operation(&case.op).map_err(Failure::Plugin)?;
    let (positional, named) = arguments(&info, &case.params);
    let positional = positional
        .iter()
        .map(|value| given(value, &world.secrets))
        .collect();
    let named = named
        .iter()
        .map(|(name, value)| (name.clone(), given(value, &world.secrets)))
        .collect();
    let bound = world
        .plugins
        .bind_operation(&case.op, positional, named, &world.secrets)
        .map_err(Failure::Plugin)?;
    let mut flat = Flat::default();
    let call = Call {
        operations: vec![case.op.clone()],
        bound,
        globals: JsonMap::new(),
        applied,
    };
    flatten(world, call, above, &mut flat).await?;
    Ok(flat)
}

/// A case's parameters as positional and named arguments. Only a rest list takes positional ones, and then what
/// stands before it does too.
fn arguments(info: &OperationInfo, params: &JsonMap) -> (Vec<Json>, JsonMap) {
    let mut named = params.clone();
    let rest = info.parameters.iter().position(|parameter| {
        parameter.kind == ParameterKind::RestList
            && params.contains_key(&format!("*{}", parameter.name))
    });
    let Some(rest) = rest else {
        return (Vec::new(), named);
    };
    let mut positional = Vec::new();
    for parameter in info.parameters.iter().take(rest) {
        positional.push(
            named
                .shift_remove(&parameter.name)
                .or(parameter.default.clone())
                .unwrap_or(Json::Null),
        );
    }
    for parameter in info.parameters.iter().skip(rest).take(1) {
        if let Some(Json::Array(items)) = named.shift_remove(&format!("*{}", parameter.name)) {
            positional.extend(items);
        }
    }
    (positional, named)
}

struct Call {
    /// What leads to it, the outermost first; what is called itself last.
    operations: Vec<String>,
    bound: Bound,
    globals: JsonMap,
    applied: bool,
}

type Flattening<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 'a>>;

/// Plans a call, and each operation that it uses at its turn, on top of what the steps before it are predicted to change.
fn flatten<'a>(
    world: &'a Arc<World>,
    call: Call,
    above: &'a mut Overlay,
    flat: &'a mut Flat,
) -> Flattening<'a> {
    Box::pin(async move {
        let Call {
            operations,
            bound,
            globals,
            applied,
        } = call;
        let operation = operations.last().map_or("", String::as_str);
        if operations.len() > NESTING {
            return Err(Failure::Unreadable(format!(
                "operations nest more than {NESTING} deep at {operation}"
            )));
        }
        let live = world
            .live(&operations, &bound, &globals)
            .map_err(Failure::Plugin)?;
        let view = CaseView {
            world: world.clone(),
            overlay: above.clone(),
            secrets: bound.secrets.clone(),
            globals: globals.clone(),
            applied,
            live,
        };
        let planned = world
            .plugins
            .plan(operation, &bound.args, Arc::new(view))
            .await
            .map_err(Failure::Plugin)?;
        for step in &planned.steps {
            if let Action::Nested(nested) = &step.action {
                let args = outer_secrets(&nested.args, &bound.secrets);
                let named = args.as_object().cloned().unwrap_or_default();
                let inner = world.plugins.bind_operation(
                    &nested.operation,
                    Vec::new(),
                    named,
                    &world.secrets,
                );
                let mut merged = globals.clone();
                merged.extend(step.globals.as_object().cloned().unwrap_or_default());
                let mut below = operations.clone();
                below.push(nested.operation.clone());
                let call = Call {
                    operations: below,
                    bound: inner.map_err(Failure::Plugin)?,
                    globals: merged,
                    applied,
                };
                flatten(world, call, above, flat).await?;
            } else {
                flat.commands
                    .extend(see(&step.action, world, &bound.secrets).map_err(Failure::Unreadable)?);
            }
            above.add(&step.predictions);
        }
        flat.notes.extend(planned.notes.iter().cloned());
        Ok(())
    })
}

/// Arguments of a nested call, with the identities of the outer call's secrets in place of their numbers.
fn outer_secrets(args: &Json, secrets: &[String]) -> Json {
    match args {
        Json::Object(map) => {
            let number = map
                .get("$secret")
                .filter(|_| map.len() == 1)
                .and_then(Json::as_u64);
            match number.and_then(|number| secrets.get(usize::try_from(number).ok()?)) {
                Some(identity) => serde_json::json!({"$secret": identity}),
                None => Json::Object(
                    map.iter()
                        .map(|(key, value)| (key.clone(), outer_secrets(value, secrets)))
                        .collect(),
                ),
            }
        }
        Json::Array(items) => items
            .iter()
            .map(|item| outer_secrets(item, secrets))
            .collect(),
        other => other.clone(),
    }
}

/// Why an error is not one of those that were expected.
fn wrong_kind(expected: &ExpectedError, found: &PluginError) -> Option<String> {
    let fits = match found {
        PluginError::Guest(error) => expected
            .kinds
            .iter()
            .any(|kind| kind == error.kind.as_str()),
        // What the runtime finds before a guest runs: a value's type and a value are one to a schema.
        PluginError::Argument { .. } => {
            let kinds = [ErrorKind::InvalidType, ErrorKind::InvalidValue].map(ErrorKind::as_str);
            expected
                .kinds
                .iter()
                .any(|kind| kinds.contains(&kind.as_str()))
        }
        _ => false,
    };
    (!fits).then(|| {
        format!(
            "expected an error ({}), got {}",
            expected.kinds.join(" or "),
            described(found)
        )
    })
}

fn message_of(error: &PluginError) -> String {
    match error {
        PluginError::Guest(error) => error.message.clone(),
        other => other.to_string(),
    }
}

/// An error with its kind.
pub(super) fn described(error: &PluginError) -> String {
    match error {
        PluginError::Guest(guest) => match &guest.at {
            Some(at) => format!("{} error at `{at}`: {}", guest.kind.as_str(), guest.message),
            None => format!("{} error: {}", guest.kind.as_str(), guest.message),
        },
        PluginError::Argument { .. } => format!("argument error: {error}"),
        other => other.to_string(),
    }
}
