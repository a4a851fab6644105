//! The law of operations: planned again after it was applied, an idempotent one finds nothing to do.
//!
//! The host of a case is a fake that answers what the case lists; applying a plan to it changes its answers in the way
//! that the steps predict. Where a step changes something and predicts nothing of what the operation asks, the fake
//! cannot tell what the host would answer then, and nothing is said.

use std::sync::Arc;

use windlass_engine::facts::Overlay;
use windlass_engine::plugins::{ErrorKind, PluginError};

use super::compare;
use super::format::OperationCase;
use super::operation::{Failure, Flat, plan};
use super::view::World;

/// Whether the law holds for a case.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// There is nothing to do.
    Holds,
    /// The steps' predictions do not tell.
    Untold,
    /// There is something to do, or it fails; the text says what.
    Broken(String),
}

/// Plans a case again after what was planned is applied. None for what changes nothing, and for operations that say
/// they change something each time.
pub(super) async fn again(
    world: &Arc<World>,
    case: &OperationCase,
    first: &Flat,
    applied: &Overlay,
) -> Option<Again> {
    let info = world.plugins.operation(&case.op).ok()?;
    if first.commands.is_empty() || !info.idempotent {
        return None;
    }
    if applied.is_empty() {
        return Some(Again::Untold);
    }
    let planned = plan(world, case, &mut applied.clone(), true).await;
    // What the second planning asks is no part of the case.
    let asked = world.take_asked();
    Some(match planned {
        _ if !asked.unlisted.is_empty() => Again::Untold,
        Ok(flat) if flat.commands.is_empty() => Again::Holds,
        Ok(_) if !asked.predicted => Again::Untold,
        Ok(flat) => Again::Broken(format!(
            "applied, and planned again, there is still something to do; what its steps predict is not what it looks at:\n{}",
            compare::listing(&flat.commands)
        )),
        Err(Failure::Plugin(PluginError::Guest(error))) if error.kind == ErrorKind::UnknownYet => {
            Again::Untold
        }
        Err(Failure::Plugin(error)) => {
            Again::Broken(format!("applied, and planned again, it fails: {error}"))
        }
        Err(Failure::Unreadable(why)) => Again::Broken(why),
    })
}
