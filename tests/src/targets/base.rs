//! The read-only Debian root under all targets, built once and kept in the user's cache folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};

use crate::Missing;

/// How a base is made. Its digest names the folder, so a changed script makes a new base.
const SCRIPT: &str = include_str!("base.sh");

/// What the script and the targets call, and the Debian package of each.
const PROGRAMS: &[(&str, &str)] = &[
    ("mmdebstrap", "mmdebstrap"),
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("pivot_root", "util-linux"),
];

/// A root filesystem that nobody writes to, and the key that logs in to it.
#[derive(Debug, Clone)]
pub(crate) struct Base {
    pub(crate) root: PathBuf,
    pub(crate) key: PathBuf,
}

impl Base {
    /// The cached base; the first caller on a machine builds it (about 20 s), others wait for that one.
    pub(crate) fn get() -> Result<Self, Missing> {
        check_machine()?;
        let folder = cache_folder()?;
        fs::create_dir_all(&folder).expect("the cache folder can be made");
        let name = hex::encode(&Sha256::digest(SCRIPT)[..6]);
        let base = Self {
            root: folder.join(format!("base-{name}")),
            key: folder.join(format!("base-{name}.keys/id")),
        };
        let lock = File::create(folder.join("lock")).expect("a lock file in the cache folder");
        lock.lock().expect("the cache folder's lock");
        if !base.root.exists() {
            base.build();
        }
        Ok(base)
    }

    fn build(&self) {
        let part = self.root.with_extension("part");
        let keys = self.root.with_extension("part.keys");
        for stale in [&part, &keys] {
            remove_if_there(stale);
        }
        fs::create_dir_all(&keys).expect("the key's folder");
        let output = Command::new("sh")
            .args(["-c", SCRIPT, "base"])
            .arg(&part)
            .env_remove("TMPDIR")
            .stdin(Stdio::null())
            .output()
            .expect("sh runs");
        assert!(
            output.status.success(),
            "the Debian base for targets was not built:\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        let final_keys = self.root.with_extension("keys");
        remove_if_there(&final_keys);
        fs::rename(&keys, &final_keys).expect("the key's folder gets its name");
        // Last: a base that exists is complete.
        fs::rename(&part, &self.root).expect("the base gets its name");
    }
}

fn remove_if_there(path: &Path) {
    if path.exists() {
        fs::remove_dir_all(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}

fn cache_folder() -> Result<PathBuf, Missing> {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("windlass-tests"))
        .ok_or_else(|| Missing::new("a cache folder", "set HOME or XDG_CACHE_HOME"))
}

/// Whether targets can exist here at all.
fn check_machine() -> Result<(), Missing> {
    if !cfg!(target_os = "linux") {
        return Err(Missing::new("Linux", "SSH targets need Linux namespaces"));
    }
    if !rustix::process::geteuid().is_root() {
        return Err(Missing::new(
            "root",
            "run the tests as root: SSH targets mount and enter namespaces",
        ));
    }
    if !Path::new("/etc/debian_version").exists() {
        return Err(Missing::new(
            "Debian",
            "SSH targets are built with Debian's tools",
        ));
    }
    for (program, package) in PROGRAMS {
        if !on_path(program) {
            let remedy = format!("run `cargo xtask deps --yes`, or apt-get install {package}");
            return Err(Missing::new(*program, remedy));
        }
    }
    let may_unshare = Command::new("unshare")
        .args([
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--fork",
            "--kill-child",
            "mount",
            "-t",
            "tmpfs",
            "tmpfs",
            "/mnt",
        ])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !may_unshare {
        return Err(Missing::new(
            "namespaces",
            "this machine or container does not allow mounts in own namespaces",
        ));
    }
    Ok(())
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
