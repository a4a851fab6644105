//! The plan as data: what every renderer, file and comparison works from. Masked, deterministic, versioned.

use std::sync::Arc;

use serde::Serialize;
use similar::TextDiff;

use crate::arguments::GlobalArguments;
use crate::connector::Stream;
use crate::contract::{Action, Atom, Content, Shell};
use crate::error::EngineError;
use crate::json::{Json, JsonMap};
use crate::local_files::Readable;
use crate::place::Place;
use crate::state::{Certainty, Host, HostOperation, OperationId, Plan as HostPlan, State};

/// The version of the form below. It changes when a reader of the old one would misread the new one.
pub const PLAN_VERSION: u32 = 1;

/// Files larger than this are compared by digest only, in bytes.
const DIFF_LIMIT: usize = 256 * 1024;

/// What a run would do.
#[derive(Clone, Debug, Serialize)]
pub struct PlanDocument {
    /// [`PLAN_VERSION`].
    pub version: u32,
    /// The hosts that take part, in inventory order.
    pub hosts: Vec<String>,
    /// The operations, in the order in which they run.
    pub operations: Vec<PlannedOperation>,
    /// Hosts that cannot take part, with why.
    pub failed: JsonMap,
    /// The packs that take part though nobody vouches for them, by name and version.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unsigned_packs: Vec<String>,
}

/// One operation of a plan.
#[derive(Clone, Debug, Serialize)]
pub struct PlannedOperation {
    /// Its identity.
    pub id: OperationId,
    /// Its names over hosts, joined.
    pub name: String,
    /// `namespace.operation`.
    pub operation: String,
    /// Its arguments for display.
    pub args: Vec<String>,
    /// Where it stands.
    pub place: Place,
    /// Its global arguments, passwords as identities.
    pub global_arguments: JsonMap,
    /// What it does, by host, in inventory order.
    pub hosts: Vec<HostChange>,
}

/// What an operation does on a host.
#[derive(Clone, Debug, Serialize)]
pub struct HostChange {
    /// The host.
    pub host: String,
    /// Whether it changes something; none when only execution can tell.
    pub will_change: Option<bool>,
    /// How far that can be relied on.
    pub certainty: Certainty,
    /// The condition that decides at execution whether it runs.
    pub condition: Option<String>,
    /// The steps, in words.
    pub steps: Vec<String>,
    /// Why there is nothing to do, and other remarks.
    pub notes: Vec<String>,
    /// Differences of files.
    pub diffs: Vec<FileDiff>,
}

/// A difference of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileDiff {
    /// The path on the host.
    pub path: String,
    /// The difference in unified form, or a sentence where it is not shown.
    pub text: String,
    /// False when `text` says why there is no difference to see.
    pub shown: bool,
}

/// Makes the plan of what is prepared. With `diffs`, the files that would be replaced are read from the hosts.
///
/// # Errors
/// [`EngineError::Cycle`].
pub async fn document(state: &State, diffs: bool) -> Result<PlanDocument, EngineError> {
    let hosts = state.active_hosts();
    let mut operations = Vec::new();
    for id in state.op_order()? {
        let Some(meta) = state.op_meta(id) else {
            continue;
        };
        let mut changes = Vec::new();
        for host in &hosts {
            if let Some(operation) = host.operation(id) {
                changes.push((host.clone(), operation));
            }
        }
        let changes =
            futures_util::future::join_all(changes.into_iter().map(
                |(host, operation)| async move { change(state, &host, &operation, diffs).await },
            ))
            .await;
        operations.push(PlannedOperation {
            id,
            name: meta.title(),
            operation: meta.operation,
            args: meta.args,
            place: meta.place,
            global_arguments: meta.global_arguments.to_json(),
            hosts: changes,
        });
    }
    let failed = state.failed_hosts();
    Ok(PlanDocument {
        version: PLAN_VERSION,
        hosts: hosts.iter().map(|host| host.name().to_owned()).collect(),
        operations,
        failed: failed
            .into_iter()
            .map(|(host, why)| (host.name().to_owned(), Json::from(why)))
            .collect(),
        unsigned_packs: state
            .plugins()
            .packs()
            .into_iter()
            .filter(|pack| pack.unsigned)
            .map(|pack| format!("{} {}", pack.name, pack.version))
            .collect(),
    })
}

async fn change(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    diffs: bool,
) -> HostChange {
    let conditions: Vec<String> = operation
        .global_arguments
        .condition
        .iter()
        .map(|c| name_condition(state, c))
        .collect();
    let condition = (!conditions.is_empty()).then(|| conditions.join(" and "));
    let Some(plan) = &operation.plan else {
        return HostChange {
            host: host.name().to_owned(),
            will_change: None,
            certainty: Certainty::AtExecution(String::from("not planned")),
            condition,
            steps: Vec::new(),
            notes: Vec::new(),
            diffs: Vec::new(),
        };
    };
    let sensitive = GlobalArguments::is(operation.global_arguments.sensitive);
    let diffs = match (diffs && !plan.skipped, sensitive) {
        (true, false) => file_diffs(state, host, operation, plan).await,
        _ => Vec::new(),
    };
    HostChange {
        host: host.name().to_owned(),
        will_change: plan.will_change(),
        certainty: plan.certainty.clone(),
        condition,
        steps: match plan.skipped {
            true => Vec::new(),
            false => crate::execute::describe_steps(state, operation, plan),
        },
        notes: match plan.skipped {
            true => vec![String::from("its condition will not hold")],
            false => plan
                .notes()
                .iter()
                .map(|note| state.secrets().mask(note))
                .collect(),
        },
        diffs,
    }
}

/// A condition with the names of operations in place of their identities.
pub(crate) fn name_condition(state: &State, condition: &crate::condition::Condition) -> String {
    let text = condition.to_string();
    let words = text.split_inclusive(|c: char| !c.is_ascii_hexdigit());
    words
        .map(|word| {
            let bare = word.trim_end_matches(|c: char| !c.is_ascii_hexdigit());
            match (bare.len(), u64::from_str_radix(bare, 16)) {
                (16, Ok(id)) => {
                    word.replace(bare, &format!("`{}`", state.op_title(OperationId(id))))
                }
                _ => word.to_owned(),
            }
        })
        .collect()
}

type Diffing<'a> = std::pin::Pin<Box<dyn Future<Output = Vec<FileDiff>> + Send + 'a>>;

fn file_diffs<'a>(
    state: &'a State,
    host: &'a Arc<Host>,
    operation: &'a HostOperation,
    plan: &'a HostPlan,
) -> Diffing<'a> {
    Box::pin(async move {
        let mut diffs = Vec::new();
        for diff in &plan.planned.diffs {
            let text = unified(
                state,
                &diff.subject,
                &flat(&diff.before),
                &flat(&diff.after),
            );
            diffs.push(FileDiff {
                path: diff.subject.clone(),
                shown: true,
                text,
            });
        }
        for nested in &plan.nested {
            diffs.extend(file_diffs(state, host, operation, nested).await);
        }
        for step in &plan.planned.steps {
            if let Action::Upload(upload) = &step.action {
                let after = match &upload.source {
                    Content::Inline(atoms) => Some(flat(atoms)),
                    Content::Local(path) => {
                        let files = state.local_files(&Readable::named(std::slice::from_ref(path)));
                        let limit = u32::try_from(DIFF_LIMIT + 1).unwrap_or(u32::MAX);
                        files.read(path, 0, limit).ok()
                    }
                    Content::Other(..) => None,
                };
                diffs.push(upload_diff(state, host, operation, &upload.dest, after).await);
            }
        }
        diffs
    })
}

/// Content with masks where secrets stand.
fn flat(atoms: &[Atom]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for atom in atoms {
        match atom {
            Atom::Text(text) => bytes.extend_from_slice(text.as_bytes()),
            Atom::Bytes(raw) => bytes.extend_from_slice(raw),
            Atom::Secret(_) | Atom::Other(..) => {
                bytes.extend_from_slice(crate::secrets::MASK.as_bytes())
            }
        }
    }
    bytes
}

async fn upload_diff(
    state: &State,
    host: &Arc<Host>,
    operation: &HostOperation,
    path: &str,
    after: Option<Vec<u8>>,
) -> FileDiff {
    let hidden = |text: String| FileDiff {
        path: path.to_owned(),
        text,
        shown: false,
    };
    let Some(after) = after else {
        return hidden(String::from("the new content is known at execution only"));
    };
    if after.len() > DIFF_LIMIT {
        return hidden(format!("larger than {DIFF_LIMIT} bytes: not shown"));
    }
    let quoted = crate::command::quote(path);
    let script = format!(
        "test -e {quoted} || exit 0; m=$(stat -Lc %a {quoted} 2>/dev/null || stat -Lf %Lp {quoted}); echo \"$m\"; \
         case $m in *[4567]) head -c {} {quoted};; esac",
        DIFF_LIMIT + 1
    );
    let before = match host.remote() {
        Ok(remote) if remote.has_shell() => {
            remote
                .run(
                    &Shell::raw(script),
                    &operation.global_arguments.execution_context(),
                    &[],
                    &mut |_, _| {},
                )
                .await
        }
        _ => return hidden(String::from("the present content cannot be read here")),
    };
    let before = match before {
        Ok(result) => result.output.bytes(Stream::Stdout),
        Err(error) => return hidden(format!("the present content could not be read: {error}")),
    };
    let (mode, before) = match before.iter().position(|byte| *byte == b'\n') {
        Some(end) => (
            before.get(..end).unwrap_or_default(),
            before.get(end + 1..).unwrap_or_default(),
        ),
        None => (before.as_slice(), [].as_slice()),
    };
    let readable = mode.is_empty()
        || mode
            .last()
            .is_some_and(|digit| (b'4'..=b'7').contains(digit));
    if !readable {
        return hidden(String::from(
            "others cannot read this file: its content is not shown",
        ));
    }
    if before.len() > DIFF_LIMIT {
        return hidden(format!("larger than {DIFF_LIMIT} bytes: not shown"));
    }
    FileDiff {
        path: path.to_owned(),
        text: unified(state, path, before, &after),
        shown: true,
    }
}

fn unified(state: &State, path: &str, before: &[u8], after: &[u8]) -> String {
    let (Ok(before), Ok(after)) = (std::str::from_utf8(before), std::str::from_utf8(after)) else {
        return format!(
            "binary content of {path}: {} bytes, then {} bytes",
            before.len(),
            after.len()
        );
    };
    let (before, after) = (state.secrets().mask(before), state.secrets().mask(after));
    TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(3)
        .header(path, path)
        .to_string()
}
