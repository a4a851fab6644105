//! Who runs this: the user, the machine, and where the user sits.

use serde::Serialize;

/// Who runs this, as far as the system tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Who {
    /// The user's name.
    pub user: String,
    /// The user's number.
    pub uid: u32,
    /// The number of the user who logged in, which `sudo` and `su` leave as it is; none where the system does not keep
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_uid: Option<u32>,
    /// Who called `sudo`, by its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sudo_user: Option<String>,
    /// The machine's name.
    pub machine: String,
    /// The terminal; none without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// The address an SSH login came from, as the variable `SSH_CONNECTION` has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ssh_from: Option<String>,
}

impl Who {
    /// Looks.
    #[must_use]
    pub fn here() -> Self {
        let uid = rustix::process::getuid().as_raw();
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        // A variable may say anything: the system's own list counts where it knows the number.
        let listed = read("/etc/passwd").and_then(|text| name_of(&text, uid));
        let machine = read("/proc/sys/kernel/hostname").or_else(|| read("/etc/hostname"));
        Self {
            user: listed
                .or_else(|| variable("USER"))
                .unwrap_or_else(|| uid.to_string()),
            uid,
            login_uid: read("/proc/self/loginuid")
                .and_then(|text| text.trim().parse().ok())
                .filter(|uid| *uid != u32::MAX),
            sudo_user: variable("SUDO_USER"),
            machine: machine.map_or_else(
                || variable("HOSTNAME").unwrap_or_default(),
                |text| text.trim().to_owned(),
            ),
            terminal: rustix::termios::ttyname(std::io::stdin(), Vec::new())
                .ok()
                .and_then(|name| name.into_string().ok()),
            ssh_from: variable("SSH_CONNECTION")
                .and_then(|value| value.split(' ').next().map(str::to_owned)),
        }
    }
}

/// The name of a user in the text of `/etc/passwd`.
fn name_of(text: &str, uid: u32) -> Option<String> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_system() {
        let text = "root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\nbroken\n";
        assert_eq!(name_of(text, 1000).as_deref(), Some("ada"));
        assert_eq!(name_of(text, 7), None);
        let here = Who::here();
        assert!(
            !here.user.is_empty() && !here.machine.is_empty(),
            "{here:?}"
        );
    }
}
