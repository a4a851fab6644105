//! The component side: bindings to the contract, and translation between its types and the SDK's.

use serde_json::Value as Json;

use crate::argument::ParameterKind;
use crate::content::{Atom, Content};
use crate::describe;
use crate::error::{Error, ErrorKind, Result};
use crate::fact;
use crate::namespace::Namespace;
use crate::plan;
use crate::predict;
use crate::request::FactRequest;
use crate::shell;
use crate::step;
use crate::surroundings::{Entry, EntryKind};

/// Generated from `wit/`; used by [`macro@crate::export`] and this module alone.
#[allow(
    missing_docs,
    unsafe_code,
    unreachable_pub,
    clippy::all,
    clippy::pedantic
)]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "pure",
        pub_export_macro: true,
        export_macro_name: "export_pure",
        default_bindings_module: "windlass_sdk::guest::bindings",
    });
}

use bindings::windlass::plugin::{context, facts, local_files, log, secrets, types};

pub(crate) fn fact(request: &FactRequest) -> Result<Json> {
    facts::get(&request_to(request))
        .map(|text| json_from(&text))
        .map_err(error_from)
}

pub(crate) fn facts(requests: &[FactRequest]) -> Vec<Result<Json>> {
    let requests: Vec<_> = requests.iter().map(request_to).collect();
    let answers = facts::get_all(&requests);
    answers
        .into_iter()
        .map(|answer| answer.map(|text| json_from(&text)).map_err(error_from))
        .collect()
}

pub(crate) fn host(pointer: &str) -> Option<Json> {
    context::host(pointer).map(|text| json_from(&text))
}

pub(crate) fn inventory(pointer: &str) -> Option<Json> {
    context::inventory(pointer).map(|text| json_from(&text))
}

pub(crate) fn global(name: &str) -> Option<Json> {
    context::global(name).map(|text| json_from(&text))
}

pub(crate) fn temp_path(key: &str) -> String {
    context::temp_path(key)
}

pub(crate) fn stat(path: &str) -> Result<Option<Entry>> {
    local_files::stat(path)
        .map(|entry| entry.map(entry_from))
        .map_err(error_from)
}

pub(crate) fn times(path: &str) -> Result<(i64, i64)> {
    local_files::times(path).map_err(error_from)
}

pub(crate) fn digest(path: &str, algorithm: &str) -> Result<String> {
    local_files::digest(path, algorithm).map_err(error_from)
}

pub(crate) fn walk(path: &str) -> Result<Vec<(String, Entry)>> {
    let entries = local_files::walk(path).map_err(error_from)?;
    Ok(entries
        .into_iter()
        .map(|(path, entry)| (path, entry_from(entry)))
        .collect())
}

pub(crate) fn read(path: &str, offset: u64, limit: u32) -> Result<Vec<u8>> {
    local_files::read(path, offset, limit).map_err(error_from)
}

pub(crate) fn matches(content: &[Atom], algorithm: &str, digest: &str) -> Result<bool> {
    let content: Vec<_> = content.iter().cloned().map(atom_to).collect();
    secrets::matches(&content, algorithm, digest).map_err(error_from)
}

pub(crate) fn is_empty(secret: u32) -> Result<bool> {
    secrets::is_empty(secret).map_err(error_from)
}

pub(crate) fn write_log(level: &str, message: &str) {
    log::write(level, message);
}

/// What the component answers to `operations.describe`.
#[must_use]
pub fn describe_operations(
    namespace: &Namespace,
) -> Vec<bindings::exports::windlass::plugin::operations::OperationInfo> {
    let infos = namespace.describe_operations().into_iter();
    infos
        .map(
            |info| bindings::exports::windlass::plugin::operations::OperationInfo {
                more: info.more().to_string(),
                name: info.name,
                doc: info.doc.to_owned(),
                parameters: info.parameters.into_iter().map(parameter_to).collect(),
                idempotent: info.idempotent,
                hidden: info.hidden,
                alias_of: info.alias_of.map(str::to_owned),
            },
        )
        .collect()
}

/// What the component answers to `operations.plan`.
///
/// # Errors
/// Whatever the operation gives.
pub fn plan(
    namespace: &Namespace,
    operation: &str,
    args: &str,
) -> Result<types::Planned, types::Error> {
    let plan = argument_from(args)
        .and_then(|args| namespace.plan(operation, args))
        .map_err(error_to)?;
    Ok(plan_to(plan))
}

/// What the component answers to `fact-source.describe`.
#[must_use]
pub fn describe_facts(
    namespace: &Namespace,
) -> Vec<bindings::exports::windlass::plugin::fact_source::FactInfo> {
    let infos = namespace.describe_facts().into_iter();
    infos
        .map(
            |info| bindings::exports::windlass::plugin::fact_source::FactInfo {
                more: info.more().to_string(),
                name: info.name,
                doc: info.doc.to_owned(),
                parameters: info.parameters.into_iter().map(parameter_to).collect(),
                default: info.default.to_string(),
                stability: info.stability.as_str().to_owned(),
                requires: info.requires.map(str::to_owned),
                batch: info.batch,
                globals: info.globals.to_string(),
            },
        )
        .collect()
}

/// What the component answers to `fact-source.source`.
///
/// # Errors
/// Whatever the fact gives.
pub fn source(
    namespace: &Namespace,
    fact: &str,
    args: &[String],
) -> Result<bindings::exports::windlass::plugin::fact_source::Origin, types::Error> {
    let args = args
        .iter()
        .map(|args| argument_from(args))
        .collect::<Result<Vec<_>>>();
    args.and_then(|args| namespace.source(fact, args))
        .map(origin_to)
        .map_err(error_to)
}

/// What the component answers to `fact-source.parse`.
///
/// # Errors
/// Whatever the fact gives.
pub fn parse(
    namespace: &Namespace,
    fact: &str,
    args: &[String],
    output: bindings::exports::windlass::plugin::fact_source::Raw,
) -> Result<Vec<String>, types::Error> {
    let output = fact::Output {
        status: output.status,
        stdout: output.stdout,
        stderr: output.stderr,
        values: output.values.iter().map(|text| json_from(text)).collect(),
    };
    let args = args
        .iter()
        .map(|args| argument_from(args))
        .collect::<Result<Vec<_>>>();
    let values = args
        .and_then(|args| namespace.parse(fact, args, &output))
        .map_err(error_to)?;
    Ok(values.into_iter().map(|value| value.to_string()).collect())
}

/// JSON that the host sent. It sends only what parses; anything else reads as null.
#[doc(hidden)]
#[must_use]
pub fn json_from(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or(Json::Null)
}

/// JSON of a caller's: a payload, arguments.
///
/// # Errors
/// It is none.
#[doc(hidden)]
pub fn argument_from(text: &str) -> Result<Json> {
    serde_json::from_str(text).map_err(|error| {
        Error::new(
            ErrorKind::InvalidType,
            format!("the arguments are no JSON: {error}"),
        )
    })
}

fn empty_object() -> String {
    "{}".to_owned()
}

pub(crate) fn error_from(error: types::Error) -> Error {
    Error {
        kind: ErrorKind::from_name(&error.kind),
        message: error.message,
        at: error.at,
        more: json_from(&error.more),
    }
}

#[doc(hidden)]
#[must_use]
pub fn error_to(error: Error) -> types::Error {
    types::Error {
        kind: error.kind.as_str().to_owned(),
        message: error.message,
        at: error.at,
        more: if error.more.is_null() {
            empty_object()
        } else {
            error.more.to_string()
        },
    }
}

fn request_to(request: &FactRequest) -> facts::Request {
    facts::Request {
        fact: request.fact.clone(),
        args: request.args.to_string(),
        select: request.select.clone(),
        globals: request.globals.to_string(),
    }
}

fn entry_from(entry: types::Entry) -> Entry {
    Entry {
        kind: EntryKind::from_name(&entry.kind),
        mode: entry.mode,
        size: entry.size,
        target: entry.target,
    }
}

fn parameter_to(parameter: describe::Parameter) -> types::Parameter {
    let kind: ParameterKind = parameter.kind;
    types::Parameter {
        name: parameter.name.to_owned(),
        kind: kind.as_str().to_owned(),
        schema: parameter.schema.to_string(),
        default: parameter.default.map(|default| default.to_string()),
        doc: parameter.doc.to_owned(),
        secret: parameter.secret,
        more: empty_object(),
    }
}

fn atom_to(atom: Atom) -> types::Atom {
    match atom {
        Atom::Text(text) => types::Atom::Text(text),
        Atom::Bytes(bytes) => types::Atom::Bytes(bytes),
        Atom::Secret { secret, encodings } => types::Atom::Secret(types::SecretUse {
            secret,
            encodings: encodings
                .into_iter()
                .map(|encoding| encoding.as_str().to_owned())
                .collect(),
        }),
    }
}

fn atoms_to(atoms: Vec<Atom>) -> Vec<types::Atom> {
    atoms.into_iter().map(atom_to).collect()
}

fn content_to(content: Content) -> types::Content {
    match content {
        Content::Inline(atoms) => types::Content::Inline(atoms_to(atoms)),
        Content::Local(path) => types::Content::Local(path),
    }
}

fn text_to(text: shell::ShellText) -> Vec<types::Part> {
    let parts = text.into_parts().into_iter();
    parts
        .map(|part| match part {
            shell::Part::Raw(text) => types::Part::Raw(text),
            shell::Part::Word(word) => types::Part::Word(word),
        })
        .collect()
}

pub(crate) fn shell_to(shell: shell::Shell) -> types::Shell {
    types::Shell {
        text: text_to(shell.text),
        stdin: shell.stdin.map(content_to),
        env: shell
            .env
            .into_iter()
            .map(|(name, value)| (name, atoms_to(value)))
            .collect(),
        files: shell
            .files
            .into_iter()
            .map(|(name, content)| (name, content_to(content)))
            .collect(),
        more: empty_object(),
    }
}

pub(crate) fn upload_to(upload: step::Upload) -> types::Upload {
    types::Upload {
        source: content_to(upload.source),
        dest: upload.dest,
        mode: upload.mode,
        user: upload.user,
        group: upload.group,
        more: empty_object(),
    }
}

pub(crate) fn download_to(src: String, dest: String, create_folder: bool) -> types::Download {
    types::Download {
        src,
        dest,
        more: if create_folder {
            r#"{"create_folder":true}"#.to_owned()
        } else {
            empty_object()
        },
    }
}

pub(crate) fn nested_to(operation: String, args: &Json) -> types::Nested {
    types::Nested {
        operation,
        args: args.to_string(),
        more: empty_object(),
    }
}

fn action_to(action: step::Action) -> types::Action {
    use step::Action;
    match action {
        Action::Shell(shell) => types::Action::Shell(shell_to(shell)),
        Action::Upload(upload) => types::Action::Upload(upload_to(upload)),
        Action::Download {
            src,
            dest,
            create_folder,
        } => types::Action::Download(download_to(src, dest, create_folder)),
        Action::Rsync { src, dest, options } => types::Action::Rsync(types::Rsync {
            src,
            dest,
            options,
            more: empty_object(),
        }),
        Action::Call { actor, payload } => types::Action::Call(types::Call {
            actor,
            payload: payload.to_string(),
            more: empty_object(),
        }),
        Action::Reboot {
            text,
            delay_ms,
            interval_ms,
            timeout_ms,
        } => types::Action::Reboot(types::Reboot {
            text: text_to(text),
            delay_ms,
            interval_ms,
            timeout_ms,
            more: empty_object(),
        }),
        Action::Nested { operation, args } => types::Action::Nested(nested_to(operation, &args)),
    }
}

fn prediction_to(prediction: predict::Prediction) -> types::Prediction {
    types::Prediction {
        fact: prediction.fact,
        args: prediction.args.to_string(),
        partial: prediction.partial,
        at: prediction.at,
        value: prediction.value.map(|value| value.to_string()),
        more: empty_object(),
    }
}

fn plan_to(plan: plan::Plan) -> types::Planned {
    let steps = plan.steps.into_iter().map(|step| types::Step {
        action: action_to(step.action),
        globals: step.globals.to_string(),
        predictions: step.predictions.into_iter().map(prediction_to).collect(),
        more: match step.unpredicted {
            true => "{\"unpredicted\":true}".to_owned(),
            false => empty_object(),
        },
    });
    let diffs = plan.diffs.into_iter().map(|diff| types::Diff {
        subject: diff.subject,
        kind: "text".to_owned(),
        before: atoms_to(diff.before),
        after: atoms_to(diff.after),
        more: empty_object(),
    });
    types::Planned {
        steps: steps.collect(),
        notes: plan.notes,
        diffs: diffs.collect(),
        more: empty_object(),
    }
}

fn origin_to(origin: fact::Origin) -> bindings::exports::windlass::plugin::fact_source::Origin {
    use bindings::exports::windlass::plugin::fact_source as contract;
    match origin {
        fact::Origin::Probe(probe) => contract::Origin::Probe(contract::Probe {
            kind: probe.kind.to_owned(),
            args: probe.args.to_string(),
        }),
        fact::Origin::Shell(shell) => contract::Origin::Shell(shell_to(shell)),
        fact::Origin::Derived(facts) => contract::Origin::Derived(
            facts
                .into_iter()
                .map(|derived| contract::Derived {
                    fact: derived.fact,
                    args: derived.args.to_string(),
                    select: derived.select,
                })
                .collect(),
        ),
    }
}
