//! Which services runit looks after, and whether they run.

use std::collections::BTreeMap;

use windlass_sdk::prelude::*;

/// Whether services run, by name.
#[fact(requires = "sv", default = {})]
pub fn RunitStatus(
    /// Only this one.
    service: Option<String>,
    /// The folder of services that are looked after.
    #[default("/var/service")]
    svdir: String,
) -> Source<BTreeMap<String, bool>> {
    let command = match service {
        Some(service) => shell!("SVDIR={svdir} sv status {service}"),
        None => shell!("export SVDIR={svdir} && cd {svdir} && sv status * 2> /dev/null || true"),
    };
    Source::shell(command, |output| {
        let status = |line: &String| {
            let (state, rest) = line.split_once(": ")?;
            let (name, _) = rest.split_once(':')?;
            matches!(state, "run" | "down" | "finish").then(|| (name.to_owned(), state == "run"))
        };
        Ok(output.lines().iter().filter_map(status).collect())
    })
}

/// The services that are looked after.
#[fact(default = [])]
pub fn RunitManaged(
    /// Only this one.
    service: Option<String>,
    /// The folder of services that are looked after.
    #[default("/var/service")]
    svdir: String,
) -> Source<Vec<String>> {
    let command = match service {
        Some(service) => shell!("cd {svdir} && test -h {service} && echo {service} || true"),
        None => shell!(
            "[ -d {svdir} ] && cd {svdir} && find -mindepth 1 -maxdepth 1 -type l -printf \"%f\\n\" || true"
        ),
    };
    Source::shell(command, |output| {
        Ok(output
            .lines()
            .into_iter()
            .filter(|line| !line.is_empty())
            .collect())
    })
}
