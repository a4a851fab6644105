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

pub use jiff::civil::Date;

/// Today in UTC: the day on which keys must not have expired.
#[must_use]
pub fn today() -> Date {
    jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date()
}
