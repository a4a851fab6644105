//! Services of OpenRC.

use std::collections::BTreeMap;

use windlass_plugin_common::service::{Service, enabling_differs};
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
    #[parameters] wanted: Service,
    /// The runlevel it belongs to.
    #[default("default")]
    runlevel: String,
) -> Result<()> {
    let service = &wanted.service;
    let status = OpenrcStatus {
        runlevel: runlevel.clone(),
    };
    wanted.control(plan, &status, |word| shell!("rc-service {service} {word}"))?;
    if let Some(enabled) = wanted.enabled {
        let fact = OpenrcEnabled {
            runlevel: runlevel.clone(),
        };
        if enabling_differs(plan, service, wanted.is(&fact)?, enabled) {
            let word = if enabled { "add" } else { "del" };
            plan.run(shell!("rc-update {word} {service} {runlevel}"))
                .predict(wanted.prediction(&fact, enabled));
        }
    }
    Ok(())
}
