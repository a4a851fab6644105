//! What the component of a fact may read of what a host said.
//!
//! The value of a secret that stands in an output is hidden before a component of another pack than the standard one
//! reads it: what such a component makes of it (reversed, say) could not be found again. The standard pack reads it as
//! it is, so that a file's content can be known to be a secret's.

use crate::contract::RawOutput;
use crate::state::State;

/// An output as the component of this fact reads it.
pub(super) fn veiled(state: &State, fact: &str, mut raw: RawOutput) -> RawOutput {
    let secrets = state.secrets();
    let is_limited = state
        .plugins()
        .owner(fact)
        .is_some_and(|owner| owner.granted.is_some());
    if is_limited && !secrets.is_empty() {
        raw.stdout = secrets.mask_bytes(raw.stdout);
        raw.stderr = secrets.mask_bytes(raw.stderr);
    }
    // The values of other facts have identities where secrets stand, which components do not know either.
    raw.values = raw
        .values
        .into_iter()
        .map(|value| secrets.untag_json(value, &[]))
        .collect();
    raw
}
