//! Folders that rsync copies: over the connection of the host, as whom the operation says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::Path;

use windlass_tests::{Missing, Outcome, SshHosts, Windlass, or_skip};

/// The rsync of this machine is a package that the tests need.
fn rsync() -> Result<(), Missing> {
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .any(|folder| folder.join("rsync").is_file());
    found
        .then_some(())
        .ok_or_else(|| Missing::new("rsync", "cargo xtask deps --yes"))
}

/// A folder with what a copy gets wrong easily, and more than a pipe or a channel holds.
fn site(windlass: &Windlass) -> Vec<u8> {
    let large: Vec<u8> = (0..3_000_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 7) as u8)
        .collect();
    windlass.write("site/index.html", "old");
    windlass.write("site/it's a $(page).html", "quoted");
    windlass.write("site/skipped.pyc", "x");
    fs::write(windlass.dir().join("site/large"), &large).unwrap();
    std::os::unix::fs::symlink("index.html", windlass.dir().join("site/link")).unwrap();
    large
}

fn apply(windlass: &Windlass, user: &str, operation: &str) -> Outcome {
    windlass.write("deploy.star", format!("{operation}\n"));
    windlass.run(["apply", &format!("{user}.toml"), "deploy.star", "--yes"])
}

struct Copying {
    windlass: Windlass,
    hosts: SshHosts,
}

impl Copying {
    fn start() -> Result<Self, Missing> {
        rsync()?;
        let hosts = SshHosts::start(1)?;
        let windlass = Windlass::new();
        for user in ["deploy", "nopass", "root"] {
            windlass.write(format!("{user}.toml"), hosts.inventory(user));
        }
        Ok(Self { windlass, hosts })
    }

    fn apply(&self, user: &str, operation: &str) -> Outcome {
        apply(&self.windlass, user, operation)
    }

    fn sh(&self, script: &str) -> String {
        self.hosts[0].sh(script)
    }
}

#[test]
fn a_folder_is_copied_as_whom_the_operation_says() {
    let there = or_skip!(Copying::start());
    let large = site(&there.windlass);
    let copy = r#"files.rsync(src = "site/", dest = "/srv/it's $(here)", flags = ["-ax", "--delete", "--exclude=*.pyc"], _sudo = True)"#;
    let said = there.apply("nopass", copy).succeeds();
    let step = "rsync -ax --delete '--exclude=*.pyc' site/ to /srv/it's $(here)";
    assert!(said.says(step), "{said}");
    let listed =
        there.sh(r#"cd "/srv/it's \$(here)" && ls -1 && readlink link && stat -c %U:%s large"#);
    assert_eq!(
        listed,
        format!(
            "index.html\nit's a $(page).html\nlarge\nlink\nindex.html\nroot:{}",
            large.len()
        )
    );
    // Once more with a difference, as one whose sudo asks for a password.
    there.windlass.write("site/index.html", "new!");
    fs::remove_file(there.windlass.dir().join("site/link")).unwrap();
    let with_password = copy.replace(
        "_sudo = True",
        r#"_sudo = True, _sudo_password = "deploy-pw""#,
    );
    let _ = there.apply("deploy", &with_password).succeeds();
    let listed = there.sh(r#"cd "/srv/it's \$(here)" && ls -1 && cat index.html"#);
    assert_eq!(listed, "index.html\nit's a $(page).html\nlarge\nnew!");
    let copied = there.hosts[0].path("/srv/it's $(here)/large");
    assert_eq!(fs::read(copied).unwrap(), large);
}

#[test]
fn a_home_and_a_folder_itself() {
    let there = or_skip!(Copying::start());
    let _ = site(&there.windlass);
    let copy = r#"files.rsync(src = "site", dest = "~/sites", flags = ["-r"])"#;
    let _ = there.apply("nopass", copy).succeeds();
    assert_eq!(there.sh("cat /home/nopass/sites/site/index.html"), "old");
}

#[test]
fn what_goes_wrong_is_said() {
    let there = or_skip!(Copying::start());
    let _ = site(&there.windlass);
    let says = |operation: &str, what: &str| {
        let said = there.apply("nopass", operation);
        assert!(
            said.code != Some(0) && said.says(what),
            "{operation}: {said}"
        );
    };
    says(
        r#"files.rsync(src = "site/", dest = "/srv/no/such/folder", _sudo = True)"#,
        "No such file or directory",
    );
    says(
        r#"files.rsync(src = "site/", dest = "/srv/www")"#,
        "Permission denied",
    );
    says(
        r#"files.rsync(src = "site/", dest = "x", _env = {"PATH": "/nowhere"})"#,
        "rsync is not installed on",
    );
    says(
        r#"files.rsync(src = "missing/", dest = "x")"#,
        "there is no folder `missing`",
    );
    says(
        r#"files.rsync(src = "site/index.html", dest = "x")"#,
        "is no folder",
    );
    // Where links lead out of the deploy's folder is nobody's to copy from.
    std::os::unix::fs::symlink("/etc", there.windlass.dir().join("out")).unwrap();
    says(
        r#"files.rsync(src = "out/", dest = "x")"#,
        "is a link that leads out of the folder that may be read",
    );
    says(
        r#"files.rsync(src = "site/", dest = "x", flags = ["--exclude", "*.pyc"])"#,
        "write it behind `=` in the same text: `--exclude=…`",
    );
    assert_eq!(
        there.sh("ls /home/nopass; ls -d /srv/www /srv/no 2>&1 | grep -c cannot"),
        "2"
    );
}

#[test]
fn a_copy_that_takes_too_long_ends_on_both_sides() {
    let there = or_skip!(Copying::start());
    let _ = site(&there.windlass);
    let _ = there.sh("mkdir /opt/slow; printf '#!/bin/sh\\nexec sleep 1234' > /opt/slow/rsync; chmod +x /opt/slow/rsync");
    let copy = r#"files.rsync(src = "site/", dest = "x", _timeout = 1, _env = {"PATH": "/opt/slow:/usr/bin:/bin"})"#;
    let said = there.apply("nopass", copy).exits(4);
    assert!(said.says("`rsync to x` did not end within 1 s"), "{said}");
    assert_eq!(there.sh("pgrep -c -f '[s]leep 1234' || true"), "0");
}

#[test]
fn this_machine_is_a_host_too() {
    or_skip!(rsync());
    let windlass = Windlass::new();
    let large = site(&windlass);
    windlass.write(
        "deploy.star",
        "files.rsync(src = \"site/\", dest = host.data.to)\n",
    );
    let to = windlass.dir().join("copied");
    let data = format!("to={}", to.display());
    let line = ["apply", "@local", "deploy.star", "--yes", "--data", &data];
    let _ = windlass.run(line).succeeds();
    assert_eq!(fs::read(to.join("large")).unwrap(), large);
    assert_eq!(
        fs::read_link(to.join("link")).unwrap(),
        Path::new("index.html")
    );
}
