//! Where the policy is, and whether it can be relied on.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::fs::OFlags;
use thiserror::Error;

use super::PolicyFile;
use crate::strict::Problems;

/// Where the policy of this machine is. Nothing replaces it: no option, no variable, no file of a project or user.
pub const PATH: &str = "/etc/windlass/policy.toml";

/// How big it may be, in bytes.
const BIGGEST: u64 = 1 << 20;

/// The bits of a mode by which others than the owner may write.
const WRITABLE: u32 = 0o022;

/// Why the policy of this machine cannot be relied on. Nothing is run then.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// It cannot be read.
    #[error(
        "the policy {path} cannot be read: {source}\n  nothing is run without it; whoever keeps this machine can make it readable"
    )]
    Unreadable {
        /// Which file or folder.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Others than the administrators can change it.
    #[error("the policy cannot be relied on: {path} {why}\n  fix: {fix}")]
    Unsafe {
        /// Which file or folder.
        path: String,
        /// What is wrong.
        why: String,
        /// The command that rights it.
        fix: String,
    },
    /// What stands in it.
    #[error("the policy is wrong, so nothing is run\n{0}")]
    Wrong(#[from] Problems),
}

/// The policy of this machine; none where there is no file.
///
/// # Errors
/// A file or folder that cannot be read, or that others than root can change; all that is wrong with what it says.
pub fn read_system() -> Result<Option<PolicyFile>, PolicyError> {
    read_at(PATH)
}

/// Reads a policy that must be root's.
pub(super) fn read_at(path: &str) -> Result<Option<PolicyFile>, PolicyError> {
    let unreadable = |path: &str, source: io::Error| PolicyError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let folder = Path::new(path)
        .parent()
        .map_or_else(|| String::from("/"), |folder| folder.display().to_string());
    match std::fs::symlink_metadata(&folder) {
        Ok(found) if found.is_dir() => check(&folder, &found)?,
        Ok(_) => {
            return Err(PolicyError::Unsafe {
                path: folder.clone(),
                why: String::from("is no folder"),
                fix: format!("make {folder} a folder of root's"),
            });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&folder, error)),
    }
    let opened = OpenOptions::new()
        .read(true)
        // A link could lead to a file of somebody else's, and a pipe would never end.
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32)
        .open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, error)),
    };
    let found = file.metadata().map_err(|error| unreadable(path, error))?;
    if !found.is_file() {
        return Err(unreadable(path, io::Error::other("it is no file")));
    }
    check(path, &found)?;
    let text = text(file).map_err(|error| unreadable(path, error))?;
    Ok(Some(PolicyFile::parse(&text, path)?))
}

fn text(file: File) -> io::Result<String> {
    let mut text = String::new();
    let read = file.take(BIGGEST + 1).read_to_string(&mut text)?;
    match read as u64 > BIGGEST {
        true => Err(io::Error::other("it is bigger than 1 MiB")),
        false => Ok(text),
    }
}

/// Refuses what others than root can change.
fn check(path: &str, found: &Metadata) -> Result<(), PolicyError> {
    let wrong = |why: String, fix: String| {
        Err(PolicyError::Unsafe {
            path: path.to_owned(),
            why,
            fix,
        })
    };
    if found.uid() != 0 {
        return wrong(
            format!("belongs to the user {} and not to root", found.uid()),
            format!("chown root:root {path}"),
        );
    }
    if found.mode() & WRITABLE != 0 {
        return wrong(
            format!(
                "can be written by others than root (mode {:04o})",
                found.mode() & 0o7777
            ),
            format!("chmod go-w {path}"),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    struct Place {
        folder: tempfile::TempDir,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("windlass")).unwrap();
            let place = Self { folder };
            place.mode("", 0o755);
            place
        }

        fn path(&self, name: &str) -> String {
            let path = self.folder.path().join("windlass").join(name);
            path.display().to_string().trim_end_matches('/').to_owned()
        }

        fn write(&self, text: &str, mode: u32) {
            fs::write(self.path("policy.toml"), text).unwrap();
            self.mode("policy.toml", mode);
        }

        fn mode(&self, name: &str, mode: u32) {
            fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
        }

        fn read(&self) -> Result<Option<PolicyFile>, String> {
            read_at(&self.path("policy.toml")).map_err(|error| error.to_string())
        }
    }

    fn is_root() -> bool {
        rustix::process::geteuid().is_root()
    }

    #[test]
    fn no_file_is_no_policy_and_anything_else_is_refused() {
        let place = Place::new();
        if is_root() {
            assert!(place.read().unwrap().is_none());
        }
        assert!(read_at("/nowhere/policy.toml").unwrap().is_none());
        symlink("/etc/passwd", place.path("policy.toml")).unwrap();
        assert!(place.read().is_err());
    }

    #[test]
    fn only_root_may_change_it() {
        let place = Place::new();
        place.write("[audit]\nrequired = true\n", 0o644);
        if !is_root() {
            let error = place.read().unwrap_err();
            assert!(error.contains("and not to root"), "{error}");
            return;
        }
        assert!(place.read().unwrap().unwrap().requires_audit().is_some());
        for (name, mode) in [("policy.toml", 0o664), ("policy.toml", 0o646), ("", 0o775)] {
            place.mode("policy.toml", 0o644);
            place.mode(name, mode);
            let error = place.read().unwrap_err();
            let path = place.path(name);
            assert!(error.contains(&format!("chmod go-w {path}")), "{error}");
        }
        place.mode("", 0o755);
        place.write("[adit]\n", 0o644);
        let error = place.read().unwrap_err();
        assert!(error.contains("nothing is run"), "{error}");
        std::os::unix::fs::chown(place.path("policy.toml"), Some(65534), None).unwrap();
        let error = place.read().unwrap_err();
        assert!(error.contains("belongs to the user 65534"), "{error}");
    }
}
