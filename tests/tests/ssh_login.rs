//! The ways to log in and to get there, against real sshd.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::process::{Command, Stdio};

use windlass_tests::{SshHosts, Windlass, or_skip};

fn keygen(args: &[&str]) {
    let status = Command::new("ssh-keygen")
        .args(["-q"])
        .args(args)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "ssh-keygen {args:?}");
}

/// The inventory of one host without the keys named.
fn without(hosts: &SshHosts, keys: &[&str]) -> String {
    let text = hosts.inventory("root");
    let kept = text
        .lines()
        .filter(|line| !keys.iter().any(|key| line.trim_start().starts_with(key)));
    kept.map(|line| format!("{line}\n")).collect()
}

fn reaches(windlass: &Windlass, data: &[&str]) -> bool {
    let given = data
        .iter()
        .flat_map(|data| ["--data".to_owned(), (*data).to_owned()]);
    let line = ["exec", "inventory.toml", "--limit", "ssh1"]
        .map(str::to_owned)
        .into_iter()
        .chain(given);
    let out = windlass.run(line.chain(["--", "echo reached"].map(str::to_owned)));
    out.code == Some(0) && out.stdout.contains("reached")
}

#[test]
fn an_agent_a_passphrase_and_a_certificate_let_in() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", without(&hosts, &["ssh_key"]));
    let own = windlass.dir().join("own");
    let own = own.to_str().unwrap();
    keygen(&["-t", "ed25519", "-N", "a passphrase", "-f", own]);
    let key = format!("ssh_key={own}");
    assert!(
        !reaches(&windlass, &[&key, "ssh_key_password=a passphrase"]),
        "a key that the host does not know"
    );

    let public = std::fs::read_to_string(format!("{own}.pub")).unwrap();
    hosts[0].sh(&format!(
        "echo '{}' >> /root/.ssh/authorized_keys",
        public.trim()
    ));
    assert!(reaches(&windlass, &[&key, "ssh_key_password=a passphrase"]));
    let out = windlass
        .run(["exec", "inventory.toml", "--data", &key, "--", "true"])
        .exits(4);
    assert!(
        out.stderr.contains("has a passphrase") && out.stderr.contains("ssh-add"),
        "{}",
        out.stderr
    );

    let plain = windlass.dir().join("plain");
    let plain = plain.to_str().unwrap();
    let ca = windlass.dir().join("ca");
    let ca = ca.to_str().unwrap();
    keygen(&["-t", "ed25519", "-N", "", "-f", plain]);
    keygen(&["-t", "ed25519", "-N", "", "-f", ca]);
    keygen(&[
        "-s",
        ca,
        "-I",
        "test",
        "-n",
        "root",
        &format!("{plain}.pub"),
    ]);
    let key = format!("ssh_key={plain}");
    assert!(!reaches(&windlass, &[&key]));
    let authority = std::fs::read_to_string(format!("{ca}.pub")).unwrap();
    hosts[0].sh(&format!(
        "echo 'cert-authority {}' >> /root/.ssh/authorized_keys",
        authority.trim()
    ));
    assert!(reaches(&windlass, &[&key]));

    let socket = windlass.dir().join("agent");
    let mut agent = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..200 {
        if socket.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let with_agent = Windlass::new().env("SSH_AUTH_SOCK", socket.to_str().unwrap());
    with_agent.write("inventory.toml", without(&hosts, &["ssh_key"]));
    let empty = reaches(&with_agent, &[]);
    let added = Command::new("ssh-add")
        .arg("-q")
        .arg(&hosts[0].key)
        .env("SSH_AUTH_SOCK", &socket)
        .status()
        .unwrap();
    let full = reaches(&with_agent, &[]);
    let refused = reaches(&with_agent, &["ssh_allow_agent=false"]);
    agent.kill().unwrap();
    agent.wait().unwrap();
    assert!(added.success());
    assert_eq!((empty, full, refused), (false, true, false));
}

#[test]
fn jump_hosts_and_proxy_commands_are_ways_and_each_hop_is_verified() {
    let hosts = or_skip!(SshHosts::start(2));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory("root"));
    let jump = format!("ssh_proxy_jump=root@{}:{}", hosts[1].address, hosts[1].port);
    assert!(reaches(&windlass, &[&jump]));
    assert!(
        hosts[1].log().contains("Accepted publickey"),
        "the jump host saw nobody"
    );

    let known = std::fs::read_to_string(hosts.known_hosts()).unwrap();
    let one: String = known
        .lines()
        .filter(|line| line.contains(&hosts[0].address))
        .map(|line| format!("{line}\n"))
        .collect();
    windlass.write("known", one);
    assert!(reaches(&windlass, &["ssh_known_hosts_file=known"]));
    assert!(
        !reaches(&windlass, &["ssh_known_hosts_file=known", &jump]),
        "a jump host that is not known"
    );

    windlass.write(
        "jump.conf",
        format!(
            "Host gate\n  HostName {}\n  Port {}\n  User root\n",
            hosts[1].address, hosts[1].port
        ),
    );
    assert!(reaches(
        &windlass,
        &["ssh_config_file=jump.conf", "ssh_proxy_jump=gate"]
    ));
    assert!(!reaches(&windlass, &["ssh_proxy_command=exit 1"]));
}

#[test]
fn an_unknown_key_is_added_where_that_was_asked_for() {
    let hosts = or_skip!(SshHosts::start(1));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", without(&hosts, &["ssh_known_hosts_file"]));
    let added = [
        "ssh_known_hosts_file=added",
        "ssh_strict_host_key_checking=accept-new",
    ];
    assert!(!reaches(&windlass, &added[..1]));
    assert!(reaches(&windlass, &added));
    assert!(windlass.read("added").contains(&hosts[0].address));
    assert!(
        reaches(&windlass, &added[..1]),
        "a key that was added is known"
    );
}

#[test]
fn more_commands_than_the_host_allows_at_once_wait_their_turn() {
    let hosts = or_skip!(SshHosts::start_with(
        1,
        windlass_tests::SshOptions {
            sshd: &["MaxSessions=1"],
            ..Default::default()
        }
    ));
    let windlass = Windlass::new();
    windlass.write("inventory.toml", hosts.inventory("root"));
    let facts = [
        "server.Hostname",
        "server.Os",
        "server.Users",
        "server.Arch",
        "server.Home",
    ];
    let line: Vec<&str> = ["fact", "inventory.toml"]
        .into_iter()
        .chain(facts)
        .collect();
    let out = windlass.run(line).succeeds();
    assert!(
        facts.iter().all(|fact| out.stdout.contains(fact)),
        "{}",
        out.stdout
    );
}
