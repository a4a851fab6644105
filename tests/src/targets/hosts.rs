//! Several targets at once, and the inventory and known hosts that go with them.

use std::fmt::Write;
use std::fs;
use std::ops::Index;
use std::path::{Path, PathBuf};
use std::thread;

use tempfile::TempDir;

use super::base::Base;
use super::host::SshHost;
use crate::Missing;

/// How the targets' SSH servers are set up. The default takes keys only.
#[derive(Debug, Clone, Copy, Default)]
pub struct SshOptions {
    /// Accept passwords too (through PAM, so `keyboard-interactive` as well as `password`), for every user but root.
    pub passwords: bool,
    /// More `-o` options for sshd, each `Name=value`. They win over the defaults.
    pub sshd: &'static [&'static str],
}

/// SSH targets named `ssh1`, `ssh2`, … which end when this is dropped.
#[derive(Debug)]
pub struct SshHosts {
    // Before the folder: fields drop in order, and the hosts live below it.
    hosts: Vec<SshHost>,
    folder: TempDir,
}

impl SshHosts {
    /// Starts `count` targets, at the same time.
    ///
    /// # Errors
    /// What this machine lacks for it.
    pub fn start(count: usize) -> Result<Self, Missing> {
        Self::start_with(count, SshOptions::default())
    }

    /// Starts `count` targets with these options.
    ///
    /// # Errors
    /// What this machine lacks for it.
    pub fn start_with(count: usize, options: SshOptions) -> Result<Self, Missing> {
        let base = Base::get()?;
        let folder = TempDir::with_prefix("windlass-targets-").expect("a temporary folder");
        let mut sshd = Vec::new();
        let mut set = |option| sshd.extend(["-o", option]);
        // The first value that sshd is given for an option is the one it takes.
        for option in options.sshd {
            set(option);
        }
        if options.passwords {
            set("UsePAM=yes");
            set("PasswordAuthentication=yes");
            set("KbdInteractiveAuthentication=yes");
        } else {
            set("UsePAM=no");
            set("PasswordAuthentication=no");
            set("KbdInteractiveAuthentication=no");
        }
        let start = |number: usize| {
            let name = format!("ssh{number}");
            let address = format!("127.0.2.{}", number % 250 + 1);
            SshHost::start(&base, &folder.path().join(&name), &name, &address, &sshd)
        };
        let hosts: Vec<SshHost> = thread::scope(|scope| {
            let start = &start;
            let starting: Vec<_> = (1..=count)
                .map(|number| scope.spawn(move || start(number)))
                .collect();
            starting
                .into_iter()
                .map(|host| {
                    host.join()
                        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        });
        let mut lines = String::new();
        for host in &hosts {
            writeln!(lines, "[{}]:{} {}", host.address, host.port, host.host_key)
                .expect("text grows");
        }
        fs::write(folder.path().join("known_hosts"), lines).expect("the known hosts");
        Ok(Self { hosts, folder })
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hosts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hosts.is_empty()
    }

    /// The targets, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, SshHost> {
        self.hosts.iter()
    }

    /// The target at `index`, to stop it.
    pub fn get_mut(&mut self, index: usize) -> &mut SshHost {
        &mut self.hosts[index]
    }

    /// A `known_hosts` file with the keys of all targets.
    #[must_use]
    pub fn known_hosts(&self) -> PathBuf {
        self.folder.path().join("known_hosts")
    }

    /// A folder that lives as long as the targets.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// An inventory (TOML) of all targets in the group `ssh`, logging in as `user` with the key.
    #[must_use]
    pub fn inventory(&self, user: &str) -> String {
        let mut text = String::from("[groups.ssh]\nhosts = [");
        for (number, host) in self.hosts.iter().enumerate() {
            let comma = if number == 0 { "" } else { ", " };
            write!(text, "{comma}{:?}", host.name).expect("text grows");
        }
        text.push_str("]\n");
        for host in &self.hosts {
            write!(
                text,
                "\n[hosts.{}]\nssh_hostname = {:?}\nssh_port = {}\nssh_user = {user:?}\nssh_key = {:?}\n\
                 ssh_known_hosts_file = {:?}\n",
                host.name,
                host.address,
                host.port,
                host.key,
                self.known_hosts(),
            )
            .expect("text grows");
        }
        text
    }
}

impl Index<usize> for SshHosts {
    type Output = SshHost;

    fn index(&self, index: usize) -> &SshHost {
        &self.hosts[index]
    }
}

impl<'a> IntoIterator for &'a SshHosts {
    type Item = &'a SshHost;
    type IntoIter = std::slice::Iter<'a, SshHost>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
