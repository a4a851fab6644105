//! Services of any init system: started, stopped, restarted, reloaded, or told something else.

use serde_json::Value as Json;
use windlass_sdk::prelude::*;

use crate::system::pointer;

/// Whether a service runs, and what is done to one that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Parameters)]
pub struct State {
    /// Whether it should run.
    #[default(true)]
    pub running: bool,
    /// Whether it is restarted, if it runs.
    #[default(false)]
    pub restarted: bool,
    /// Whether it is reloaded, if it runs.
    #[default(false)]
    pub reloaded: bool,
}

/// What every init system can be told of a service.
#[derive(Clone, Debug, PartialEq, Eq, Parameters)]
pub struct Service {
    /// Its name.
    pub service: String,
    /// Whether it runs.
    #[parameters]
    pub state: State,
    /// Another thing to tell it.
    pub command: Option<String>,
    /// Whether it should start by itself.
    pub enabled: Option<bool>,
}

impl Service {
    /// Whether a fact that answers for services by name says yes of this one.
    ///
    /// # Errors
    /// The host's.
    pub fn is(&self, fact: &impl Fact) -> Result<bool> {
        let at = pointer(&self.service);
        Ok(get_parts(fact, &[&at])?.part(&at) == &Json::Bool(true))
    }

    /// What such a fact will answer of this one.
    #[must_use]
    pub fn prediction(&self, fact: &impl Fact, is: bool) -> Prediction {
        Prediction::value(fact, is).at(pointer(&self.service))
    }

    /// Plans what makes it run, or not, as it is wanted. `status` tells which services run, by name; `command` writes
    /// the command line that tells it something (`start`).
    ///
    /// # Errors
    /// The host's.
    pub fn control(
        &self,
        plan: &mut Plan,
        status: &impl Fact,
        command: impl Fn(&str) -> ShellText,
    ) -> Result<()> {
        let service = Controlled {
            name: &self.service,
            runs: self.is(status)?,
            wanted: self.state,
            command: self.command.as_deref(),
        };
        control(plan, service, command, |runs| {
            vec![self.prediction(status, runs)]
        });
        Ok(())
    }
}

/// A service as it is, and what is wanted of it.
#[derive(Clone, Copy, Debug)]
pub struct Controlled<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether it runs.
    pub runs: bool,
    /// Whether it should, and what is done to it then.
    pub wanted: State,
    /// Another thing to tell it.
    pub command: Option<&'a str>,
}

/// Plans what makes a service so. `command` writes the command line that tells it something (`start`); `predict` says
/// what the fact that tells whether it runs will answer then.
pub fn control(
    plan: &mut Plan,
    service: Controlled<'_>,
    command: impl Fn(&str) -> ShellText,
    predict: impl Fn(bool) -> Vec<Prediction>,
) {
    let Controlled {
        name, runs, wanted, ..
    } = service;
    match (wanted.running, runs) {
        (true, false) => {
            plan.run(command("start"))
                .predict_all(predict(true))
                .changes_more();
        }
        (false, true) => {
            plan.run(command("stop"))
                .predict_all(predict(false))
                .changes_more();
        }
        (true, true) => plan.note(format!("service {name} is running")),
        (false, false) => plan.note(format!("service {name} is stopped")),
    }
    if wanted.restarted && runs {
        plan.run(command("restart"))
            .predict_all(predict(true))
            .changes_more();
    }
    if wanted.reloaded && runs {
        plan.run(command("reload"))
            .predict_all(predict(true))
            .changes_more();
    }
    if let Some(other) = service.command {
        plan.run(command(other));
    }
}

/// Whether it is to be changed that a service starts by itself; where not, the plan notes how it is.
pub fn enabling_differs(plan: &mut Plan, service: &str, is: bool, wanted: bool) -> bool {
    if is == wanted {
        let state = if wanted { "enabled" } else { "disabled" };
        plan.note(format!("service {service} is {state}"));
    }
    is != wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(runs: bool, wanted: State) -> (usize, Vec<String>) {
        let mut plan = Plan::new();
        let service = Controlled {
            name: "web",
            runs,
            wanted,
            command: None,
        };
        control(
            &mut plan,
            service,
            |word| shell!("rc web {word}"),
            |_| Vec::new(),
        );
        (plan.steps.len(), plan.notes)
    }

    const RUNNING: State = State {
        running: true,
        restarted: false,
        reloaded: false,
    };

    #[test]
    fn what_runs_is_not_started_again() {
        assert_eq!(
            plan(true, RUNNING),
            (0, vec!["service web is running".to_owned()])
        );
        assert_eq!(plan(false, RUNNING).0, 1);
    }

    #[test]
    fn only_what_runs_is_reloaded() {
        let wanted = State {
            running: false,
            restarted: true,
            reloaded: true,
        };
        assert_eq!(plan(false, wanted).0, 0);
        let wanted = State {
            running: true,
            ..wanted
        };
        assert_eq!(plan(true, wanted).0, 2);
    }

    #[test]
    fn what_is_enabled_as_wanted_is_noted() {
        let mut plan = Plan::new();
        assert!(enabling_differs(&mut plan, "web", false, true));
        assert!(plan.notes.is_empty());
        assert!(!enabling_differs(&mut plan, "web", false, false));
        assert_eq!(plan.notes, ["service web is disabled"]);
    }
}
