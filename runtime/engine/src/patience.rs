//! Work that blocks, where tasks run.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does what may take long on a thread that others do not wait for, where there are such threads.
pub(crate) fn patiently<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
