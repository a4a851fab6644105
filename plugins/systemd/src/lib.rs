//! Services and other units of systemd.

mod systemctl;

use std::collections::BTreeMap;

use windlass_plugin_common::service::{Controlled, State, control, enabling_differs};
use windlass_plugin_common::system::pointer;
use windlass_sdk::prelude::*;

use systemctl::{show, unit_name, unit_states};

pub use systemctl::Scope;

windlass_sdk::export! {
    namespace: "systemd",
    operations: [service, daemon_reload],
    facts: [SystemdStatus, SystemdEnabled],
}

/// States in which a unit does what it is for, from systemd's unit types: a one-shot service has exited, a mount is
/// mounted, a socket listens, a timer waits.
const RUNNING: [&str; 7] = [
    "running",
    "waiting",
    "exited",
    "listening",
    "mounted",
    "active",
    "plugged",
];

/// States in which systemctl(1) says that a unit is enabled.
const ENABLED: [&str; 6] = [
    "enabled",
    "enabled-runtime",
    "static",
    "alias",
    "indirect",
    "generated",
];

/// Whether units run, by their names.
#[fact(requires = "systemctl", default = {}, user_dependent, example = "systemd.SystemdStatus services=nginx.service")]
pub fn SystemdStatus(
    #[parameters] scope: Scope,
    /// The units; all when left out.
    services: Option<OneOrMany<String>>,
) -> Source<BTreeMap<String, bool>> {
    Source::shell(show(&scope, "SubState", services), |output| {
        Ok(unit_states(&output.text(), "SubState", &RUNNING))
    })
}

/// Whether units start by themselves, by their names.
#[fact(requires = "systemctl", default = {}, user_dependent, example = "systemd.SystemdEnabled services=nginx.service")]
pub fn SystemdEnabled(
    #[parameters] scope: Scope,
    /// The units; all when left out.
    services: Option<OneOrMany<String>>,
) -> Source<BTreeMap<String, bool>> {
    Source::shell(show(&scope, "UnitFileState", services), |output| {
        Ok(unit_states(&output.text(), "UnitFileState", &ENABLED))
    })
}

/// Start, stop, restart, reload, enable or disable a unit.
#[operation(
    example = r#"systemd.service(service = "nginx", running = True, enabled = True, _sudo = True)"#
)]
pub fn service(
    plan: &mut Plan,
    /// The unit. A name without a unit's suffix is a service's.
    service: String,
    #[parameters] state: State,
    /// Another command of systemctl for the unit.
    command: Option<String>,
    /// Whether it should start by itself.
    enabled: Option<bool>,
    /// Whether unit files are read again first.
    #[default(false)]
    daemon_reload: bool,
    #[parameters] scope: Scope,
) -> Result<()> {
    let unit = unit_name(&service);
    let systemctl = scope.systemctl();
    if daemon_reload {
        plan.run(shell!("{systemctl:text} daemon-reload"));
    }
    let services = Some(OneOrMany(vec![unit.clone()]));
    let status = get(&SystemdStatus {
        scope: scope.clone(),
        services: services.clone(),
    })?;
    let predict = |fact: String, state: bool| {
        Prediction::value_where(fact, scope.args(), state).at(pointer(&unit))
    };
    let controlled = Controlled {
        name: &unit,
        runs: of_unit(&status, &unit),
        wanted: state,
        command: command.as_deref(),
    };
    control(
        plan,
        controlled,
        |word| shell!("{systemctl:text} {word} {unit}"),
        |runs| vec![predict(SystemdStatus::name(), runs)],
    );
    if let Some(enabled) = enabled {
        let states = get(&SystemdEnabled {
            scope: scope.clone(),
            services,
        })?;
        if enabling_differs(plan, &unit, of_unit(&states, &unit), enabled) {
            let word = if enabled { "enable" } else { "disable" };
            plan.run(shell!("{systemctl:text} {word} {unit}"))
                .predict(predict(SystemdEnabled::name(), enabled));
        }
    }
    Ok(())
}

/// A unit's state. One that was asked for by an alias is listed by its own name.
fn of_unit(states: &BTreeMap<String, bool>, unit: &str) -> bool {
    match (states.get(unit), states.len()) {
        (Some(state), _) => *state,
        (None, 1) => states.values().any(|state| *state),
        (None, _) => false,
    }
}

/// Read unit files again.
#[operation(idempotent = false, example = "systemd.daemon_reload(_sudo = True)")]
pub fn daemon_reload(plan: &mut Plan, #[parameters] scope: Scope) -> Result<()> {
    let systemctl = scope.systemctl();
    plan.run(shell!("{systemctl:text} daemon-reload"));
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::{Value as Json, json};
    use windlass_sdk::testing::TestHost;

    fn plan(host: &mut TestHost, args: Json) -> windlass_sdk::Plan {
        host.run(|| crate::NAMESPACE.plan("systemd.service", args))
            .unwrap()
    }

    #[test]
    fn what_was_planned_to_start_is_not_started_again() {
        let asked = json!({"user_mode": false, "services": ["web.service"]});
        let mut host = TestHost::new()
            .fact(
                "systemd.SystemdStatus",
                asked.clone(),
                json!({"web.service": false}),
            )
            .fact("systemd.SystemdEnabled", asked, json!({}));
        let args = json!({"service": "web", "enabled": true});
        let first = plan(&mut host, args.clone());
        assert_eq!(first.steps.len(), 2);
        host.apply(&first);
        assert!(plan(&mut host, args).is_empty());
        assert_eq!(
            plan(&mut host, json!({"service": "web", "restarted": true}))
                .steps
                .len(),
            1
        );
    }

    #[test]
    fn an_alias_is_listed_by_its_own_name() {
        let asked = json!({"user_mode": false, "services": ["sshd.service"]});
        let mut host =
            TestHost::new().fact("systemd.SystemdStatus", asked, json!({"ssh.service": true}));
        assert!(plan(&mut host, json!({"service": "sshd"})).is_empty());
    }
}
