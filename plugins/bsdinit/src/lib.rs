//! Services of the BSDs' `/etc/rc.d`.

use std::collections::BTreeMap;

use serde_json::json;
use windlass_plugin_common::service::Service;
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "bsdinit",
    operations: [service],
    facts: [RcdStatus],
}

/// Whether services run, by name. It runs every script with `status`, or else with `check`.
#[fact(default = {})]
pub fn RcdStatus() -> Source<BTreeMap<String, bool>> {
    let command = shell!(
        r#"
        for SERVICE in `find /etc/rc.d /usr/local/etc/rc.d -type f`; do
            $SERVICE status 2> /dev/null || $SERVICE check 2> /dev/null
            echo "`basename $SERVICE`=$?"
        done
    "#
    );
    Source::shell(command, |output| {
        let status = |line: &String| {
            let (name, code) = line.rsplit_once('=')?;
            let code: u8 = code.trim().parse().ok()?;
            Some((name.to_owned(), code == 0))
        };
        Ok(output.lines().iter().filter_map(status).collect())
    })
}

/// Start, stop, restart, reload, enable or disable a service of `/etc/rc.d` or `/usr/local/etc/rc.d`.
#[operation(example = r#"bsdinit.service(service = "nginx", enabled = True)"#, uses = ["files.line"])]
pub fn service(plan: &mut Plan, #[parameters] wanted: Service) -> Result<()> {
    let service = &wanted.service;
    let (base, local) = (
        RemotePath::new("/etc/rc.d").join(service),
        RemotePath::new("/usr/local/etc/rc.d").join(service),
    );
    wanted.control(plan, &RcdStatus {}, |word| {
        shell!("test -e {base} && {base} {word} || {local} {word}")
    })?;
    if let Some(enabled) = wanted.enabled {
        let variable = format!("{service}_enable=");
        plan.nested(
            "files.line",
            json!({
                "path": "/etc/rc.conf.local", "line": format!("^{variable}.*$"), "present": enabled,
                "replace": format!("{variable}\"YES\""),
            }),
        );
    }
    Ok(())
}
