//! Services of any init system: started, stopped, restarted, reloaded, or told something else.

use windlass_sdk::prelude::*;

/// What is wanted of a service.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Whether it should run; none: as it is.
    pub running: Option<bool>,
    /// Whether it is restarted, if it runs.
    pub restarted: bool,
    /// Whether it is reloaded, if it runs.
    pub reloaded: bool,
    /// Another thing to tell it.
    pub command: Option<&'a str>,
}

/// Plans what makes a service so. `command` writes the command line that tells it something (`start`); `predict` says
/// what the fact that tells whether it runs will answer then.
pub fn control(
    plan: &mut Plan,
    service: &str,
    runs: bool,
    wanted: Wanted<'_>,
    command: impl Fn(&str) -> ShellText,
    predict: impl Fn(bool) -> Vec<Prediction>,
) {
    match (wanted.running, runs) {
        (Some(true), false) => {
            plan.run(command("start")).predict_all(predict(true));
        }
        (Some(false), true) => {
            plan.run(command("stop")).predict_all(predict(false));
        }
        (Some(true), true) => plan.note(format!("service {service} is running")),
        (Some(false), false) => plan.note(format!("service {service} is stopped")),
        (None, _) => {}
    }
    if wanted.restarted && runs {
        plan.run(command("restart")).predict_all(predict(true));
    }
    if wanted.reloaded && runs {
        plan.run(command("reload")).predict_all(predict(true));
    }
    if let Some(other) = wanted.command {
        plan.run(command(other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(runs: bool, wanted: Wanted<'_>) -> (usize, Vec<String>) {
        let mut plan = Plan::new();
        control(
            &mut plan,
            "web",
            runs,
            wanted,
            |word| shell!("rc web {word}"),
            |_| Vec::new(),
        );
        (plan.steps.len(), plan.notes)
    }

    #[test]
    fn what_runs_is_not_started_again() {
        let wanted = Wanted {
            running: Some(true),
            ..Wanted::default()
        };
        assert_eq!(
            plan(true, wanted),
            (0, vec!["service web is running".to_owned()])
        );
        assert_eq!(plan(false, wanted).0, 1);
    }

    #[test]
    fn only_what_runs_is_reloaded() {
        let wanted = Wanted {
            restarted: true,
            reloaded: true,
            ..Wanted::default()
        };
        assert_eq!(plan(false, wanted).0, 0);
        assert_eq!(plan(true, wanted).0, 2);
    }
}
