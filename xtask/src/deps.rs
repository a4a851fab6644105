//! `cargo xtask deps`: what the tests need from the system.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::compilers;
use crate::failure::{Done, Failure};
use crate::workspace::run as run_command;

/// Whether to install.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Install what is missing: packages with apt-get, as root, and compilers into target/tools
    #[arg(long)]
    yes: bool,
}

/// A Debian package and what it is for.
const PACKAGES: &[(&str, &str)] = &[
    ("mmdebstrap", "builds the root filesystem of SSH targets"),
    (
        "openssh-client",
        "checks the SSH targets, makes keys and certificates",
    ),
    ("rsync", "copies folders to the SSH targets"),
    ("docker-registry", "a registry on loopback, for packs"),
    ("minisign", "checks the signatures of packs"),
    ("util-linux", "gives targets their own namespaces"),
];

/// Lists the packages, or installs those that are missing.
pub(crate) fn run(args: &Args) -> Done {
    let missing: Vec<&str> = PACKAGES
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !installed(name))
        .collect();
    if !args.yes {
        for (name, purpose) in PACKAGES {
            let state = if missing.contains(name) {
                "missing"
            } else {
                "installed"
            };
            println!("{name:<16} {state:<10} {purpose}");
        }
        let state = if compilers::installed() {
            "installed"
        } else {
            "missing"
        };
        let names = compilers::names();
        println!("{:<16} {state:<10} compile packs: {names}", "target/tools");
        return Ok(());
    }
    if !missing.is_empty() {
        install(&missing)?;
    }
    if !compilers::installed() {
        compilers::install()?;
    }
    Ok(())
}

/// Installs packages of the system.
fn install(missing: &[&str]) -> Done {
    if !Path::new("/usr/bin/apt-get").exists() {
        return Err(Failure::new(format!(
            "packages are installed with apt-get, which this system lacks: install {} another way",
            missing.join(", ")
        )));
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::new(format!(
            "only root installs packages: sudo apt-get install {}",
            missing.join(" ")
        )));
    }
    run_command(&mut apt(&["update"]))?;
    run_command(apt(&["install", "--yes", "--no-install-recommends"]).args(missing))
}

fn installed(package: &str) -> bool {
    let query = Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output();
    query.is_ok_and(|output| output.stdout == b"installed")
}

fn apt(args: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .arg("--quiet")
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive");
    command
}
