//! The command that changes packages without asking anything.

use windlass_sdk::prelude::*;

/// `apt-get`, told to answer itself and to keep configuration files that were changed by hand. What it is to do comes
/// after it.
#[must_use]
pub fn apt_get(force: bool) -> ShellText {
    let force = if force { " --force-yes" } else { "" };
    shell!(
        "DEBIAN_FRONTEND=noninteractive apt-get -y{force:raw} -o Dpkg::Options::=\"--force-confdef\" \
         -o Dpkg::Options::=\"--force-confold\""
    )
}
