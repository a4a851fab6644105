//! Updating the lists of packages, and upgrading packages.

use serde_json::json;
use windlass_plugin_common::dates::Instant;
use windlass_plugin_common::files;
use windlass_plugin_common::requests::{Date, File};
use windlass_plugin_common::stat::{Kind, look};
use windlass_sdk::prelude::*;

use crate::apt_get::apt_get;
use crate::facts::SimulateOperationWillChange;

/// The file that says when the lists were last updated: apt's own periodic updates touch it too.
const STAMP: &str = "/var/lib/apt/periodic/update-success-stamp";

/// Update the lists of packages.
#[operation(idempotent = false, example = "apt.update(cache_time = 3600)")]
pub fn update(
    plan: &mut Plan,
    /// How old the lists may be, in seconds, without being updated. They are always updated when left out.
    cache_time: Option<u32>,
) -> Result<()> {
    update_lists(plan, cache_time).map(|_| ())
}

/// Plans an update. True when there is one.
pub(crate) fn update_lists(plan: &mut Plan, cache_time: Option<u32>) -> Result<bool> {
    let stamp = RemotePath::new(STAMP);
    if let Some(cache_time) = cache_time
        && is_fresh(&stamp, cache_time)?
    {
        plan.note("apt is already up to date");
        return Ok(false);
    }
    plan.run(shell!("apt-get update"))
        .predict(Prediction::unknown_where(
            SimulateOperationWillChange::name(),
            json!({}),
        ));
    if cache_time.is_some() {
        plan.run(shell!("touch {stamp}"))
            .predict_all(touched(&stamp));
    }
    Ok(true)
}

fn is_fresh(stamp: &RemotePath, cache_time: u32) -> Result<bool> {
    let file = look(
        &File {
            path: stamp.clone(),
        },
        &["mtime"],
    )?;
    let Some(updated) = file.here().and_then(|file| file.mtime) else {
        return Ok(false);
    };
    let age = get(&Date {})?.micros() - updated.micros();
    Ok(age < i64::from(cache_time) * 1_000_000)
}

/// The stamp will be there, as new as this run.
fn touched(stamp: &RemotePath) -> Vec<Prediction> {
    let mut predictions = files::becomes(stamp, Kind::File, &files::Known::default());
    if let Some(now) = run_start() {
        predictions.push(
            Prediction::value(
                &File {
                    path: stamp.clone(),
                },
                now,
            )
            .at("/mtime"),
        );
    }
    predictions
}

/// The start of this run as facts write times; none where it is no time.
fn run_start() -> Option<String> {
    let text = context::timestamp();
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (date, time) = (
        (date.get(..4)?, date.get(4..6)?, date.get(6..8)?),
        (time.get(..2)?, time.get(2..4)?, time.get(4..6)?),
    );
    let text = format!(
        "{}-{}-{}T{}:{}:{}",
        date.0, date.1, date.2, time.0, time.1, time.2
    );
    Instant::parse(&text).map(|_| text)
}

/// Upgrade all packages that can be upgraded without removing others.
#[operation(example = "apt.upgrade(auto_remove = True)")]
pub fn upgrade(
    plan: &mut Plan,
    /// Whether packages that nothing needs any more are removed.
    #[default(false)]
    auto_remove: bool,
) -> Result<()> {
    run(plan, "upgrade", auto_remove)
}

/// Upgrade all packages, removing and installing others where that is needed.
#[operation(example = "apt.dist_upgrade()")]
pub fn dist_upgrade(
    plan: &mut Plan,
    /// Whether packages that nothing needs any more are removed.
    #[default(false)]
    auto_remove: bool,
) -> Result<()> {
    run(plan, "dist-upgrade", auto_remove)
}

fn run(plan: &mut Plan, command: &str, auto_remove: bool) -> Result<()> {
    let command = if auto_remove {
        format!("{command} --autoremove")
    } else {
        command.to_owned()
    };
    let simulation = SimulateOperationWillChange {
        command: command.clone(),
    };
    if get(&simulation)?.is_some_and(|change| change.is_nothing()) {
        plan.note("no packages are to be upgraded");
        return Ok(());
    }
    let apt_get = apt_get(false);
    let nothing = json!({"upgraded": 0, "newly_installed": 0, "removed": 0, "not_upgraded": 0});
    plan.run(shell!("{apt_get:text} {command:raw}"))
        .predict(Prediction::value(&simulation, nothing))
        .changes_more();
    Ok(())
}
