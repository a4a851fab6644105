//! The folders that were granted, read only: paths are absolute, and neither `..` nor a link leads out.

use std::collections::BTreeSet;
use std::env;
use std::sync::Arc;

use camino::Utf8Path;
use windlass_engine::local_files::LocalFiles;

use crate::local::local_files;

/// In place of the deploy's folder: nothing can stand there, and no relative path is granted.
const NO_FOLDER: &str = "/dev/null/none";

/// A view of these folders; `~/` is the home folder.
pub(crate) fn below(folders: &BTreeSet<String>) -> Arc<dyn LocalFiles> {
    let home = env::var("HOME").unwrap_or_default();
    let folders: Vec<String> = folders
        .iter()
        .filter_map(|folder| match folder.strip_prefix("~/") {
            Some(_) if !home.starts_with('/') => None,
            Some(rest) => Some(format!("{home}/{rest}")),
            None => Some(folder.clone()),
        })
        .filter(|folder| folder.starts_with('/'))
        .collect();
    local_files(Utf8Path::new(NO_FOLDER), &folders)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::os::unix::fs::symlink;

    use windlass_engine::plugins::ErrorKind;

    use super::*;

    #[test]
    fn what_lies_below_is_read_and_nothing_else_by_dots_or_by_link() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let inside = root.join("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join("list"), "web-1").unwrap();
        fs::write(root.join("secret"), "s").unwrap();
        symlink(root.join("secret"), inside.join("link")).unwrap();
        symlink("../secret", inside.join("near")).unwrap();
        let inside = inside.to_str().unwrap();
        let files = below(&BTreeSet::from([inside.to_owned()]));
        let read = |path: &str| files.read(path, 0, 100).map_err(|error| error.kind);
        assert_eq!(read(&format!("{inside}/list")).unwrap(), b"web-1");
        let secret = root.join("secret");
        for path in [
            secret.to_str().unwrap(),
            &format!("{inside}/../secret"),
            &format!("{inside}/link"),
            &format!("{inside}/near"),
            "list",
            "/etc/passwd",
        ] {
            assert_eq!(read(path), Err(ErrorKind::Denied), "{path}");
        }
    }

    #[test]
    fn nothing_granted_is_nothing_to_read() {
        let files = below(&BTreeSet::new());
        let error = files.read("/etc/hostname", 0, 1).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
        assert!(files.stat("x").is_err());
    }
}
