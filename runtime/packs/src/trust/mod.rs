//! Who is trusted: `trust.toml`, and the decision on a pack.
//!
//! | file | who writes it |
//! | --- | --- |
//! | `/etc/windlass/trust.toml` | the administrators of the machine |
//! | `windlass/trust.toml` in the user's configuration folder | the user |
//! | `trust.toml` beside `packs.toml` | the project |

mod decide;
mod model;
mod read;
mod verdict;

pub use decide::{Claim, Trust};
pub use model::{Revoked, RevokedThing, Signers, TrustFile, TrustedKey};
pub use verdict::{Distrust, Signer, Vouched};
