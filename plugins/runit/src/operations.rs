//! Starting, stopping and looking after services.

use serde_json::{Value as Json, json};
use windlass_plugin_common::service::Service;
use windlass_sdk::prelude::*;

use crate::facts::{RunitManaged, RunitStatus};

fact_request! {
    /// The services that are looked after, in whatever shape the target gives them.
    pub Managed("runit.RunitManaged") {
        /// Only this one.
        service: Option<String>,
        /// The folder of services that are looked after.
        svdir: String,
    } -> Json;
}

/// Start, stop, restart, reload or enable a service of runit, and have it looked after.
#[operation(
    example = r#"runit.service(service = "nginx", enabled = True, _sudo = True)"#,
    uses = ["runit.manage", "runit.auto", "runit.wait_runsv"]
)]
pub fn service(
    plan: &mut Plan,
    #[parameters] wanted: Service,
    /// Whether it should be looked after.
    #[default(true)]
    managed: bool,
    /// The folder of services that are looked after.
    #[default("/var/service")]
    svdir: String,
    /// The folder of all services.
    #[default("/etc/sv")]
    sourcedir: String,
) -> Result<()> {
    let service = &wanted.service;
    let asked = Managed {
        service: Some(service.clone()),
        svdir: svdir.clone(),
    };
    let was_managed = get(&asked)?
        .as_array()
        .is_some_and(|names| names.iter().any(|name| *name == json!(service)));
    let place = json!({"service": service, "sourcedir": sourcedir});
    let of = |more: Json| {
        let mut args = place.clone();
        if let (Json::Object(args), Json::Object(more)) = (&mut args, more) {
            args.extend(more);
        }
        args
    };
    if managed && !was_managed {
        // It must not start by itself before it is told to.
        plan.nested("runit.auto", of(json!({"auto": false})));
    }
    plan.nested(
        "runit.manage",
        of(json!({"managed": managed, "svdir": svdir})),
    );
    if managed && !was_managed {
        plan.nested(
            "runit.wait_runsv",
            json!({"service": service, "svdir": svdir}),
        );
    }
    if let Some(enabled) = wanted.enabled {
        plan.nested("runit.auto", of(json!({"auto": enabled})));
    }
    let status = RunitStatus {
        service: Some(service.clone()),
        svdir: svdir.clone(),
    };
    wanted.control(plan, &status, |word| {
        shell!("SVDIR={svdir} sv {word} {service}")
    })
}

/// Have runit look after a service, or leave it alone.
#[operation(example = r#"runit.manage(service = "nginx", _sudo = True)"#, uses = ["files.link"])]
pub fn manage(
    plan: &mut Plan,
    /// Its name.
    service: String,
    /// Whether it should be looked after.
    #[default(true)]
    managed: bool,
    /// The folder of services that are looked after.
    #[default("/var/service")]
    svdir: String,
    /// The folder of all services.
    #[default("/etc/sv")]
    sourcedir: String,
) -> Result<()> {
    let link = json!({
        "path": format!("{svdir}/{service}"), "target": format!("{sourcedir}/{service}"), "present": managed,
        "create_remote_dir": false,
    });
    let names = if managed { json!([service]) } else { json!([]) };
    plan.nested("files.link", link).predict(Prediction::value(
        &RunitManaged {
            service: Some(service),
            svdir,
        },
        names,
    ));
    Ok(())
}

/// Wait until runit looks after a service.
#[operation(idempotent = false, example = r#"runit.wait_runsv(service = "nginx")"#)]
pub fn wait_runsv(
    plan: &mut Plan,
    /// Its name.
    service: String,
    /// The folder of services that are looked after.
    #[default("/var/service")]
    svdir: String,
    /// For how many seconds at most.
    #[default(10)]
    timeout: u32,
) -> Result<()> {
    plan.run(shell!(
        "export SVDIR={svdir}\nfor i in $(seq {timeout}); do\n    sv status {service} > /dev/null && exit 0\n    sleep \
         1;\ndone\nexit 1"
    ));
    Ok(())
}

/// Have a service start by itself once it is looked after, or not.
#[operation(example = r#"runit.auto(service = "nginx", auto = False, _sudo = True)"#, uses = ["files.file"])]
pub fn auto(
    plan: &mut Plan,
    /// Its name.
    service: String,
    /// Whether it should start by itself.
    #[default(true)]
    auto: bool,
    /// The folder of all services.
    #[default("/etc/sv")]
    sourcedir: String,
) -> Result<()> {
    let down = json!({"path": format!("{sourcedir}/{service}/down"), "present": !auto, "create_remote_dir": false});
    plan.nested("files.file", down);
    Ok(())
}
