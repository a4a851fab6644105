//! One SSH target: a root filesystem of its own over the shared base, and an sshd in namespaces of its own.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::base::Base;

/// How a target starts and ends.
const SCRIPT: &str = include_str!("host.sh");

/// What no process on a target may have: `setpriv`'s form. Held equal to `host.sh` by a test.
const BOUNDING_SET: &str =
    "--bounding-set=-sys_time,-net_admin,-sys_boot,-sys_module,-sys_rawio,-syslog";

/// How long a target may take to answer before the test fails. It takes a fraction of a second on an idle machine.
const READY: Duration = Duration::from_secs(60);

/// Attempts to get a port: another process can take a free one before the sshd does.
const ATTEMPTS: usize = 4;

/// A running SSH server with a root filesystem of its own. Dropping it ends it and everything that ran on it.
///
/// Users: `root` (password `root-pw`, by key only unless passwords are switched on for logins at all), `deploy`
/// (`deploy-pw`, sudo and doas with it), `nopass` (sudo and doas without one), `bob` (`bob-pw`, neither).
#[derive(Debug)]
pub struct SshHost {
    /// The name it has in inventories, and its hostname.
    pub name: String,
    /// A loopback address.
    pub address: String,
    /// The sshd's port.
    pub port: u16,
    /// The private key that logs in as every user.
    pub key: PathBuf,
    /// The public host key, as in a `known_hosts` line: `ssh-ed25519 AAAA…`.
    pub host_key: String,
    pid: u32,
    child: Child,
    folder: PathBuf,
}

impl SshHost {
    /// Starts a target whose files are below `folder`, which must be fresh.
    pub(crate) fn start(
        base: &Base,
        folder: &Path,
        name: &str,
        address: &str,
        sshd: &[&str],
    ) -> Self {
        fs::create_dir_all(folder.join("mount")).expect("a folder in a fresh folder");
        for _ in 0..ATTEMPTS {
            if let Some(host) = Self::attempt(base, folder, name, address, sshd) {
                return host;
            }
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        panic!("the target {name} did not start on {address}:\n{log}");
    }

    fn attempt(
        base: &Base,
        folder: &Path,
        name: &str,
        address: &str,
        sshd: &[&str],
    ) -> Option<Self> {
        let port = free_port(address);
        let log = File::create(folder.join("log")).expect("a log in a fresh folder");
        let mut child = Command::new("sh")
            .args(["-c", SCRIPT, "host"])
            .args([base.root.as_path(), &folder.join("mount")])
            .args([name, address, &port.to_string()])
            .args(sshd)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("sh runs");
        let stdout = child.stdout.take().expect("stdout is a pipe");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("the target's first line");
        let mut words = line.split_whitespace();
        let (Some(pid), Some(kind), Some(key)) = (words.next(), words.next(), words.next()) else {
            end(&mut child);
            return None;
        };
        let mut host = Self {
            name: name.to_owned(),
            address: address.to_owned(),
            port,
            key: base.key.clone(),
            host_key: format!("{kind} {key}"),
            pid: pid.parse().expect("the target's process id"),
            child,
            folder: folder.to_owned(),
        };
        host.ready().then_some(host)
    }

    /// Waits for the sshd's greeting; false when it ended instead.
    fn ready(&mut self) -> bool {
        let deadline = Instant::now() + READY;
        while Instant::now() < deadline {
            if greets(&self.address, self.port) {
                return true;
            }
            if !Path::new(&format!("/proc/{}", self.pid)).exists() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        false
    }

    /// The words in front of a command that is to run on the target as root, not through SSH: for programs of a test
    /// that stand for another way to it. The command has no more rights than the target's own root.
    #[must_use]
    pub fn entering(&self) -> Vec<String> {
        let pid = self.pid.to_string();
        let words = [
            "nsenter",
            "-t",
            &pid,
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--root",
            "--wd",
            "setpriv",
            BOUNDING_SET,
            "--inh-caps=-all",
            "env",
            "-i",
            "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME=/root",
            "LC_ALL=C.UTF-8",
        ];
        words.map(str::to_owned).to_vec()
    }

    /// Runs shell text on the target as root, not through SSH: for what a test prepares or checks there.
    /// It has no more rights than the target's own root.
    #[must_use]
    pub fn output(&self, script: &str) -> Output {
        let mut words = self.entering().into_iter();
        Command::new(words.next().expect("the program that enters"))
            .args(words)
            .args(["sh", "-c", script])
            .stdin(Stdio::null())
            .output()
            .expect("nsenter runs")
    }

    /// Like [`output`](Self::output), but the script must succeed; gives its standard output without the last newline.
    ///
    /// # Panics
    /// When the script fails.
    #[track_caller]
    pub fn sh(&self, script: &str) -> String {
        let output = self.output(script);
        assert!(
            output.status.success(),
            "on {}: {script}\n{}: {}",
            self.name,
            output.status,
            String::from_utf8_lossy(&output.stderr),
        );
        let text = String::from_utf8_lossy(&output.stdout);
        text.strip_suffix('\n').unwrap_or(&text).to_owned()
    }

    /// Where a path of the target is on this machine, for reading it directly.
    #[must_use]
    pub fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!(
            "/proc/{}/root/{}",
            self.pid,
            path.trim_start_matches('/')
        ))
    }

    /// The command lines of everything that runs on the target, its sshd and that sshd's sessions aside.
    #[must_use]
    pub fn processes(&self) -> Vec<String> {
        self.sh("exec ps -eo ppid=,args=")
            .lines()
            .filter_map(|line| line.trim_start().split_once(' '))
            // A parent outside the target is shown as 0: the sshd itself, and the `ps` that was put in here.
            .filter(|(parent, command)| {
                *parent != "0" && !command.trim_start().starts_with("sshd: ")
            })
            .map(|(_, command)| command.trim().to_owned())
            .collect()
    }

    /// What the sshd logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// The log once it has told of the connection that asked whether it listens.
    ///
    /// # Panics
    /// Where it tells of none.
    #[must_use]
    pub fn settled_log(&self) -> String {
        let told = |log: &str| {
            let last = log.lines().last();
            last.is_some_and(|line| line.starts_with("Connection "))
        };
        self.log_when(told)
            .unwrap_or_else(|| panic!("the host told of no connection: {}", self.log()))
    }

    /// Whether the log tells of more than it did before, now or soon.
    #[must_use]
    pub fn log_grows(&self, before: &str) -> bool {
        self.log_when(|log| log != before).is_some()
    }

    /// The log once it is like this; none if that takes more than five seconds.
    fn log_when(&self, wanted: impl Fn(&str) -> bool) -> Option<String> {
        for _ in 0..250 {
            let log = self.log();
            if wanted(&log) {
                return Some(log);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Ends the target, as if the machine lost its power: connections to it break.
    pub fn stop(&mut self) {
        end(&mut self.child);
    }
}

impl Drop for SshHost {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Closes the script's standard input, which ends the target, and waits for that.
fn end(child: &mut Child) {
    drop(child.stdin.take());
    child.wait().expect("the target's script can be waited for");
}

/// A port of `address` that is free now.
fn free_port(address: &str) -> u16 {
    let listener = TcpListener::bind((address, 0)).expect("a free port on a loopback address");
    listener
        .local_addr()
        .expect("the listener's address")
        .port()
}

fn greets(address: &str, port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((address, port)) else {
        return false;
    };
    let mut greeting = [0; 4];
    stream.set_read_timeout(Some(READY)).is_ok()
        && stream.read_exact(&mut greeting).is_ok()
        && greeting == *b"SSH-"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_put_in_have_the_rights_of_the_target() {
        assert!(SCRIPT.contains(BOUNDING_SET));
    }
}
