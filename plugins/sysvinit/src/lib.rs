//! Services started by `/etc/init.d`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value as Json, json};
use windlass_plugin_common::service::{Service, State, enabling_differs};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "sysvinit",
    operations: [service, enable],
    facts: [InitdStatus],
}

/// Whether services run, by name; null for those that can't say.
///
/// It runs every script that has the standard's header, with `status`.
#[fact(default = {})]
pub fn InitdStatus() -> Source<BTreeMap<String, Option<bool>>> {
    let command = shell!(
        r####"
        for SERVICE in `ls /etc/init.d/`; do
            _=`cat /etc/init.d/$SERVICE | grep "### BEGIN INIT INFO"`

            if [ "$?" = "0" ]; then
                STATUS=`/etc/init.d/$SERVICE status`
                echo "$SERVICE=$?"
            fi
        done
    "####
    );
    Source::shell(command, |output| {
        let status = |line: &String| {
            let (name, code) = line.rsplit_once('=')?;
            // The codes of the Linux Standard Base: 0 runs, 1 to 3 does not, 4 is not known.
            let runs = match code.trim() {
                "0" => Some(true),
                "1" | "2" | "3" => Some(false),
                _ => None,
            };
            Some((name.to_owned(), runs))
        };
        Ok(output.lines().iter().filter_map(status).collect())
    })
}

/// The distribution, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Distribution {
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
}

fact_request! {
    /// Links below a folder that match.
    pub FindLinks("files.FindLinks") {
        /// The folder.
        path: RemotePath,
        /// What the whole path must match.
        path_match: String,
    } -> Vec<String>;

    /// Which distribution it is.
    pub LinuxDistribution("server.LinuxDistribution") {} -> Distribution;
}

/// Start, stop, restart, reload, enable or disable a service of `/etc/init.d`.
#[operation(example = r#"sysvinit.service(service = "nginx", enabled = True, _sudo = True)"#)]
pub fn service(
    plan: &mut Plan,
    /// Its name.
    service: String,
    #[parameters] state: State,
    /// Whether it should start by itself.
    enabled: Option<bool>,
    /// Another thing to tell it.
    command: Option<String>,
) -> Result<()> {
    let wanted = Service {
        service,
        state,
        command,
        enabled,
    };
    let script = RemotePath::new("/etc/init.d").join(&wanted.service);
    wanted.control(plan, &InitdStatus {}, |word| shell!("{script} {word}"))?;
    match enabled {
        Some(enabled) => start_by_itself(plan, &wanted.service, enabled),
        None => Ok(()),
    }
}

fn start_by_itself(plan: &mut Plan, service: &str, enabled: bool) -> Result<()> {
    let fact = FindLinks {
        path: "/etc".into(),
        path_match: format!("/etc/rc*.d/S*{service}"),
    };
    let links = get(&fact)?;
    if !enabling_differs(plan, service, !links.is_empty(), enabled) {
        return Ok(());
    }
    if enabled {
        for command in enabling(get(&LinuxDistribution {})?.name.as_deref(), service) {
            plan.run(command);
        }
        predict_links(plan, &fact, json!([format!("/etc/rc2.d/S20{service}")]));
    } else {
        for link in links {
            plan.run(shell!("rm -f {link}"));
        }
        predict_links(plan, &fact, json!([]));
    }
    Ok(())
}

fn predict_links(plan: &mut Plan, fact: &FindLinks, value: Json) {
    if let Some(step) = plan.steps.last_mut() {
        step.predict(Prediction {
            partial: true,
            value: Some(value),
            ..Prediction::unknown(fact)
        });
    }
}

/// The commands that make a distribution start a service by itself.
fn enabling(distribution: Option<&str>, service: &str) -> Vec<ShellText> {
    match distribution {
        Some("CentOS" | "Fedora" | "RedHat") => {
            vec![
                shell!("chkconfig {service} --add"),
                shell!("chkconfig {service} on"),
            ]
        }
        Some("Gentoo") => vec![shell!("rc-update add {service} default")],
        _ => vec![shell!("update-rc.d {service} defaults")],
    }
}

/// Make a service start and stop in runlevels, by links in `/etc/rcN.d`.
#[operation(example = r#"sysvinit.enable(service = "finger", start_levels = [0, 1, 6])"#, uses = ["files.link"])]
pub fn enable(
    plan: &mut Plan,
    /// Its name.
    service: String,
    /// Where it stands among those that are started: 0 first, 99 last.
    #[default(20)]
    start_priority: u32,
    /// Where it stands among those that are stopped.
    #[default(80)]
    stop_priority: u32,
    /// Runlevels in which it is started.
    #[default([2, 3, 4, 5])]
    start_levels: Vec<u32>,
    /// Runlevels in which it is stopped.
    #[default([0, 1, 6])]
    stop_levels: Vec<u32>,
) -> Result<()> {
    let start = start_levels
        .iter()
        .map(|level| format!("/etc/rc{level}.d/S{start_priority:02}{service}"));
    let stop = stop_levels
        .iter()
        .map(|level| format!("/etc/rc{level}.d/K{stop_priority:02}{service}"));
    for path in start.chain(stop) {
        plan.nested(
            "files.link",
            json!({"path": path, "target": format!("/etc/init.d/{service}")}),
        );
    }
    Ok(())
}
