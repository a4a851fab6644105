//! Running a fact's case: its command, then the value read from an output.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use windlass_engine::contract::{FactInfo, Origin, RawOutput};
use windlass_engine::facts::{Overlay, select};
use windlass_engine::json::{Json, JsonMap};
use windlass_engine::plugins::{PluginError, Plugins};

use super::files::MemoryFiles;
use super::format::{Command, Environment, FactCase};
use super::names::{common, common_marks};
use super::operation::described;
use super::run::{Ran, Texts};
use super::seen;
use super::shell;
use super::values;
use super::view::{CaseView, World, given, unlisted_text};

/// How deep facts may derive from facts.
const DEPTH: usize = 16;

/// The moment at which outputs were written, as `_timestamp` tells it; dates without a year are near it.
const NOW: &str = "20250101T000000Z";

/// What asking for a fact came to.
pub(super) struct Found {
    pub(super) command: String,
    requires: Option<String>,
    pub(super) value: Json,
}

/// Asks for a case's fact and reads it from the case's output.
pub(super) async fn found(
    plugins: &Arc<dyn Plugins>,
    case: &FactCase,
) -> (Arc<World>, Result<Found, String>) {
    let env = Environment {
        timestamp: String::from(NOW),
        ..Environment::default()
    };
    let files = MemoryFiles::new(&env.cwd, &[]);
    let world = World::new(plugins.clone(), &case.host_facts, files, env, None);
    let params = case
        .params
        .iter()
        .map(|(name, value)| (name.clone(), given(value, &world.secrets)))
        .collect();
    let result = ask(&world, &case.fact, params, output_of(case), 0).await;
    (world, result)
}

/// Runs a case once.
pub(super) async fn run(plugins: &Arc<dyn Plugins>, case: &FactCase) -> Ran {
    let (world, result) = found(plugins, case).await;
    let asked = world.take_asked();
    let mut reasons = Vec::new();
    if !asked.unlisted.is_empty() {
        reasons.push(unlisted_text(&world, &asked.unlisted));
    }
    let fingerprint = match &result {
        Ok(found) => {
            reasons.extend(compare(case, found));
            format!("{} {}", found.command, found.value)
        }
        Err(why) => {
            reasons.push(why.clone());
            why.clone()
        }
    };
    if let Ok(info) = plugins.fact(&case.fact) {
        reasons.extend(compare_default(case, &info));
    }
    let texts = Texts {
        facts: Some(world.same_facts(&case.host_facts, &asked)),
        ..Texts::default()
    };
    Ran {
        why: (!reasons.is_empty()).then(|| reasons.join("\n")),
        texts,
        fingerprint,
    }
}

/// The output as a command writes it: each line ends, and one that fails writes none.
fn output_of(case: &FactCase) -> RawOutput {
    let mut text = String::new();
    for line in case.output.iter().flatten() {
        text.push_str(&common_marks(line));
        text.push('\n');
    }
    RawOutput {
        status: i32::from(case.output.is_none()),
        stdout: text.into_bytes(),
        ..RawOutput::default()
    }
}

fn compare(case: &FactCase, found: &Found) -> Vec<String> {
    let mut reasons = Vec::new();
    let expected = &case.expect;
    if !shell::same(&expected.command.raw, &found.command) {
        let (before, after) = (common(&expected.command.raw), common(&found.command));
        reasons.push(format!(
            "the command differs (- expected, + asked):\n  - {before}\n  + {after}"
        ));
    } else if let Some(masked) = expected
        .command
        .masked
        .as_deref()
        .filter(|masked| !shell::same(masked, &found.command))
    {
        reasons.push(format!(
            "the command as it is shown differs:\n  - {masked}\n  + {}",
            found.command
        ));
    }
    if expected.requires_command != found.requires {
        let word = |name: &Option<String>| {
            name.as_deref()
                .map_or(String::from("nothing"), |name| format!("`{name}`"))
        };
        reasons.push(format!(
            "it requires {}, expected {}",
            word(&found.requires),
            word(&expected.requires_command)
        ));
    }
    let told = values::differences(&expected.value, &found.value);
    if !told.is_empty() {
        reasons.push(format!("the value differs:\n  {}", told.join("\n  ")));
    }
    reasons
}

fn compare_default(case: &FactCase, info: &FactInfo) -> Option<String> {
    // A fact that derives from another has no command that could be missing.
    let expected = case.default.as_ref().filter(|_| !case.short)?;
    let told = values::differences(expected, &info.default);
    (!told.is_empty()).then(|| format!("the default differs:\n  {}", told.join("\n  ")))
}

type Asking<'a> = Pin<Box<dyn Future<Output = Result<Found, String>> + Send + 'a>>;

/// Asks for a fact and reads its value from an output; a fact that derives from another asks for that first.
fn ask<'a>(
    world: &'a Arc<World>,
    fact: &'a str,
    params: JsonMap,
    output: RawOutput,
    depth: usize,
) -> Asking<'a> {
    Box::pin(async move {
        if depth >= DEPTH {
            return Err(format!("facts derive more than {DEPTH} deep at {fact}"));
        }
        let failed = |error: PluginError| format!("{fact} fails: {}", described(&error));
        let plugins = &world.plugins;
        let info = plugins.fact(fact).map_err(failed)?;
        let bound = plugins
            .bind_fact(fact, Vec::new(), params, &world.secrets)
            .map_err(failed)?;
        let view = || {
            Arc::new(CaseView {
                world: world.clone(),
                overlay: Overlay::default(),
                secrets: bound.secrets.clone(),
                globals: JsonMap::new(),
                applied: false,
                live: None,
            })
        };
        let args = std::slice::from_ref(&bound.args);
        let (command, requires, raw) = match plugins
            .source(fact, args, view())
            .await
            .map_err(failed)?
        {
            Origin::Shell(shell) => {
                let Command::Shell {
                    raw,
                    stdin,
                    env,
                    files,
                    ..
                } = seen::shell(&shell, world, &bound.secrets)?
                else {
                    return Err(format!("{fact} has no command"));
                };
                if stdin.is_some() || !env.is_empty() || !files.is_empty() {
                    return Err(format!(
                        "{fact} gives its command input, an environment or files, which a case can't tell: {raw}"
                    ));
                }
                (raw, info.requires.clone(), output)
            }
            Origin::Derived(derived) => match derived.as_slice() {
                [one] => {
                    let params = one.args.as_object().cloned().unwrap_or_default();
                    let inner = ask(world, &one.fact, params, output, depth + 1).await?;
                    let values = vec![select(inner.value, &one.select)];
                    (
                        inner.command,
                        inner.requires,
                        RawOutput {
                            values,
                            ..RawOutput::default()
                        },
                    )
                }
                several => {
                    return Err(format!(
                        "{fact} derives from {} facts; a case has one output",
                        several.len()
                    ));
                }
            },
            Origin::Probe(probe) => {
                return Err(format!(
                    "{fact} is a `{}` that the runtime asks by its own means; a case needs a command",
                    probe.kind
                ));
            }
            Origin::Other(kind, _) => {
                return Err(format!(
                    "{fact} comes from a `{kind}`, which needs a newer windlass"
                ));
            }
        };
        let value = plugins
            .parse(fact, args, raw, view())
            .await
            .map_err(failed)?;
        match <[Json; 1]>::try_from(value) {
            Ok([value]) => Ok(Found {
                command,
                requires,
                value,
            }),
            Err(values) => Err(format!(
                "{fact} gave {} values for one request",
                values.len()
            )),
        }
    })
}
