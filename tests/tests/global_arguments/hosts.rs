//! On how many hosts an operation runs, and on how many at once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use windlass_tests::{SshHost, or_skip};

use crate::Target;

#[test]
fn one_host_runs_it_once() {
    let target = or_skip!(Target::start(3));
    let runs = |globals: &str| {
        let command = "echo x >> /var/tmp/ran";
        let deploy =
            format!("server.shell(name = \"It\", commands = [\"{command}\"], {globals})\n");
        let outcome = target.apply("root", &deploy);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        let hosts = target.hosts.iter();
        let ran = hosts.map(|host| host.path("/var/tmp/ran").exists());
        let ran: Vec<bool> = ran.collect();
        for host in &target.hosts {
            host.sh("rm -f /var/tmp/ran");
        }
        ran
    };
    assert_eq!(runs(""), [true, true, true]);
    assert_eq!(runs("_run_once = True"), [true, false, false]);
}

/// Runs an operation on three hosts that waits on each until `meeting` of them are there, and gives the most that were
/// there at the same time.
fn at_once(target: &Target, meeting: usize, globals: &str) -> usize {
    for host in &target.hosts {
        host.sh("rm -f /run/here /run/from /run/to; touch /run/wait");
    }
    let command = "date +%s%N > /run/from; touch /run/here; left=2400; \
        while [ -e /run/wait ] && [ $left -gt 0 ]; do left=$((left - 1)); sleep 0.05; done; \
        sleep 0.2; date +%s%N > /run/to; [ $left -gt 0 ]";
    let deploy = format!("server.shell(name = \"It\", commands = [\"{command}\"], {globals})\n");
    let done = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            let here = |host: &&SshHost| host.path("/run/here").exists();
            while !done.load(Ordering::SeqCst) && target.hosts.iter().filter(here).count() < meeting
            {
                std::thread::sleep(Duration::from_millis(10));
            }
            for host in &target.hosts {
                host.sh("rm -f /run/wait");
            }
        });
        let outcome = target.apply("root", &deploy);
        done.store(true, Ordering::SeqCst);
        outcome
    });
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let moment =
        |host: &SshHost, file: &str| -> u64 { host.sh(&format!("cat {file}")).parse().unwrap() };
    let stays: Vec<(u64, u64)> = target
        .hosts
        .iter()
        .map(|host| (moment(host, "/run/from"), moment(host, "/run/to")))
        .collect();
    let there = |at: u64| {
        stays
            .iter()
            .filter(|(from, to)| (*from..*to).contains(&at))
            .count()
    };
    stays.iter().map(|(from, _)| there(*from)).max().unwrap()
}

#[test]
fn hosts_run_it_one_after_another() {
    let target = or_skip!(Target::start(3));
    assert_eq!(at_once(&target, 3, ""), 3);
    assert_eq!(at_once(&target, 1, "_serial = True"), 1);
}

#[test]
fn so_many_hosts_run_it_at_once() {
    let target = or_skip!(Target::start(3));
    assert_eq!(at_once(&target, 2, "_parallel = 2"), 2);
    assert_eq!(at_once(&target, 1, "_parallel = 1"), 1);
}
