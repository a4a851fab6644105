//! `cargo xtask plugins`: the components of the standard pack and of the tests.

use crate::failure::Done;
use crate::guests::{STANDARD, TESTS};
use crate::precompile;

/// Builds both, and compiles the standard pack ahead of time.
pub(crate) fn run() -> Done {
    standard()?;
    TESTS.build()
}

/// Builds and compiles the standard pack, which the `windlass` program embeds when it is built after this.
pub(crate) fn standard() -> Done {
    STANDARD.build()?;
    precompile::run_if_needed()
}
