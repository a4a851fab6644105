//! A guest with the namespace of another.

use windlass_sdk::prelude::*;

windlass_sdk::export! {
    namespace: "echo",
    operations: [other],
    facts: [],
}

/// Do nothing.
#[operation(example = "echo.other()")]
pub fn other(plan: &mut Plan) -> Result<()> {
    plan.note("nothing");
    Ok(())
}
