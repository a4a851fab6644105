//! Packages of older relatives of Fedora.

use windlass_plugin_common::rpm::{Packages, packages as plan_packages};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "yum",
    operations: [packages, update],
    facts: [],
}

/// Upgrade all packages.
#[operation(idempotent = false, example = "yum.update()")]
pub fn update(plan: &mut Plan) -> Result<()> {
    plan.run(shell!("yum update -y"));
    Ok(())
}

/// Install, upgrade or remove packages.
///
/// A package may also be named by what it provides.
#[operation(example = r#"yum.packages(packages = ["git"], _sudo = True)"#)]
pub fn packages(
    plan: &mut Plan,
    /// The packages.
    packages: Option<OneOrMany<String>>,
    /// Whether they should be installed, rather than removed.
    #[default(true)]
    present: bool,
    /// Whether those that are installed are upgraded.
    #[default(false)]
    latest: bool,
    /// Whether all packages are upgraded first.
    #[default(false)]
    update: bool,
    /// Whether what was downloaded is thrown away first.
    #[default(false)]
    clean: bool,
    /// Whether another than the best candidate will do.
    #[default(false)]
    nobest: bool,
    /// Options for installing, as shell text.
    extra_install_args: Option<String>,
    /// Options for removing, as shell text.
    extra_uninstall_args: Option<String>,
) -> Result<()> {
    let packages = packages.unwrap_or_default().0;
    let wanted = Packages {
        packages,
        present,
        latest,
        update,
        clean,
        nobest,
        extra_install_args,
        extra_uninstall_args,
    };
    plan_packages(plan, "yum", &wanted)
}
