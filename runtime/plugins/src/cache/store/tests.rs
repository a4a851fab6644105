//! What is kept comes back; what cannot be trusted does not.
#![allow(clippy::unwrap_used)]
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use super::super::prune::MARK;
use super::*;
use crate::engine::{Counting, Processor, engine};

struct Kept {
    root: tempfile::TempDir,
    engine: Engine,
    index: Index,
}

impl Kept {
    /// A folder with one entry, whose code is `code`.
    fn new() -> Self {
        let kept = Self {
            root: tempfile::tempdir().unwrap(),
            engine: engine(Processor::This, Counting::No, None).unwrap(),
            index: Index::new(b"component", b"code", Vec::new(), Vec::new()),
        };
        let (cache, warning) = kept.open();
        assert_eq!(warning, None);
        let pruning = cache.put(&kept.index, b"code");
        assert!(pruning.is_none(), "a new cache has nothing to prune");
        kept
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("cache")
    }

    fn entry(&self) -> PathBuf {
        let (cache, _) = self.open();
        self.folder().join(cache.name(&self.index.component))
    }

    fn open(&self) -> (Cache, Option<String>) {
        Cache::open(&CodeCache::Folder(self.folder()), &self.engine)
    }

    fn found(&self) -> Option<Vec<u8>> {
        let (cache, _) = self.open();
        cache.get(&self.index.component).map(|entry| entry.code)
    }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_entry_comes_back_and_is_private() {
    let kept = Kept::new();
    assert_eq!(kept.found(), Some(b"code".to_vec()));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!((mode(&kept.folder()), mode(&kept.entry())), (0o700, 0o600));
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
    let mut names: Vec<_> = fs::read_dir(kept.folder()).unwrap().map(name).collect();
    names.sort();
    assert_eq!(names, [MARK.as_ref(), kept.entry().file_name().unwrap()]);
    let (cache, _) = kept.open();
    assert!(cache.get(&crate::index::digest(b"another")).is_none());
}

#[test]
fn a_folder_that_others_may_enter_is_not_used() {
    for mode in [0o770, 0o707, 0o755, 0o750] {
        let kept = Kept::new();
        set_mode(&kept.folder(), mode);
        let (cache, warning) = kept.open();
        let warning = warning.unwrap();
        assert!(warning.contains(&format!("has mode {mode:o}")), "{warning}");
        assert!(cache.get(&kept.index.component).is_none());
    }
}

#[test]
fn a_link_to_a_folder_is_not_used() {
    let kept = Kept::new();
    let elsewhere = kept.root.path().join("elsewhere");
    fs::rename(kept.folder(), &elsewhere).unwrap();
    symlink(&elsewhere, kept.folder()).unwrap();
    let (cache, warning) = kept.open();
    assert!(warning.unwrap().contains("or a link to one"));
    assert!(cache.get(&kept.index.component).is_none());
}

#[test]
fn an_entry_that_others_may_write_is_not_used() {
    for mode in [0o620, 0o602] {
        let kept = Kept::new();
        set_mode(&kept.entry(), mode);
        assert_eq!(kept.found(), None);
    }
}

#[test]
fn an_entry_that_is_a_link_is_not_used() {
    let kept = Kept::new();
    let (entry, elsewhere) = (kept.entry(), kept.root.path().join("elsewhere"));
    fs::rename(&entry, &elsewhere).unwrap();
    symlink(&elsewhere, &entry).unwrap();
    assert_eq!(kept.found(), None);
}

#[test]
fn a_changed_entry_is_not_used() {
    let kept = Kept::new();
    let mut bytes = fs::read(kept.entry()).unwrap();
    let last = bytes.last_mut().unwrap();
    *last ^= 1;
    fs::write(kept.entry(), bytes).unwrap();
    assert_eq!(kept.found(), None);
    fs::write(kept.entry(), b"short").unwrap();
    assert_eq!(kept.found(), None);
}

#[test]
fn what_belongs_to_another_user_is_not_used() {
    // Only root can give files away; others have no way to make such a folder.
    if !rustix::process::geteuid().is_root() {
        let (cache, warning) = Cache::open(
            &CodeCache::Folder(PathBuf::from("/")),
            &engine(Processor::This, Counting::No, None).unwrap(),
        );
        assert!(warning.unwrap().contains("belongs to another user"));
        assert!(cache.folder.is_none());
        return;
    }
    let kept = Kept::new();
    std::os::unix::fs::chown(kept.entry(), Some(12345), None).unwrap();
    assert_eq!(kept.found(), None);
    std::os::unix::fs::chown(kept.folder(), Some(12345), None).unwrap();
    let (_, warning) = kept.open();
    assert!(warning.unwrap().contains("belongs to another user"));
}

#[test]
fn entries_belong_to_an_engine() {
    let kept = Kept::new();
    for other in [
        engine(Processor::Baseline, Counting::No, None).unwrap(),
        engine(Processor::This, Counting::Fuel, None).unwrap(),
    ] {
        let (cache, _) = Cache::open(&CodeCache::Folder(kept.folder()), &other);
        assert!(cache.get(&kept.index.component).is_none());
    }
}

fn set_used(path: &Path, used: SystemTime) {
    let file = fs::File::open(path).unwrap();
    file.set_modified(used).unwrap();
}

fn days_ago(days: u32) -> SystemTime {
    SystemTime::now() - days * Duration::from_secs(24 * 60 * 60)
}

#[test]
fn who_reads_an_entry_uses_it() {
    let kept = Kept::new();
    set_used(&kept.entry(), days_ago(40));
    assert_eq!(kept.found(), Some(b"code".to_vec()));
    let used = fs::metadata(kept.entry()).unwrap().modified().unwrap();
    assert!(used > days_ago(1));
}

#[test]
fn who_adds_an_entry_prunes_the_others() {
    let kept = Kept::new();
    set_used(&kept.entry(), days_ago(40));
    let another = Index::new(b"another", b"code", Vec::new(), Vec::new());
    let (cache, _) = kept.open();
    assert!(cache.put(&another, b"code").is_none(), "it is not time");
    assert!(kept.entry().exists());
    set_used(&kept.folder().join(MARK), days_ago(1));
    cache.put(&another, b"code").unwrap().join().unwrap();
    assert!(!kept.entry().exists());
    assert!(cache.get(&another.component).is_some());
}

#[test]
fn who_cannot_prune_keeps_entries_all_the_same() {
    let kept = Kept::new();
    fs::remove_file(kept.folder().join(MARK)).unwrap();
    fs::create_dir(kept.folder().join(MARK)).unwrap();
    let another = Index::new(b"another", b"code", Vec::new(), Vec::new());
    let (cache, warning) = kept.open();
    assert_eq!(warning, None);
    assert!(cache.put(&another, b"code").is_none());
    assert!(cache.get(&another.component).is_some());
}
