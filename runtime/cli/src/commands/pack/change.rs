//! What `add`, `update` and `lock` have in common: to show what becomes of the lock, and to ask for a yes where a pack
//! asks for more.

use std::io::IsTerminal;

use clap::Args;
use serde_json::{Value, json};
use windlass::packs::lock::Change;
use windlass::project::{Project, Want};

use crate::context::Context;
use crate::errors::{CliError, Status};
use crate::prompt;

/// What may be said ahead of the question.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Approval {
    /// Approve what packs ask for beyond planning, without asking; `--yes` does not
    #[arg(long)]
    approve: bool,
}

/// Resolves, shows, asks where more is asked for, and writes. `asks` is a new text of `packs.toml`.
pub(super) async fn change(
    context: &Context,
    project: &mut Project,
    want: &Want,
    approval: Approval,
    asks: Option<&str>,
) -> Result<Status, CliError> {
    let changes = project.resolve(want).await.map_err(CliError::project)?;
    let pending = changes.iter().any(Change::is_one);
    if context.ui.json {
        let all: Vec<Value> = changes.iter().map(json_of).collect();
        context.ui.json_document(&json!({"packs": all}));
    }
    for change in &changes {
        context.ui.line(&change.to_string());
    }
    if context.global.is_locked() {
        let message = "packs.lock would change, and --locked is given; nothing was written";
        return match pending || asks.is_some() {
            true => Err(CliError::Usage(message.to_owned())),
            false => Ok(Status::Done),
        };
    }
    if !is_approved(context, &changes, approval)? {
        context.ui.error_line("nothing was changed");
        return Ok(Status::Done);
    }
    if let Some(text) = asks {
        project.write_asks(text).map_err(CliError::project)?;
    }
    project.write_lock(&changes).map_err(CliError::project)?;
    Ok(Status::Done)
}

/// Whether somebody says yes to what packs ask for beyond what was approved.
fn is_approved(
    context: &Context,
    changes: &[Change],
    approval: Approval,
) -> Result<bool, CliError> {
    let more: Vec<String> = changes
        .iter()
        .filter(|change| !change.more().is_empty())
        .map(|change| {
            format!(
                "{} would {}",
                change.name,
                change.more().sentences().join(", ")
            )
        })
        .collect();
    if more.is_empty() || approval.approve {
        return Ok(true);
    }
    let more = more.join("; ");
    if context.ui.json || !std::io::stdin().is_terminal() {
        return Err(CliError::Usage(format!(
            "somebody must approve that {more}; nothing was changed\n  --approve does, once you have read it; --yes does not"
        )));
    }
    prompt::answer(&format!("Approve that {more}? [y/N] "))
}

fn json_of(change: &Change) -> Value {
    let (from, to) = (change.from.as_ref(), change.to.as_ref());
    json!({
        "name": change.name,
        "from": from.map(|pack| &pack.version),
        "to": to.map(|pack| &pack.version),
        "digest": to.map(|pack| pack.digest),
        "trusted": to.map(|pack| &pack.trusted),
        "more": change.more().sentences(),
    })
}
