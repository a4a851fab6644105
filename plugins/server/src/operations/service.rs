//! Services, whatever starts them.

use windlass_plugin_common::requests::{Directory, Link};
use windlass_plugin_common::service::Service;
use windlass_plugin_common::stat::look;
use windlass_plugin_common::system::has_program;
use windlass_sdk::prelude::*;

use crate::facts::Os;

/// The operation of each init system, by the program that only it has.
const BY_PROGRAM: [(&str, &str); 4] = [
    ("systemctl", "systemd.service"),
    ("rc-service", "openrc.service"),
    ("initctl", "upstart.service"),
    ("sv", "runit.service"),
];

/// Start, stop, restart, reload, enable or disable a service, with the target's own init system: systemd, OpenRC,
/// Upstart, runit, `/etc/init.d` or `/etc/rc.d`.
#[operation(
    example = r#"server.service(service = "nginx", running = True, enabled = True, _sudo = True)"#,
    uses = ["systemd.service", "openrc.service", "upstart.service", "runit.service", "sysvinit.service", "bsdinit.service"]
)]
pub fn service(plan: &mut Plan, #[parameters] wanted: Service) -> Result<()> {
    plan.nested(init_system()?, wanted.args());
    Ok(())
}

fn init_system() -> Result<&'static str> {
    for (program, operation) in BY_PROGRAM {
        if has_program(program)? {
            return Ok(operation);
        }
    }
    let there =
        |path: &str| -> Result<bool> { Ok(look(&Directory { path: path.into() }, &[])?.is_here()) };
    if get(&Os {})?.is_some_and(|os| os != "Linux") {
        if there("/etc/rc.d")? {
            return Ok("bsdinit.service");
        }
    } else if has_program("service")?
        || look(
            &Link {
                path: "/etc/init.d".into(),
            },
            &[],
        )?
        .is_here()
        || there("/etc/init.d")?
    {
        return Ok("sysvinit.service");
    }
    Err(Error::operation(
        "No init system found (no systemctl, initctl, /etc/init.d or /etc/rc.d found)",
    ))
}
