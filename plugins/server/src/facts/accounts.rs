//! Users, groups, their homes and their keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use windlass_sdk::prelude::*;

use super::text;

/// The user that commands run as.
#[fact(user_dependent)]
pub fn User() -> Source<Option<String>> {
    text(shell!("id -un"))
}

/// A user's home folder.
#[fact(user_dependent, example = "server.Home user=www-data")]
pub fn Home(
    /// The user; whoever asks when empty.
    #[default("")]
    user: String,
) -> Source<Option<String>> {
    text(tilde(&user, "echo "))
}

/// A command with `~user` at its end, which the shell expands unless the name needs quotes.
fn tilde(user: &str, command: &str) -> ShellText {
    let text = ShellText::new().raw(command).raw("~");
    if user.is_empty() {
        text
    } else {
        text.word(user)
    }
}

/// The names of all groups.
#[fact(default = [])]
pub fn Groups() -> Source<Vec<String>> {
    Source::shell(shell!("cat /etc/group"), |output| {
        let name = |line: &String| line.split_once(':').map(|(name, _)| name.to_owned());
        Ok(output.lines().iter().filter_map(name).collect())
    })
}

/// What is known of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Account {
    /// The home folder.
    pub home: Option<String>,
    /// The full name, or whatever stands in that field.
    pub comment: Option<String>,
    /// The login shell.
    pub shell: Option<String>,
    /// The primary group.
    pub group: Option<String>,
    /// The other groups.
    pub groups: Vec<String>,
    /// The user's number.
    pub uid: Option<u32>,
    /// The number of the primary group.
    pub gid: Option<u32>,
    /// When the user last logged in, as the target writes it.
    pub lastlog: Option<String>,
    /// The same in ISO 8601.
    pub login_time: Option<String>,
    /// The encrypted password, where it can be read.
    pub password: Option<String>,
}

/// All users, by name.
#[fact(default = {}, user_dependent)]
pub fn Users() -> Source<BTreeMap<String, Account>> {
    let command = shell!(
        "for i in `cat /etc/passwd | cut -d: -f1`; do
            ENTRY=`grep ^$i: /etc/passwd`;
            LASTLOG=`(((lastlog -u $i || lastlogin $i) 2> /dev/null) | grep ^$i | tr -s ' ')`;
            PASSWORD=`(grep ^$i: /etc/shadow || grep ^$i: /etc/master.passwd) 2> /dev/null | cut -d: -f2`;
            echo \"$ENTRY|`id -gn $i`|`id -Gn $i`|$LASTLOG|$PASSWORD\";
        done"
    );
    Source::shell(command, |output| {
        Ok(output
            .lines()
            .iter()
            .filter_map(|line| account(line))
            .collect())
    })
}

/// A line of entry, group, groups, last login and password.
fn account(line: &str) -> Option<(String, Account)> {
    let mut parts = line.rsplitn(5, '|');
    let (password, lastlog, groups, group, entry) = (
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    );
    let fields: Vec<&str> = entry.splitn(7, ':').collect();
    let [name, _, uid, gid, comment, home, shell] = fields.as_slice() else {
        return None;
    };
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let lastlog = last_login(lastlog);
    let account = Account {
        home: some(home),
        comment: some(comment),
        shell: some(shell),
        group: some(group),
        groups: groups
            .split_whitespace()
            .filter(|other| *other != group)
            .map(str::to_owned)
            .collect(),
        uid: uid.parse().ok(),
        gid: gid.parse().ok(),
        login_time: lastlog.and_then(iso),
        lastlog: lastlog.map(str::to_owned),
        password: Some(password.to_owned()),
    };
    Some(((*name).to_owned(), account))
}

const WEEKDAYS: [&str; 7] = ["Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat ", "Sun "];

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The time in a line of lastlog(8) or lastlogin(8), which begins with a weekday.
fn last_login(line: &str) -> Option<&str> {
    let start = WEEKDAYS
        .iter()
        .filter_map(|day| line.rfind(&format!(" {day}")))
        .max()?;
    line.get(start + 1..)
}

/// `Sat Jun 5 12:03:23 -0600 2021`, with or without the offset, in ISO 8601.
fn iso(time: &str) -> Option<String> {
    let words: Vec<&str> = time.split_whitespace().collect();
    let (month, day, clock, offset, year) = match words.as_slice() {
        [_, month, day, clock, offset, year] => (month, day, clock, *offset, year),
        [_, month, day, clock, year] => (month, day, clock, "", year),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| name == month)? + 1;
    let day: u8 = day.parse().ok()?;
    Some(super::commands::with_colon(&format!(
        "{year}-{month:02}-{day:02}T{clock}{offset}"
    )))
}

/// The public keys that a user may log in with.
#[fact(default = [], user_dependent, example = "server.AuthorizedKeys user=deploy")]
pub fn AuthorizedKeys(
    /// The user.
    user: String,
    /// The file they stand in; `.ssh/authorized_keys` in the home folder when left out.
    path: Option<RemotePath>,
) -> Source<Vec<String>> {
    let file = match path {
        Some(path) => shell!("cat {path}"),
        None => tilde(&user, "cat ").raw("/.ssh/authorized_keys"),
    };
    Source::shell(shell!("{file:text} 2>/dev/null || true"), |output| {
        let lines = output
            .lines()
            .into_iter()
            .map(|line| line.trim().to_owned());
        Ok(lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .collect())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_comment_may_hold_the_mark_between_fields() {
        let (name, account) = account(
            "bob:x:1:2:a|b:/home/bob:/bin/sh|bob|bob wheel|bob pts/0 h Thu Aug 31 05:37:58 2023|!",
        )
        .unwrap();
        assert_eq!(name, "bob");
        assert_eq!(account.comment.as_deref(), Some("a|b"));
        assert_eq!(account.groups, ["wheel"]);
        assert_eq!(account.login_time.as_deref(), Some("2023-08-31T05:37:58"));
        assert_eq!(account.password.as_deref(), Some("!"));
    }

    #[test]
    fn a_name_that_needs_quotes_is_not_expanded() {
        assert_eq!(tilde("bob", "echo ").render(), "echo ~bob");
        assert_eq!(tilde("$(id)", "echo ").render(), "echo ~'$(id)'");
        assert_eq!(tilde("", "echo ").render(), "echo ~");
    }
}
