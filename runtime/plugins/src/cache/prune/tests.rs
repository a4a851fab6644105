//! What goes, what stays, and when.
#![allow(clippy::unwrap_used)]
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use super::super::folder::open_folder;
use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Entries have 100 bytes each.
const BYTES: usize = 100;

struct Kept {
    root: tempfile::TempDir,
    folder: OwnedFd,
    now: SystemTime,
}

impl Kept {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = open_folder(&root.path().join("cache")).unwrap();
        let now = SystemTime::now();
        Self { root, folder, now }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join("cache").join(name)
    }

    /// Writes a file that was last used at this time.
    fn file(&self, name: &str, used: SystemTime) {
        fs::write(self.path(name), [b'x'; BYTES]).unwrap();
        self.set_used(name, used);
    }

    fn set_used(&self, name: &str, used: SystemTime) {
        let file = File::open(self.path(name)).unwrap();
        file.set_modified(used).unwrap();
    }

    fn used(&self, name: &str) -> SystemTime {
        let metadata = fs::metadata(self.path(name)).unwrap();
        metadata.modified().unwrap()
    }

    /// An entry that was not used for so long.
    fn entry(&self, number: u64, unused: Duration) -> String {
        let name = names::entry(&crate::index::digest(b"component"), number);
        self.file(&name, self.now - unused);
        name
    }

    fn has(&self, name: &str) -> bool {
        fs::symlink_metadata(self.path(name)).is_ok()
    }

    /// Gives the turn to the next that asks.
    fn let_time_pass(&self) {
        self.file(MARK, self.now - 2 * HOUR);
    }

    fn turn(&self) -> Option<Turn> {
        Turn::take(&self.folder, self.now).unwrap()
    }

    fn prune(&self, room: Room) -> Pruned {
        self.let_time_pass();
        let turn = self.turn().unwrap();
        turn.prune(&self.folder, room, self.now).unwrap()
    }
}

fn room(age: Duration, entries: usize) -> Room {
    let size = (entries * BYTES) as u64;
    Room { age, size }
}

#[test]
fn what_was_not_used_for_long_goes() {
    let kept = Kept::new();
    let old = kept.entry(1, 30 * DAY);
    let young = kept.entry(2, 30 * DAY - HOUR);
    let pruned = kept.prune(Room::default());
    assert_eq!((pruned.files, pruned.bytes), (1, BYTES as u64));
    assert!(!kept.has(&old) && kept.has(&young));
    assert_eq!(kept.prune(Room::default()), Pruned::default());
}

#[test]
fn while_there_is_too_much_what_was_not_used_for_longest_goes() {
    let kept = Kept::new();
    let days = [3, 1, 4, 2];
    let names = days.map(|days| kept.entry(u64::from(days), days * DAY));
    assert_eq!(kept.prune(room(30 * DAY, 4)).files, 0);
    assert_eq!(kept.prune(room(30 * DAY, 2)).files, 2);
    let left = names.each_ref().map(|name| kept.has(name));
    assert_eq!(left, [false, true, false, true]);
}

#[test]
fn what_was_used_within_the_hour_stays_however_much_it_is() {
    let kept = Kept::new();
    let idle = kept.entry(1, HOUR);
    let busy = kept.entry(2, HOUR - Duration::from_secs(1));
    assert_eq!(kept.prune(room(Duration::ZERO, 0)).files, 1);
    assert!(!kept.has(&idle) && kept.has(&busy));
}

#[test]
fn only_the_cache_s_own_files_are_touched() {
    let kept = Kept::new();
    let long_ago = kept.now - 900 * DAY;
    kept.file("notes", long_ago);
    kept.file("notes.code", long_ago);
    kept.file(".notes.code.17", long_ago);
    let (link, folder) = (kept.entry(1, DAY), kept.entry(2, DAY));
    let elsewhere = kept.root.path().join("elsewhere");
    fs::rename(kept.path(&link), &elsewhere).unwrap();
    symlink(&elsewhere, kept.path(&link)).unwrap();
    fs::remove_file(kept.path(&folder)).unwrap();
    fs::create_dir(kept.path(&folder)).unwrap();
    let pruned = kept.prune(room(Duration::ZERO, 0));
    assert_eq!(pruned, Pruned::default());
    for name in ["notes", "notes.code", ".notes.code.17", &link, &folder] {
        assert!(kept.has(name), "{name}");
    }
    assert!(elsewhere.exists());
}

#[test]
fn what_is_being_written_stays_and_what_was_left_behind_goes() {
    let kept = Kept::new();
    let entry = names::entry(&crate::index::digest(b"component"), 1);
    let (writing, left) = (format!(".{entry}.1"), format!(".{entry}.2"));
    kept.file(&writing, kept.now - 2 * HOUR);
    kept.file(&left, kept.now - DAY);
    assert_eq!(kept.prune(room(Duration::ZERO, 0)).files, 1);
    assert!(kept.has(&writing) && !kept.has(&left));
}

#[test]
fn what_was_used_since_it_was_looked_at_stays() {
    let kept = Kept::new();
    let name = kept.entry(1, 40 * DAY);
    let found = list(&kept.folder, kept.now).unwrap().pop().unwrap();
    super::super::folder::read(&kept.folder, &name).unwrap();
    assert!(!remove(&kept.folder, &found).unwrap());
    assert!(kept.has(&name));
    let found = list(&kept.folder, SystemTime::now()).unwrap().pop();
    assert!(remove(&kept.folder, &found.unwrap()).unwrap());
}

#[test]
fn a_time_that_is_yet_to_come_begins_now() {
    let kept = Kept::new();
    let name = kept.entry(1, DAY);
    kept.set_used(&name, kept.now + 900 * DAY);
    assert_eq!(kept.prune(room(Duration::ZERO, 0)).files, 0);
    assert_eq!(kept.used(&name), kept.now);
}

#[test]
fn one_prunes_at_a_time_and_once_an_hour() {
    let kept = Kept::new();
    assert!(kept.turn().is_none(), "a new cache has nothing to prune");
    kept.let_time_pass();
    let first = kept.turn().unwrap();
    assert!(kept.turn().is_none(), "the first is still at it");
    let inherited = first.mark.try_clone().unwrap();
    drop(first);
    let second = kept.turn().unwrap();
    drop(inherited);
    second
        .prune(&kept.folder, Room::default(), kept.now)
        .unwrap();
    assert!(kept.turn().is_none(), "it was just done");
    kept.set_used(MARK, kept.now + HOUR / 60);
    assert!(kept.turn().is_none(), "it was done while this one began");
    kept.set_used(MARK, kept.now + 900 * DAY);
    assert!(kept.turn().is_some(), "a wrong clock does not stop it");
}
