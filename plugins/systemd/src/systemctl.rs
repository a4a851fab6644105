//! The systemctl command: whom it asks, and how its answers are read.

use std::collections::BTreeMap;

use windlass_sdk::prelude::*;

/// Suffixes of unit names, from systemd.unit(5).
const SUFFIXES: [&str; 11] = [
    ".service",
    ".socket",
    ".device",
    ".mount",
    ".automount",
    ".swap",
    ".target",
    ".path",
    ".timer",
    ".slice",
    ".scope",
];

/// A unit's whole name: without a unit's suffix it is a service.
pub(crate) fn unit_name(name: &str) -> String {
    if SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) {
        name.to_owned()
    } else {
        format!("{name}.service")
    }
}

/// Which manager is asked.
#[derive(Clone, Debug, PartialEq, Parameters)]
pub struct Scope {
    /// Whether it is the user's own manager, not the system's.
    #[default(false)]
    pub user_mode: bool,
    /// The container whose manager it is.
    pub machine: Option<String>,
    /// The user in the container, or on the target itself.
    pub user_name: Option<String>,
}

impl Scope {
    /// The command, without what it is to do.
    pub(crate) fn systemctl(&self) -> ShellText {
        let mut command = shell!("systemctl");
        if self.user_mode {
            command.push_raw(" --user");
        }
        let machine = match (&self.user_name, &self.machine) {
            (Some(user), Some(machine)) => format!("{user}@{machine}"),
            (None, Some(machine)) => machine.clone(),
            // systemctl(1): `.host` is the target itself.
            (Some(user), None) => format!("{user}@.host"),
            (None, None) => return command,
        };
        let option = format!("--machine={machine}");
        shell!("{command:text} {option}")
    }
}

/// The command that shows a property of units, or of all.
pub(crate) fn show(
    scope: &Scope,
    property: &str,
    services: Option<OneOrMany<String>>,
) -> ShellText {
    let systemctl = scope.systemctl();
    let units = services.map_or_else(|| vec!["*".to_owned()], |services| services.0);
    let command =
        shell!("{systemctl:text} show --all --property Id --property {property:raw} {units:words}");
    if scope.user_mode {
        // A user who is not logged in has no manager to ask.
        shell!("( {command:text} 2>/dev/null || true )")
    } else {
        command
    }
}

/// Reads what [`show`] shows: whether each unit is in one of some states.
pub(crate) fn unit_states(output: &str, property: &str, wanted: &[&str]) -> BTreeMap<String, bool> {
    let mut states = BTreeMap::new();
    let mut unit = None;
    for line in output.lines() {
        match line.split_once('=') {
            Some(("Id", name)) => unit = Some(name),
            Some((name, state)) if name == property => {
                if let Some(unit) = unit.take() {
                    states.insert(unit.to_owned(), wanted.contains(&state));
                }
            }
            _ => {}
        }
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_suffix_is_a_service() {
        assert_eq!(unit_name("web"), "web.service");
        assert_eq!(unit_name("dbus-org.example"), "dbus-org.example.service");
        assert_eq!(unit_name("backup.timer"), "backup.timer");
    }

    #[test]
    fn a_user_without_a_container_is_the_targets() {
        let scope = Scope {
            user_mode: true,
            machine: None,
            user_name: Some("a b".to_owned()),
        };
        assert_eq!(
            scope.systemctl().render(),
            "systemctl --user '--machine=a b@.host'"
        );
    }
}
