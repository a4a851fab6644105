//! Cases: calls of the conformance pack, and what comes of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use windlass_engine::contract::{Origin, RawOutput};
use windlass_engine::json::JsonMap;
use windlass_engine::plugins::{GuestError, PluginError, Plugins};
use windlass_engine::secrets::SecretStore;
use windlass_plugins::Host;

use crate::components::conformance;
use crate::view::{Answers, Listed};

/// One call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) id: String,
    /// What it shows; a row of the table in the docs.
    pub(crate) shows: String,
    /// An operation to plan, a fact's source to ask for, or its output to parse.
    plan: Option<String>,
    source: Option<String>,
    parse: Option<String>,
    /// The arguments; those of facts are a list.
    args: Json,
    /// What the host answers.
    #[serde(default)]
    facts: Vec<Listed>,
    /// Files on the controller.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    output: Output,
    /// The arguments reach the guest as they are, unchecked.
    #[serde(default)]
    unbound: bool,
    /// A part of the error's message, where languages word the rest differently.
    says: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Output {
    status: i32,
    stdout: String,
    bytes: Vec<u8>,
    stderr: String,
    values: Vec<Json>,
}

pub(crate) fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(conformance().join("cases.jsonl")).unwrap();
    let read = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    text.lines().map(read).collect()
}

/// What the pack says of itself.
pub(crate) fn described(host: &Arc<Host>) -> Json {
    let (operations, facts) = (host.operations(), host.facts());
    let operations: Vec<_> = operations.iter().map(AsRef::as_ref).collect();
    let facts: Vec<_> = facts.iter().map(AsRef::as_ref).collect();
    json!({"operations": operations, "facts": facts})
}

/// What comes of a call: all that a host or a user could tell.
pub(crate) async fn outcome(host: &Arc<Host>, case: &Case) -> Json {
    let secrets = SecretStore::default();
    let view = Answers::new(&case.facts, &case.files);
    let result = match (&case.plan, &case.source, &case.parse) {
        (Some(operation), _, _) => plan(host, case, operation, &secrets, &view).await,
        (_, Some(fact), _) => host
            .source(fact, requests(&case.args), view.clone())
            .await
            .map(origin),
        (_, _, Some(fact)) => {
            let mut stdout = case.output.stdout.clone().into_bytes();
            stdout.extend(&case.output.bytes);
            let output = RawOutput {
                status: case.output.status,
                stdout,
                stderr: case.output.stderr.clone().into_bytes(),
                values: case.output.values.clone(),
            };
            let values = host
                .parse(fact, requests(&case.args), output, view.clone())
                .await;
            values.map(Json::from)
        }
        _ => panic!("{} calls nothing", case.id),
    };
    let result = match result {
        Ok(value) => json!({"ok": value}),
        Err(PluginError::Guest(error)) => json!({"error": error_of(error, case)}),
        Err(error) => json!({"failed": error.to_string()}),
    };
    let (asked, logged) = view.seen();
    json!({"result": result, "asked": asked, "logged": logged})
}

fn requests(args: &Json) -> &[Json] {
    args.as_array().expect("the arguments of facts are a list")
}

async fn plan(
    host: &Arc<Host>,
    case: &Case,
    operation: &str,
    secrets: &SecretStore,
    view: &Arc<Answers>,
) -> Result<Json, PluginError> {
    let args = if case.unbound {
        case.args.clone()
    } else {
        let named = given(&case.args, secrets)
            .as_object()
            .cloned()
            .unwrap_or_default();
        let named: JsonMap = named.into_iter().collect();
        let bound = host.bind_operation(operation, Vec::new(), named, secrets)?;
        view.secrets_are(
            bound
                .secrets
                .iter()
                .map(|one| secrets.reveal_to_target(one).unwrap()),
        );
        bound.args
    };
    let planned = host.plan(operation, &args, view.clone()).await?;
    Ok(serde_json::to_value(planned.as_ref()).unwrap())
}

/// Arguments as a deploy gives them: a secret by its identity.
fn given(value: &Json, secrets: &SecretStore) -> Json {
    match value {
        Json::Object(map) => match map.get("$secret").and_then(Json::as_str) {
            Some(text) => json!({"$secret": secrets.insert_plain("case", text.to_owned())}),
            None => map
                .iter()
                .map(|(key, item)| (key.clone(), given(item, secrets)))
                .collect(),
        },
        other => other.clone(),
    }
}

fn origin(origin: Origin) -> Json {
    match origin {
        Origin::Shell(shell) => json!({"shell": shell}),
        Origin::Probe(probe) => json!({"probe": probe}),
        Origin::Derived(derived) => json!({"derived": derived}),
        Origin::Other(name, value) => json!({"other": [name, value]}),
    }
}

fn error_of(error: GuestError, case: &Case) -> Json {
    let message = match &case.says {
        Some(part) if error.message.contains(part.as_str()) => part.clone(),
        _ => error.message,
    };
    json!({"kind": error.kind, "message": message, "at": error.at})
}
