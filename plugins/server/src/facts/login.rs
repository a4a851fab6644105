//! Who logged in, and who tried to.

use serde::{Deserialize, Serialize};
use windlass_sdk::prelude::*;

/// A login, or a try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The user.
    pub user: String,
    /// The terminal.
    pub tty: String,
    /// Where it came from; empty where that is not known.
    pub host: String,
    /// When it began and ended, as the target writes it.
    pub time: String,
}

/// Logins, the last first.
#[fact(requires = "last", default = [], stability = volatile)]
pub fn Last() -> Source<Vec<Login>> {
    let command =
        shell!("last -Fwi 2>/dev/null || last -w 2>/dev/null || last 2>/dev/null || true");
    Source::shell(command, |output| {
        Ok(output
            .lines()
            .iter()
            .filter_map(|line| login(line))
            .collect())
    })
}

/// Failed logins, the last first.
#[fact(requires = "lastb", default = [], stability = volatile)]
pub fn Lastb() -> Source<Vec<Login>> {
    let command = shell!("lastb -Fwi 2>/dev/null || lastb 2>/dev/null || true");
    Source::shell(command, |output| {
        Ok(output
            .lines()
            .iter()
            .filter_map(|line| login(line))
            .collect())
    })
}

/// A line of last(1): user, terminal, host if known, time from its weekday on.
fn login(line: &str) -> Option<Login> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let weekday = |word: &&str| ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].contains(word);
    let time = words.iter().position(weekday)?;
    let (before, time) = words.split_at_checked(time)?;
    let (user, rest) = before.split_first()?;
    if matches!(*user, "wtmp" | "btmp") {
        return None;
    }
    // The kernel's own entries are on a terminal of two words.
    let (tty, host) = match rest {
        ["system", "boot", host @ ..] => ("system boot", host),
        [tty, host @ ..] => (*tty, host),
        [] => return None,
    };
    Some(Login {
        user: (*user).to_owned(),
        tty: tty.to_owned(),
        host: host.join(" "),
        time: time.join(" "),
    })
}
