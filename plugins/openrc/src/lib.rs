//! Services of OpenRC.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use windlass_plugin_common::service::{Wanted, control};
use windlass_plugin_common::system::pointer;
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "openrc",
    operations: [service],
    facts: [OpenrcStatus, OpenrcEnabled],
}

/// Whether services of a runlevel run, by name.
#[fact(requires = "rc-status", default = {})]
pub fn OpenrcStatus(
    /// The runlevel.
    #[default("default")]
    runlevel: String,
) -> Source<BTreeMap<String, bool>> {
    Source::shell(shell!("rc-status {runlevel}"), |output| {
        let status = |line: &String| {
            let (name, state) = line.split_once('[')?;
            Some((
                name.trim().to_owned(),
                state.trim_start().starts_with("started"),
            ))
        };
        Ok(output.lines().iter().filter_map(status).collect())
    })
}

/// Whether services start by themselves in a runlevel, by name.
#[fact(requires = "rc-update", default = {})]
pub fn OpenrcEnabled(
    /// The runlevel.
    #[default("default")]
    runlevel: String,
) -> Source<BTreeMap<String, bool>> {
    Source::shell(shell!("rc-update show -v"), move |output| {
        let enabled = |line: &String| {
            let (name, levels) = line.split_once('|')?;
            Some((
                name.trim().to_owned(),
                levels.split_whitespace().any(|level| level == runlevel),
            ))
        };
        Ok(output.lines().iter().filter_map(enabled).collect())
    })
}

/// Start, stop, restart, reload, enable or disable a service of OpenRC.
#[operation(example = r#"openrc.service(service = "nginx", enabled = True, _sudo = True)"#)]
pub fn service(
    plan: &mut Plan,
    /// Its name.
    service: String,
    /// Whether it should run.
    #[default(true)]
    running: bool,
    /// Whether it is restarted, if it runs.
    #[default(false)]
    restarted: bool,
    /// Whether it is reloaded, if it runs.
    #[default(false)]
    reloaded: bool,
    /// Another thing to tell it.
    command: Option<String>,
    /// Whether it should start by itself.
    enabled: Option<bool>,
    /// The runlevel it belongs to.
    #[default("default")]
    runlevel: String,
) -> Result<()> {
    let at = pointer(&service);
    let status = OpenrcStatus {
        runlevel: runlevel.clone(),
    };
    let runs = get_parts(&status, &[&at])?.part(&at) == &Json::Bool(true);
    control(
        plan,
        &service,
        runs,
        Wanted {
            running: Some(running),
            restarted,
            reloaded,
            command: command.as_deref(),
        },
        |word| shell!("rc-service {service} {word}"),
        |runs| vec![Prediction::value(&status, runs).at(at.as_str())],
    );
    if let Some(enabled) = enabled {
        let fact = OpenrcEnabled {
            runlevel: runlevel.clone(),
        };
        if (get_parts(&fact, &[&at])?.part(&at) == &Json::Bool(true)) == enabled {
            plan.note(format!(
                "service {service} is {}",
                if enabled { "enabled" } else { "disabled" }
            ));
        } else {
            let word = if enabled { "add" } else { "del" };
            plan.run(shell!("rc-update {word} {service} {runlevel}"))
                .predict(Prediction::value(&fact, enabled).at(at.as_str()));
        }
    }
    Ok(())
}
