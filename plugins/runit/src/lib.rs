//! Services of runit.

pub mod facts;
pub mod operations;

use facts::{RunitManaged, RunitStatus};
use operations::{auto, manage, service, wait_runsv};

windlass_sdk::export! {
    namespace: "runit",
    operations: [service, manage, wait_runsv, auto],
    facts: [RunitStatus, RunitManaged],
}
