//! Packages, whatever manages them.

use serde_json::json;
use windlass_plugin_common::system::has_program;
use windlass_sdk::prelude::*;

/// Package managers by their program, in the order in which they are looked for: some systems have another's program
/// too. Those without an operation are known, so that they can be named.
const MANAGERS: [(&str, Option<&str>); 13] = [
    ("zypper", None),
    ("apk", Some("apk.packages")),
    ("apt", Some("apt.packages")),
    ("brew", None),
    ("dnf", Some("dnf.packages")),
    ("pacman", None),
    ("xbps-install", None),
    ("xbps", None),
    ("yum", Some("yum.packages")),
    ("opkg", None),
    ("pkg", None),
    ("pkg_add", None),
    ("pkgin", None),
];

/// Install or remove packages, with the target's own package manager.
#[operation(
    example = r#"server.packages(packages = ["git", "curl"], _sudo = True)"#,
    uses = ["apk.packages", "apt.packages", "dnf.packages", "yum.packages"]
)]
pub fn packages(
    plan: &mut Plan,
    /// The packages, named as the manager names them.
    packages: OneOrMany<String>,
    /// Whether they should be installed, rather than removed.
    #[default(true)]
    present: bool,
) -> Result<()> {
    for (program, operation) in MANAGERS {
        if !has_program(program)? {
            continue;
        }
        let operation = operation.ok_or_else(|| {
            Error::operation(format!(
                "the target's package manager is {program}, for which there is no operation yet"
            ))
        })?;
        plan.nested(
            operation,
            json!({"packages": packages.0, "present": present}),
        );
        return Ok(());
    }
    let looked_for: Vec<&str> = MANAGERS.iter().map(|(program, _)| *program).collect();
    Err(Error::operation(format!(
        "no package manager found; looked for {}",
        looked_for.join(", ")
    )))
}
