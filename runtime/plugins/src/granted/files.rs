//! The folders that were granted, read only: paths are absolute, or begin with `~/` as grants may, and neither `..` nor
//! a link leads out.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use camino::Utf8Path;
use windlass_engine::capability::{home, rooted};
use windlass_engine::local_files::{Entry, LocalFiles, Readable};
use windlass_engine::plugins::GuestError;

use crate::local::local_files;

/// In place of the deploy's folder: nothing can stand there, and no relative path is granted.
const NO_FOLDER: &str = "/dev/null/none";

/// A view of these folders, as far as links do not lead out of a ceiling; `~/` is the home folder.
pub(crate) fn below(
    folders: &BTreeSet<String>,
    ceiling: Option<&BTreeSet<String>>,
) -> Arc<dyn LocalFiles> {
    seen_from(&home(), folders, ceiling)
}

fn seen_from(
    home: &str,
    folders: &BTreeSet<String>,
    ceiling: Option<&BTreeSet<String>>,
) -> Arc<dyn LocalFiles> {
    let from_root = |folders: &BTreeSet<String>| -> Vec<String> {
        let folders = folders.iter().filter_map(|folder| rooted(folder, home));
        folders.filter(|folder| folder.starts_with('/')).collect()
    };
    let readable = Readable {
        paths: from_root(folders),
        deploy: None,
        ceiling: ceiling.map(from_root),
    };
    Arc::new(FromHome {
        home: home.to_owned(),
        files: local_files(Utf8Path::new(NO_FOLDER), &readable),
    })
}

/// Files whose paths may begin with `~/`: a pack does not know whose home it is.
struct FromHome {
    home: String,
    files: Arc<dyn LocalFiles>,
}

impl FromHome {
    fn path(&self, path: &str) -> String {
        // As it is where no home folder is known: nothing there was granted.
        rooted(path, &self.home).unwrap_or_else(|| path.to_owned())
    }
}

impl LocalFiles for FromHome {
    fn stat(&self, path: &str) -> Result<Option<Entry>, GuestError> {
        self.files.stat(&self.path(path))
    }

    fn times(&self, path: &str) -> Result<(i64, i64), GuestError> {
        self.files.times(&self.path(path))
    }

    fn digest(&self, path: &str, algorithm: &str) -> Result<String, GuestError> {
        self.files.digest(&self.path(path), algorithm)
    }

    fn walk(&self, path: &str) -> Result<Vec<(String, Entry)>, GuestError> {
        self.files.walk(&self.path(path))
    }

    fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, GuestError> {
        self.files.open(&self.path(path))
    }

    fn read(&self, path: &str, offset: u64, limit: u32) -> Result<Vec<u8>, GuestError> {
        self.files.read(&self.path(path), offset, limit)
    }
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
        let files = below(&BTreeSet::from([inside.to_owned()]), None);
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
    fn a_folder_of_the_home_is_named_as_it_was_granted() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("cloud")).unwrap();
        fs::write(home.path().join("cloud/token"), "t").unwrap();
        fs::write(home.path().join("secret"), "s").unwrap();
        let granted = BTreeSet::from([String::from("~/cloud")]);
        let home = home.path().to_str().unwrap();
        let files = seen_from(home, &granted, None);
        let read = |path: &str| files.read(path, 0, 9).map_err(|error| error.kind);
        assert_eq!(read("~/cloud/token").unwrap(), b"t");
        assert_eq!(read(&format!("{home}/cloud/token")).unwrap(), b"t");
        for path in ["~/secret", "~/cloud/../secret", "~", "cloud/token"] {
            assert_eq!(read(path), Err(ErrorKind::Denied), "{path}");
        }
        let nobody = seen_from("", &granted, None).read("~/cloud/token", 0, 9);
        assert_eq!(nobody.unwrap_err().kind, ErrorKind::Denied);
    }

    #[test]
    fn no_link_leads_out_of_a_ceiling() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path();
        for folder in ["cloud", "elsewhere"] {
            fs::create_dir(root.join(folder)).unwrap();
            fs::write(root.join(folder).join("token"), folder).unwrap();
        }
        symlink("../elsewhere", root.join("cloud/way")).unwrap();
        symlink("token", root.join("cloud/near")).unwrap();
        let home = root.to_str().unwrap();
        let set = |folders: &[&str]| folders.iter().map(|name| (*name).to_owned()).collect();
        let read = |granted: &[&str], ceiling: &[&str], path: &str| {
            let (granted, ceiling): (BTreeSet<String>, BTreeSet<String>) =
                (set(granted), set(ceiling));
            let files = seen_from(home, &granted, Some(&ceiling));
            files.read(path, 0, 9).map_err(|error| error.kind)
        };
        let granted = ["~/cloud/way", "~/cloud", "~/cloud/token"];
        // What was granted may be a link, and lead where the ceiling allows.
        assert_eq!(
            read(&granted[..1], &["/"], "~/cloud/way/token").unwrap(),
            b"elsewhere"
        );
        assert_eq!(
            read(&granted, &["~/cloud"], "~/cloud/token").unwrap(),
            b"cloud"
        );
        assert_eq!(
            read(&granted[2..], &["~/cloud"], "~/cloud/token").unwrap(),
            b"cloud"
        );
        assert_eq!(
            read(&granted[1..], &["~/cloud"], "~/cloud/near").unwrap(),
            b"cloud"
        );
        for (granted, path) in [
            (&granted[..1], "~/cloud/way/token"),
            (&granted[1..], "~/cloud/way/token"),
        ] {
            let refused = read(granted, &["~/cloud"], path);
            assert_eq!(refused, Err(ErrorKind::Denied), "{path}");
        }
    }

    #[test]
    fn nothing_granted_is_nothing_to_read() {
        let files = below(&BTreeSet::new(), None);
        let error = files.read("/etc/hostname", 0, 1).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied);
        assert!(files.stat("x").is_err());
    }
}
