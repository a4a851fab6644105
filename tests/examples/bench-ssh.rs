//! The benchmark's workload on hosts over SSH: what a first and a second run take, and how many channels. Printed as a
//! table; without what targets need, only that is said.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::time::Instant;

use windlass_tests::{SshHosts, SshOptions, Windlass};

const DEPLOY: &str = include_str!("../bench/deploy.star");
const TEMPLATE: &str = "host = {{ host_name }}\ninstance = {{ instance }}\n";

fn main() {
    println!("\n## 20 operations a host over SSH\n");
    println!("| hosts | run | seconds | channels a host |\n| --- | --- | --- | --- |");
    for count in [1, 10] {
        let options = SshOptions {
            sshd: &["LogLevel=VERBOSE"],
            ..SshOptions::default()
        };
        let hosts = match SshHosts::start_with(count, options) {
            Ok(hosts) => hosts,
            Err(missing) => {
                println!("\nleft out: {missing}");
                return;
            }
        };
        let windlass = Windlass::new();
        let inventory = hosts.inventory("root");
        let data = "[all]\nbench_root = \"/srv\"\nbench_files = \"files\"\n";
        windlass.write("inventory.toml", format!("{inventory}\n{data}"));
        windlass.write("deploy.star", DEPLOY);
        windlass.write("files/app.conf.j2", TEMPLATE);
        for number in 0..6 {
            windlass.write(
                format!("files/f{number}.txt"),
                "0123456789abcde\n".repeat(64),
            );
        }
        for host in hosts.iter() {
            host.sh(&format!("mkdir -p /srv/{}/w", host.name));
        }
        let mut before = 0;
        for run in ["first", "second"] {
            let began = Instant::now();
            let _ = windlass
                .run(["apply", "inventory.toml", "deploy.star", "--yes"])
                .succeeds();
            let seconds = began.elapsed().as_secs_f64();
            let sessions: usize = hosts
                .iter()
                .map(|host| {
                    host.log()
                        .lines()
                        .filter(|line| line.starts_with("Starting session: "))
                        .count()
                })
                .sum();
            let channels = (sessions - before) as f64 / count as f64;
            before = sessions;
            println!("| {count} | {run} | {seconds:.2} | {channels:.1} |");
        }
    }
}
