//! Commands that set owner, group and mode.

use windlass_sdk::prelude::*;

/// How far a change of owner or mode goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// The path itself, links followed.
    #[default]
    Itself,
    /// All that lies below it too.
    Recursive,
    /// A link itself, not what it points to.
    Link,
}

impl Reach {
    fn option(self) -> &'static str {
        match self {
            Self::Itself => "",
            Self::Recursive => "-R ",
            Self::Link => "-h ",
        }
    }
}

/// The command that sets user, group or both; none when neither is given.
#[must_use]
pub fn chown(
    path: &RemotePath,
    user: Option<&str>,
    group: Option<&str>,
    reach: Reach,
) -> Option<ShellText> {
    let option = reach.option();
    match (user, group) {
        (Some(user), Some(group)) => {
            let both = format!("{user}:{group}");
            Some(shell!("chown {option:raw}{both} {path}"))
        }
        (Some(user), None) => Some(shell!("chown {option:raw}{user} {path}")),
        (None, Some(group)) => Some(shell!("chgrp {option:raw}{group} {path}")),
        (None, None) => None,
    }
}

/// The command that sets a mode.
#[must_use]
pub fn chmod(path: &RemotePath, mode: Mode, reach: Reach) -> ShellText {
    let option = reach.option();
    shell!("chmod {option:raw}{mode} {path}")
}
