//! The example with web servers and a database, on four real hosts: the order, what runs at the same time, and what
//! does not. Nothing here is proven by time: packages of the hosts' own repository wait for each other when they are
//! installed, and the test passes their messages on.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use windlass_tests::{SshHosts, Windlass, or_skip};

const NAMES: [&str; 4] = ["web-01", "web-02", "web-03", "db-01"];

/// The operations in the order in which they stand, and the hosts of each.
const ORDER: [(&str, &[&str]); 6] = [
    ("Install base debugging packages", &NAMES),
    ("Install postgres server", &["db-01"]),
    ("Upload postgres pg_hba config", &["db-01"]),
    ("Install nginx", &["web-01", "web-02", "web-03"]),
    ("Upload nginx config", &["web-01", "web-02", "web-03"]),
    ("Reload nginx", &["web-01", "web-02", "web-03"]),
];

/// Makes the packages that the example installs. While it is installed, each says so in `/run/here-NAME`, and waits
/// as long as there is `/run/wait-NAME`, within reason.
const PACKAGES: &str = r#"
set -eu
package() { # NAME, then what is done when it is installed
    build=$(mktemp -d)
    mkdir -p "$build/DEBIAN"
    [ "$1" != nginx ] || mkdir -p "$build/etc/nginx/conf.d" "$build/etc/init.d"
    [ "$1" != nginx ] || cp /tmp/nginx "$build/etc/init.d/nginx"
    printf 'Package: %s\nVersion: 1.0\nArchitecture: all\nMaintainer: Targets <targets@localhost>\nDescription: for tests\n' \
        "$1" > "$build/DEBIAN/control"
    cat > "$build/DEBIAN/postinst" <<END
#!/bin/sh
set -e
$2
touch /run/here-$1
left=1200
while [ -e /run/wait-$1 ]; do
    left=\$((left - 1))
    [ \$left -gt 0 ] || { echo "nobody came" >&2; exit 1; }
    sleep 0.05
done
END
    chmod 755 "$build" "$build/DEBIAN/postinst"
    deb=/srv/repo/$1_1.0_all.deb
    dpkg-deb --build --root-owner-group "$build" "$deb" > /dev/null
    { cat "$build/DEBIAN/control"
      printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" "$(stat -c %s "$deb")" \
          "$(sha256sum "$deb" | cut -d' ' -f1)"; } >> /srv/repo/Packages
}
cat > /tmp/nginx <<'END'
#!/bin/sh
### BEGIN INIT INFO
# Provides: nginx
### END INIT INFO
case $1 in
    status) exit 0 ;;
    reload) cat /etc/nginx/conf.d/site.conf >> /var/log/reloaded ;;
    *) exit 3 ;;
esac
END
chmod 755 /tmp/nginx
package htop :
package iftop :
package nginx :
package postgresql 'useradd --system postgres; mkdir -p /etc/postgresql/15/main'
"#;

/// The example, for four real hosts with its packages to install.
fn example(hosts: &SshHosts) -> Windlass {
    std::thread::scope(|scope| {
        for host in hosts {
            scope.spawn(|| host.sh(PACKAGES));
        }
    });
    let windlass = Windlass::new();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/web-and-database");
    for file in [
        "deploy.star",
        "templates/pg_hba.conf.j2",
        "templates/site.conf.j2",
    ] {
        windlass.write(file, fs::read(source.join(file)).unwrap());
    }
    // The example's own inventory, and where its hosts are.
    let mut inventory = fs::read_to_string(source.join("inventory.toml")).unwrap();
    let mut places = hosts.inventory("nopass");
    for (host, name) in hosts.iter().zip(NAMES) {
        places = places.replace(
            &format!("[hosts.{}]", host.name),
            &format!("[hosts.{name}]"),
        );
    }
    let (_, places) = places.split_once("\n\n").unwrap();
    inventory.push('\n');
    inventory.push_str(places);
    windlass.write("inventory.toml", inventory);
    windlass
}

/// Does `work` while another thread passes on messages: `pass_on` is called again and again until it is true.
fn meanwhile<T>(work: impl FnOnce() -> T, pass_on: impl Fn() -> bool + Sync) -> T {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) && !pass_on() {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let result = work();
        done.store(true, Ordering::SeqCst);
        result
    })
}

/// Where an event of an operation is in the output; of a host, if one is named.
fn place(lines: &[Value], event: &str, name: &str, host: Option<&str>) -> usize {
    lines
        .iter()
        .position(|line| {
            line["event"] == event
                && line["name"] == name
                && host.is_none_or(|host| line["host"] == host)
        })
        .unwrap_or_else(|| panic!("no {event} of {name} {host:?}\n{lines:#?}"))
}

fn names(lines: &[Value], event: &str) -> Vec<String> {
    let found = lines.iter().filter(|line| line["event"] == event);
    found
        .map(|line| line["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn operations_run_in_the_order_of_the_deploy_each_on_its_hosts_at_once() {
    let hosts = or_skip!(SshHosts::start(4));
    let windlass = example(&hosts);
    let plan = windlass.run(["plan", "inventory.toml", "deploy.star", "--json"]);
    let plan = plan.succeeds().json();
    let operations = plan["operations"].as_array().unwrap();
    let planned: Vec<(&str, Vec<&str>)> = operations
        .iter()
        .map(|operation| {
            let hosts = operation["hosts"].as_array().unwrap().iter();
            let hosts = hosts.map(|host| host["host"].as_str().unwrap());
            (operation["name"].as_str().unwrap(), hosts.collect())
        })
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = ORDER
        .iter()
        .map(|(name, hosts)| (*name, hosts.to_vec()))
        .collect();
    assert_eq!(planned, expected);

    // Each host waits until all have come to the same place.
    for host in &hosts {
        fs::write(host.path("/run/wait-htop"), "").unwrap();
    }
    let apply = ["apply", "inventory.toml", "deploy.star", "--yes", "--json"];
    let all_here = || {
        let all = hosts
            .iter()
            .all(|host| host.path("/run/here-htop").exists());
        if all {
            for host in &hosts {
                fs::remove_file(host.path("/run/wait-htop")).unwrap();
            }
        }
        all
    };
    let out = meanwhile(|| windlass.run(apply), all_here).succeeds();
    let lines = out.json_lines();
    assert_eq!(
        names(&lines, "operation-start"),
        ORDER.map(|(name, _)| name)
    );
    for (index, (name, at)) in ORDER.iter().enumerate() {
        let end = place(&lines, "operation-end", name, None);
        for host in *at {
            assert!(place(&lines, "operation-host-success", name, Some(host)) < end);
        }
        if let Some((next, _)) = ORDER.get(index + 1) {
            assert!(end < place(&lines, "operation-start", next, None), "{next}");
        }
    }

    let hba = hosts[3].sh("cat /etc/postgresql/15/main/pg_hba.conf");
    assert!(hba.contains("web-01") && hba.contains("web-03"), "{hba}");
    assert_eq!(
        hosts[3].sh("stat -c '%U:%G %a' /etc/postgresql/15/main/pg_hba.conf"),
        "postgres:postgres 640"
    );
    for (host, name) in hosts.iter().zip(&NAMES[..3]) {
        let reloaded = host.sh("cat /var/log/reloaded");
        let site =
            format!("server {{\n    listen 8080;\n    server_name {name};\n    root /srv/www;\n}}");
        assert_eq!(reloaded, site, "reloaded once, with the new file");
    }

    let second = windlass.run(["apply", "inventory.toml", "deploy.star", "--yes"]);
    let second = second.succeeds();
    assert!(second.stdout.contains("Nothing to do"), "{second}");
}

#[test]
fn with_dag_the_web_servers_do_not_wait_for_the_database() {
    let hosts = or_skip!(SshHosts::start(4));
    let windlass = example(&hosts);
    // The database server's installation ends when nginx is being installed, which comes after it in the deploy.
    let wait = hosts[3].path("/run/wait-postgresql");
    fs::write(&wait, "").unwrap();
    let both_here = || {
        let database = hosts[3].path("/run/here-postgresql").exists();
        let both = database && hosts[0].path("/run/here-nginx").exists();
        if both {
            fs::remove_file(&wait).unwrap();
        }
        both
    };
    let apply = ["apply", "inventory.toml", "deploy.star", "--yes", "--json"];
    let line = apply.iter().chain(&["--strategy", "dag"]);
    let out = meanwhile(|| windlass.run(line), both_here).succeeds();
    let lines = out.json_lines();
    // What has a path between keeps its order.
    let [base, postgres, hba, nginx, site, reload] = ORDER.map(|(name, _)| name);
    for (first, second) in [
        (base, postgres),
        (base, nginx),
        (postgres, hba),
        (nginx, site),
        (site, reload),
    ] {
        let end = place(&lines, "operation-end", first, None);
        let start = place(&lines, "operation-start", second, None);
        assert!(end < start, "{first} ends before {second} starts");
    }
}
