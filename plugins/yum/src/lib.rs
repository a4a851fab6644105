//! Packages of older relatives of Fedora.

use windlass_plugin_common::rpm::{self, RpmWanted};
use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "yum",
    operations: [packages, update],
    facts: [],
}

/// Upgrade all packages.
#[operation(idempotent = false, example = "yum.update()")]
pub fn update(plan: &mut Plan) -> Result<()> {
    rpm::update(plan, "yum");
    Ok(())
}

/// Install, upgrade or remove packages.
///
/// A package may also be named by what it provides.
#[operation(example = r#"yum.packages(packages = ["git"], _sudo = True)"#)]
pub fn packages(plan: &mut Plan, #[parameters] wanted: RpmWanted) -> Result<()> {
    rpm::packages(plan, "yum", &wanted)
}
