//! Digests of local files, each worked out once: one file goes to many hosts.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use cap_std::fs::{File, MetadataExt};

/// What a file was when its digest was worked out. One that is written in between is another.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Known {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    algorithm: String,
}

/// None until it is worked out.
type Digest = Arc<Mutex<Option<String>>>;

/// How many digests are remembered.
const MOST: usize = 4096;

/// How long a file must have been left alone for its digest to be remembered: within the clock of a file system it may
/// change twice and look the same.
const SETTLED: Duration = Duration::from_secs(2);

static DIGESTS: LazyLock<Mutex<HashMap<Known, Digest>>> = LazyLock::new(Mutex::default);

/// A file's digest. Who asks for the same at the same time waits for the one answer.
pub(crate) fn once(
    file: File,
    algorithm: &str,
    work: impl FnOnce(File) -> io::Result<String>,
) -> io::Result<String> {
    let metadata = file.metadata()?;
    let settled = metadata
        .modified()
        .ok()
        .and_then(|time| SystemTime::now().duration_since(time.into_std()).ok())
        .is_some_and(|age| age >= SETTLED);
    if !settled {
        return work(file);
    }
    let known = Known {
        device: metadata.dev(),
        inode: metadata.ino(),
        size: metadata.size(),
        modified: (metadata.mtime(), metadata.mtime_nsec()),
        changed: (metadata.ctime(), metadata.ctime_nsec()),
        algorithm: algorithm.to_owned(),
    };
    let digest = {
        let mut digests = DIGESTS.lock().unwrap_or_else(PoisonError::into_inner);
        if digests.len() >= MOST && !digests.contains_key(&known) {
            digests.clear();
        }
        digests.entry(known).or_default().clone()
    };
    let mut digest = digest.lock().unwrap_or_else(PoisonError::into_inner);
    match &*digest {
        Some(found) => Ok(found.clone()),
        None => {
            let found = work(file)?;
            Ok(digest.insert(found).clone())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::cell::Cell;
    use std::io::Write as _;

    #[test]
    fn a_file_left_alone_is_read_once_and_one_that_changed_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let calls = Cell::new(0);
        let ask = || {
            let file = File::from_std(std::fs::File::open(&path).unwrap());
            once(file, "sha1", |_| {
                calls.set(calls.get() + 1);
                Ok(format!("digest {}", calls.get()))
            })
            .unwrap()
        };
        let write = |text: &str, age: u64| {
            let mut file = std::fs::File::create(&path).unwrap();
            file.write_all(text.as_bytes()).unwrap();
            file.set_modified(SystemTime::now() - Duration::from_secs(age))
                .unwrap();
        };
        write("one", 60);
        assert_eq!([ask(), ask()], ["digest 1", "digest 1"]);
        write("two", 30);
        assert_eq!([ask(), ask()], ["digest 2", "digest 2"]);
        // Just written: it may change again without looking so.
        write("three", 0);
        assert_eq!([ask(), ask()], ["digest 3", "digest 4"]);
    }

    #[test]
    fn a_failure_is_not_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let made = std::fs::File::create(&path).unwrap();
        made.set_modified(SystemTime::now() - Duration::from_secs(60))
            .unwrap();
        let open = || File::from_std(std::fs::File::open(&path).unwrap());
        assert!(once(open(), "md5", |_| Err(io::Error::other("no"))).is_err());
        assert_eq!(
            once(open(), "md5", |_| Ok(String::from("yes"))).unwrap(),
            "yes"
        );
    }
}
