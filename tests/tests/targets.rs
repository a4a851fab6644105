//! The targets themselves: what they must be, and above all what they must not be able to do to this machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Output};

use windlass_tests::{SshHost, SshHosts, SshOptions, or_skip};

/// Runs a command over SSH with OpenSSH's client, which shares nothing with ours.
fn ssh(hosts: &SshHosts, host: &SshHost, user: &str, command: &str) -> Output {
    Command::new("ssh")
        .args([
            "-F",
            "none",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            "IdentitiesOnly=yes",
        ])
        .arg("-o")
        .arg(format!(
            "UserKnownHostsFile={}",
            hosts.known_hosts().display()
        ))
        .arg("-i")
        .arg(&host.key)
        .args([
            "-p",
            &host.port.to_string(),
            &format!("{user}@{}", host.address),
            command,
        ])
        .output()
        .expect("OpenSSH's client is installed")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[test]
fn a_target_has_its_own_root_processes_and_name() {
    let hosts = or_skip!(SshHosts::start(2));
    for host in &hosts {
        let output = ssh(
            &hosts,
            host,
            "root",
            "hostname; id -un; echo written > /etc/mark; ps -e | wc -l",
        );
        assert_eq!(text(&output.stderr), "");
        let text = text(&output.stdout);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], [host.name.as_str(), "root"]);
        assert!(
            lines[2].parse::<u32>().unwrap() < 10,
            "sees processes that are not its own: {text}"
        );
        assert!(!Path::new("/etc/mark").exists());
        assert_eq!(
            fs::read_to_string(host.path("/etc/mark")).unwrap(),
            "written\n"
        );
    }
    let device = |host: &SshHost| fs::metadata(host.path("/")).unwrap().dev();
    assert_ne!(device(&hosts[0]), device(&hosts[1]));
    assert_ne!(device(&hosts[0]), fs::metadata("/").unwrap().dev());
}

#[test]
fn a_target_cannot_change_the_machine() {
    let hosts = or_skip!(SshHosts::start(1));
    let host = &hosts[0];
    // Each is tried the way a deploy would (over SSH, as root) and the way a test's own check would.
    // The values are the present ones, so that even a hole would change nothing.
    let attempts = [
        ("date -s now", "cannot set date"),
        (
            "sysctl -w vm.swappiness=$(cat /proc/sys/vm/swappiness)",
            "denied",
        ),
        (
            "sysctl -w kernel.pid_max=$(cat /proc/sys/kernel/pid_max)",
            "denied",
        ),
        (
            "cat /proc/sys/vm/swappiness > /proc/sys/vm/swappiness",
            "Read-only file system",
        ),
        ("setpriv --dump | grep -c sys_time", ""),
    ];
    for (command, refusal) in attempts {
        for output in [ssh(&hosts, host, "root", command), host.output(command)] {
            assert!(!output.status.success(), "a target may not: {command}");
            let stderr = text(&output.stderr);
            assert!(stderr.contains(refusal), "{command}: {stderr}");
        }
    }
}

#[test]
fn each_user_becomes_root_the_documented_way() {
    let hosts = or_skip!(SshHosts::start(1));
    let as_user = |user: &str, command: &str| {
        let output = ssh(&hosts, &hosts[0], user, command);
        (
            output.status.success(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    assert_eq!(
        as_user("nopass", "sudo -n id -un"),
        (true, "root".into(), String::new())
    );
    assert_eq!(
        as_user("nopass", "doas -n id -un"),
        (true, "root".into(), String::new())
    );
    assert!(!as_user("deploy", "sudo -n id -un").0);
    assert!(!as_user("deploy", "doas -n id -un").0);
    assert_eq!(
        as_user("deploy", "echo deploy-pw | sudo -S -p '' id -un").1,
        "root"
    );
    assert!(!as_user("bob", "echo bob-pw | sudo -S -p '' id -un").0);
    assert_eq!(as_user("bob", "echo root-pw | su -c 'id -un'").1, "root");
}

#[test]
fn passwords_log_in_only_where_asked_for() {
    let methods = |hosts: &SshHosts| {
        let output = Command::new("ssh")
            .args([
                "-F",
                "none",
                "-v",
                "-o",
                "BatchMode=yes",
                "-o",
                "StrictHostKeyChecking=no",
            ])
            .args([
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "PubkeyAuthentication=no",
            ])
            .args([
                "-p",
                &hosts[0].port.to_string(),
                &format!("bob@{}", hosts[0].address),
                "true",
            ])
            .output()
            .expect("OpenSSH's client is installed");
        let stderr = text(&output.stderr);
        let line = stderr
            .lines()
            .find(|line| line.contains("Authentications that can continue"));
        line.unwrap_or_else(|| panic!("{stderr}")).to_owned()
    };
    let keys = or_skip!(SshHosts::start(1));
    assert!(!methods(&keys).contains("password"));
    let options = SshOptions {
        passwords: true,
        ..SshOptions::default()
    };
    let passwords = or_skip!(SshHosts::start_with(1, options));
    assert!(methods(&passwords).contains("password"));
    assert!(methods(&passwords).contains("keyboard-interactive"));

    let asked = passwords.folder().join("askpass");
    fs::write(&asked, "#!/bin/sh\necho bob-pw\n").unwrap();
    fs::set_permissions(&asked, fs::Permissions::from_mode(0o700)).unwrap();
    for method in ["password", "keyboard-interactive"] {
        let host = &passwords[0];
        let output = Command::new("ssh")
            .args(["-F", "none", "-o", "StrictHostKeyChecking=yes", "-o"])
            .arg(format!(
                "UserKnownHostsFile={}",
                passwords.known_hosts().display()
            ))
            .args(["-o", &format!("PreferredAuthentications={method}")])
            .args([
                "-p",
                &host.port.to_string(),
                &format!("bob@{}", host.address),
                "id -un",
            ])
            .env("SSH_ASKPASS", &asked)
            .env("SSH_ASKPASS_REQUIRE", "force")
            .output()
            .expect("OpenSSH's client is installed");
        assert_eq!(
            text(&output.stdout),
            "bob",
            "{method}: {}",
            text(&output.stderr)
        );
    }
}

#[test]
fn apt_on_a_target_needs_no_network() {
    let hosts = or_skip!(SshHosts::start(1));
    hosts[0].sh("apt-get install -y -qq windlass-two >&2");
    assert_eq!(hosts[0].sh("cat /usr/share/windlass-one/version"), "2.0");
    assert_eq!(
        hosts[0].sh("dpkg-query -W -f '${Version}' windlass-two"),
        "1.0"
    );
}

#[test]
fn a_dropped_target_leaves_no_process_or_mount() {
    let hosts = or_skip!(SshHosts::start(1));
    let folder = hosts.folder().to_owned();
    // A process that outlives its session, as a daemon would.
    hosts[0].sh("setsid sleep 4242 < /dev/null > /dev/null 2>&1 &");
    assert_eq!(hosts[0].processes(), ["sleep 4242"]);
    drop(hosts);
    assert!(!folder.exists());
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
    assert!(!mounts.contains(folder.to_str().unwrap()), "{mounts}");
    let left = || {
        fs::read_dir("/proc")
            .unwrap()
            .filter_map(Result::ok)
            .any(|entry| {
                // The daemon, and the target's sshd, whose command line names the target's folder.
                let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line);
                line == "sleep\x004242\0" || line.contains(folder.to_str().unwrap())
            })
    };
    // The kernel ends the processes of a PID namespace after its first one: on a busy machine a moment later.
    let ended = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        !left()
    });
    assert!(ended, "the daemon or sshd is still there");
}
