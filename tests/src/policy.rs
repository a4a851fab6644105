//! A machine with a policy: the command line sees an `/etc` of its own, and the machine's stays as it is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::{Missing, Windlass};

/// Lays a folder over `/etc`, for the command and what it starts alone.
const OVER: &str = r#"mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc; shift; exec "$@""#;

impl Windlass {
    /// Gives every command that follows a machine with this `policy.toml`.
    ///
    /// # Errors
    /// Without root: nobody else may mount.
    pub fn under_policy(self, text: &str) -> Result<Self, Missing> {
        if !rustix::process::geteuid().is_root() {
            return Err(Missing::new("root", "run the tests as root"));
        }
        let folder = self.root().join("etc");
        for name in ["upper/windlass", "work"] {
            fs::create_dir_all(folder.join(name)).expect("folders below a temporary one");
        }
        for name in ["upper", "upper/windlass"] {
            let mode = fs::Permissions::from_mode(0o755);
            fs::set_permissions(folder.join(name), mode).expect("the mode of a folder of ours");
        }
        let folder = folder.display().to_string();
        let windlass = self.started_by([
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "--",
            "sh",
            "-euc",
            OVER,
            "sh",
            &folder,
        ]);
        windlass.set_policy(text, 0o644);
        Ok(windlass)
    }

    /// Gives names to addresses: the `/etc/hosts` of the machine with a policy.
    ///
    /// # Panics
    /// Where there is no policy yet.
    pub fn set_names(&self, text: &str) {
        let path = self.root().join("etc/upper/hosts");
        fs::write(&path, text).expect("names below a temporary folder");
    }

    /// Writes another policy, with this mode.
    ///
    /// # Panics
    /// Where there is no policy yet.
    pub fn set_policy(&self, text: &str, mode: u32) {
        let path = self.root().join("etc/upper/windlass/policy.toml");
        fs::write(&path, text).expect("a policy below a temporary folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
            .expect("the mode of a file of ours");
    }
}
