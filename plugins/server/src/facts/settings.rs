//! Settings of the system.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use windlass_sdk::prelude::*;

/// Names by address, as `/etc/hosts` has them.
#[fact(default = {})]
pub fn EtcHosts(
    /// The file.
    #[default("/etc/hosts")]
    path: RemotePath,
) -> Source<BTreeMap<String, Vec<String>>> {
    Source::shell(shell!("cat {path} 2>/dev/null || true"), |output| {
        let mut hosts: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in output.lines() {
            let line = line.split_once('#').map_or(line.as_str(), |(line, _)| line);
            let mut words = line.split_whitespace();
            if let (Some(address), Some(first)) = (words.next(), words.next()) {
                let names = std::iter::once(first).chain(words).map(str::to_owned);
                hosts.entry(address.to_owned()).or_default().extend(names);
            }
        }
        Ok(hosts)
    })
}

/// A limit of pam_limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Whom it is for.
    pub domain: String,
    /// `soft`, `hard` or `-`.
    pub limit_type: String,
    /// What it limits.
    pub item: String,
    /// The limit.
    pub value: String,
}

/// The limits in `/etc/security/limits.conf`.
#[fact(default = [])]
pub fn SecurityLimits() -> Source<Vec<Limit>> {
    let command = shell!("! test -e /etc/security/limits.conf || cat /etc/security/limits.conf");
    Source::shell(command, |output| {
        let limit = |line: &String| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [domain, limit_type, item, value] if !domain.starts_with('#') => Some(Limit {
                    domain: (*domain).to_owned(),
                    limit_type: (*limit_type).to_owned(),
                    item: (*item).to_owned(),
                    value: (*value).to_owned(),
                }),
                _ => None,
            }
        };
        Ok(output.lines().iter().filter_map(limit).collect())
    })
}

/// The mode of SELinux: `{"mode": null}` where there is none.
#[fact(requires = "sestatus", default = serde_json::json!({"mode": null}))]
pub fn Selinux() -> Source<BTreeMap<String, Option<String>>> {
    Source::shell(shell!("sestatus"), |output| {
        let status = |line: &String| {
            line.strip_prefix("SELinux status:")
                .map(|mode| mode.trim().to_owned())
        };
        Ok(BTreeMap::from([(
            "mode".to_owned(),
            output.lines().iter().find_map(status),
        )]))
    })
}

/// Desktops by the program that starts their sessions.
const DESKTOPS: [(&str, &str); 8] = [
    ("cinnamon-session", "Cinnamon"),
    ("gnome-session", "GNOME"),
    ("ksmserver", "KDE"),
    ("lxqt-session", "LXQt"),
    ("lxsession", "LXDE"),
    ("mate-session", "MATE"),
    ("plasma_session", "KDE"),
    ("xfce4-session", "XFCE 4"),
];

/// The desktops that are installed.
#[fact(default = [])]
pub fn LinuxGui() -> Source<Vec<String>> {
    Source::shell(shell!("ls /usr/bin/*session || true"), |output| {
        let desktop = |line: &String| {
            let program = line.trim().strip_prefix("/usr/bin/")?;
            DESKTOPS
                .iter()
                .find(|(name, _)| *name == program)
                .map(|(_, desktop)| (*desktop).to_owned())
        };
        Ok(output.lines().iter().filter_map(desktop).collect())
    })
}

/// Whether a desktop is installed.
#[fact(default = false)]
pub fn HasGui() -> Source<bool> {
    Source::derived(&LinuxGui {}, |desktops| Ok(!desktops.is_empty()))
}

/// The locales that are installed.
#[fact(requires = "locale", default = [])]
pub fn Locales() -> Source<Vec<String>> {
    Source::shell(shell!("locale -a"), |output| Ok(output.lines()))
}

/// Settings of the kernel by name: numbers, lists of numbers, or text.
#[fact(default = {}, stability = volatile, example = "server.Sysctl keys=vm.swappiness")]
pub fn Sysctl(
    /// Only these.
    keys: Option<OneOrMany<String>>,
) -> Source<BTreeMap<String, Json>> {
    let keys = keys.map_or_else(|| vec!["-a".to_owned()], |keys| keys.0);
    Source::shell(
        shell!("sysctl {keys:words} 2>/dev/null || true"),
        |output| {
            let setting = |line: &String| {
                // Linux writes `name = value`, the BSDs `name: value`.
                let (name, value) = line.split_once(" = ").or_else(|| line.split_once(": "))?;
                (!name.contains(char::is_whitespace))
                    .then(|| (name.to_owned(), number_or_text(value.trim())))
            };
            Ok(output.lines().iter().filter_map(setting).collect())
        },
    )
}

fn number_or_text(value: &str) -> Json {
    let numbers: Option<Vec<i64>> = value
        .split_whitespace()
        .map(|word| word.parse().ok())
        .collect();
    match numbers.as_deref() {
        None | Some([]) => Json::from(value),
        Some([one]) => json!(one),
        Some(many) => json!(many),
    }
}

/// Whether the system wants to be rebooted, as it says itself or as its kernels say.
#[fact]
pub fn RebootRequired() -> Source<bool> {
    let command = shell!(
        r##"
# Get OS type
OS_TYPE=$(uname -s)
if [ "$OS_TYPE" = "Linux" ]; then
    # Check if it's Alpine Linux
    if [ -f /etc/alpine-release ]; then
        RUNNING_KERNEL=$(uname -r)
        INSTALLED_KERNEL=$(ls -1 /lib/modules | sort -V | tail -n1)
        if [ "$RUNNING_KERNEL" != "$INSTALLED_KERNEL" ]; then
            echo "reboot_required"
            exit 0
        fi
    else
        # Check standard Linux reboot required files
        if [ -f /var/run/reboot-required ] || [ -f /var/run/reboot-required.pkgs ]; then
            echo "reboot_required"
            exit 0
        fi
    fi
elif [ "$OS_TYPE" = "FreeBSD" ]; then
    RUNNING_VERSION=$(freebsd-version -r)
    INSTALLED_VERSION=$(freebsd-version -k)
    if [ "$RUNNING_VERSION" != "$INSTALLED_VERSION" ]; then
        echo "reboot_required"
        exit 0
    fi
fi
echo "no_reboot_required"
"##
    );
    Source::shell(command, |output| {
        Ok(output.lines().iter().any(|line| line == "reboot_required"))
    })
}
