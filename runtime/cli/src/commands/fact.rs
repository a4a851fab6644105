//! `windlass fact`.

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;
use windlass::deploys::Deploys;
use windlass::engine::arguments::GlobalArguments;
use windlass::engine::deploy::FactCall;
use windlass::engine::error::EngineError;
use windlass::engine::json::Json;
use windlass::engine::place::Place;
use windlass::engine::plugins::{PluginError, Plugins};

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::render;
use crate::run::{Run, Wants};
use crate::values::Arguments;

/// Show facts of hosts
#[derive(Debug, Args)]
pub(crate) struct FactArgs {
    /// A file, hosts with commas between them, or `@connector/argument`
    inventory: String,
    /// Facts, as `files.File`, each followed by its arguments: values, or KEY=VALUE
    #[arg(required = true, value_name = "FACT")]
    facts: Vec<String>,
}

/// A fact with what it is called in the output.
struct Asked {
    title: String,
    call: FactCall,
}

pub(crate) async fn run(context: &Context, args: &FactArgs) -> Result<Status, CliError> {
    let wants = Wants {
        command: "fact",
        ..Wants::default()
    };
    let run = Run::begin(context, &args.inventory, &Deploys::none("."), wants).await?;
    let asked = asked(context, run.state.plugins().as_ref(), &args.facts)?;
    let result = async {
        run.connect().await?;
        run.interrupts.or_end(&run.state, all(&run, &asked)).await
    };
    let result = result.await;
    let answers = run.end(result).await?;
    let wrong = answers.iter().any(|(_, _, answer)| answer.is_err());
    if context.ui.json {
        context.ui.json_document(&as_json(&answers));
    } else {
        context.ui.line(&as_text(&answers));
    }
    let status = if wrong { Status::Failed } else { Status::Done };
    Ok(run.failed_or(status))
}

type Answer<'a> = (String, &'a Asked, Result<Json, String>);

/// All facts of all hosts, at once.
async fn all<'a>(run: &Run<'_>, asked: &'a [Asked]) -> Result<Vec<Answer<'a>>, EngineError> {
    let state = &run.state;
    let hosts = state.active_hosts();
    let pending = hosts.iter().flat_map(|host| {
        asked.iter().map(move |one| async move {
            let value = state.fact(host, one.call.clone()).await;
            let value = value
                .map(|value| state.secrets().mask_json(&value))
                .map_err(|error| error.to_string());
            (host.name().to_owned(), one, value)
        })
    });
    Ok(futures_util::future::join_all(pending).await)
}

/// Takes the words apart: a fact's name begins the next one.
fn asked(
    context: &Context,
    plugins: &dyn Plugins,
    words: &[String],
) -> Result<Vec<Asked>, CliError> {
    let mut groups: Vec<(&String, Vec<String>)> = Vec::new();
    for word in words {
        match groups.last_mut() {
            Some((_, arguments)) if !is_fact(word) => arguments.push(word.clone()),
            _ => groups.push((word, Vec::new())),
        }
    }
    groups
        .into_iter()
        .map(|(fact, words)| {
            let info = plugins.fact(fact).map_err(EngineError::from)?;
            let read = Arguments::read(&words, &info.parameters);
            let globals = GlobalArguments::from_json(&Json::Object(read.global), &context.secrets)
                .map_err(CliError::Usage)?;
            let (positional, named) = (read.positional.clone(), read.named.clone());
            plugins
                .bind_fact(fact, positional, named, &context.secrets)
                .map_err(|error| match error {
                    PluginError::Argument { .. } => CliError::Usage(format!(
                        "{fact}: {error}\n  `windlass help {fact}` shows its arguments"
                    )),
                    other => EngineError::from(other).into(),
                })?;
            let title = std::iter::once(fact.clone())
                .chain(words)
                .collect::<Vec<_>>();
            Ok(Asked {
                title: title.join(" "),
                call: FactCall {
                    fact: fact.clone(),
                    positional: read.positional,
                    named: read.named,
                    globals,
                    place: Place::default(),
                },
            })
        })
        .collect()
}

/// True for `namespace.Fact`.
fn is_fact(word: &str) -> bool {
    word.split_once('.').is_some_and(|(namespace, name)| {
        let plain = |text: &str| text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
        !namespace.is_empty()
            && plain(namespace)
            && plain(name)
            && name.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

fn as_text(answers: &[Answer<'_>]) -> String {
    let mut text = String::new();
    let mut last = "";
    for (host, asked, answer) in answers {
        if host != last {
            let _ = writeln!(text, "{}{host}", if last.is_empty() { "" } else { "\n" });
            last = host;
        }
        let value = match answer {
            Ok(value @ (Json::Object(_) | Json::Array(_))) => {
                let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
                format!("\n{}", render::indent(&pretty, 4))
            }
            Ok(value) => format!(" {value}"),
            Err(error) => format!(" failed: {error}"),
        };
        let _ = writeln!(text, "  {}:{value}", asked.title);
    }
    text.trim_end().to_owned()
}

fn as_json(answers: &[Answer<'_>]) -> Json {
    let mut hosts = serde_json::Map::new();
    for (host, asked, answer) in answers {
        let entry = match answer {
            Ok(value) => json!({"fact": asked.call.fact, "request": asked.title, "value": value}),
            Err(error) => json!({"fact": asked.call.fact, "request": asked.title, "error": error}),
        };
        if let Json::Array(list) = hosts.entry(host.clone()).or_insert_with(|| json!([])) {
            list.push(entry);
        }
    }
    json!({ "hosts": hosts })
}
