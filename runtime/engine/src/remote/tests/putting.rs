//! Files, put and fetched.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::session::{Here, names_in};
use crate::arguments::GlobalArguments;
use crate::remote::{PutReport, PutRequest, PutSource, Remote, RemoteError};
use crate::secrets::SecretStore;

struct Folder {
    root: tempfile::TempDir,
    remote: Remote,
}

impl Folder {
    fn new(here: Here) -> Self {
        let root = tempfile::tempdir().unwrap();
        let stage = root.path().join("stage");
        std::fs::create_dir(&stage).unwrap();
        for open in [root.path(), &stage] {
            std::fs::set_permissions(open, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        std::fs::set_permissions(&stage, std::fs::Permissions::from_mode(0o1777)).unwrap();
        let session = Arc::new(here);
        let stage = stage.to_str().unwrap().to_owned();
        Self {
            root,
            remote: Remote::new("here", session, SecretStore::default(), stage),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn file(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, "old").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    fn folder(&self, name: &str, mode: u32) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    async fn put(
        &self,
        path: &Path,
        content: &'static str,
        mode: Option<u32>,
    ) -> Result<PutReport, String> {
        let request = PutRequest {
            dest: path.to_str().unwrap().to_owned(),
            mode,
            ..PutRequest::default()
        };
        let source = PutSource::Bytes(content.into());
        let put = self
            .remote
            .put(source, &request, &GlobalArguments::default())
            .await;
        assert!(
            names_in(&self.path("stage")).is_empty(),
            "nothing is left in the folder for temporary files"
        );
        put.map_err(|error| error.to_string())
    }

    fn names(&self) -> Vec<String> {
        names_in(self.root.path())
            .into_iter()
            .filter(|name| name != "stage")
            .collect()
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().mode() & 0o7777
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn root() -> bool {
    rustix::process::geteuid().is_root()
}

#[tokio::test]
async fn a_new_file_has_the_mode_asked_for_or_what_the_umask_leaves() {
    let folder = Folder::new(Here::default());
    let path = folder.path("it's a file");
    assert_eq!(
        folder.put(&path, "new", None).await.unwrap(),
        PutReport::default()
    );
    let plain = folder.path("plain");
    std::fs::write(&plain, "").unwrap();
    assert_eq!((text(&path).as_str(), mode(&path)), ("new", mode(&plain)));
    folder.put(&path, "again", Some(0o4750)).await.unwrap();
    assert_eq!((text(&path).as_str(), mode(&path)), ("again", 0o4750));
    assert_eq!(folder.names(), ["it's a file", "plain"]);
}

#[tokio::test]
async fn an_old_file_keeps_mode_and_owner_and_is_replaced_at_once() {
    let folder = Folder::new(Here::default());
    for wanted in [
        0o600, 0o644, 0o755, 0o4711, 0o2755, 0o7777, 0o1644, 0o444, 0o000,
    ] {
        let path = folder.file("file", wanted);
        if root() {
            std::os::unix::fs::chown(&path, Some(12), Some(34)).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(wanted)).unwrap();
        }
        let before = std::fs::metadata(&path).unwrap();
        assert_eq!(
            folder.put(&path, "new", None).await.unwrap(),
            PutReport::default()
        );
        let after = std::fs::metadata(&path).unwrap();
        assert_eq!(format!("{:o}", mode(&path)), format!("{wanted:o}"));
        assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
        assert_ne!(after.ino(), before.ino());
        std::fs::remove_file(&path).unwrap();
    }
    assert!(folder.names().is_empty());
}

#[tokio::test]
async fn owners_are_set_where_they_can_be() {
    let folder = Folder::new(Here::default());
    let path = folder.file("file", 0o640);
    let put = async |user: Option<&str>, group: Option<&str>| {
        let request = PutRequest {
            dest: path.to_str().unwrap().to_owned(),
            mode: None,
            user: user.map(str::to_owned),
            group: group.map(str::to_owned),
        };
        folder
            .remote
            .put(
                PutSource::Bytes("x".into()),
                &request,
                &GlobalArguments::default(),
            )
            .await
    };
    if root() {
        put(Some("1"), Some("2")).await.unwrap();
        put(None, Some("3")).await.unwrap();
        let now = std::fs::metadata(&path).unwrap();
        assert_eq!((now.uid(), now.gid(), mode(&path)), (1, 3, 0o640));
        put(Some("4"), None).await.unwrap();
        let now = std::fs::metadata(&path).unwrap();
        assert_eq!((now.uid(), now.gid()), (4, 3));
    }
    let error = put(Some("no-such-user"), None)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("its owner could not be set") && error.contains("no-such-user"),
        "{error}"
    );
    assert_eq!(folder.names(), ["file"]);
}

#[tokio::test]
async fn links_are_written_through_unless_anybody_may_have_made_them() {
    let folder = Folder::new(Here::default());
    let target = folder.file("target", 0o640);
    let link = folder.path("link");
    symlink("target", &link).unwrap();
    let report = folder.put(&link, "through", None).await.unwrap();
    assert_eq!(report.in_place.as_deref(), Some("it is a link"));
    assert!(link.is_symlink());
    assert_eq!((text(&target).as_str(), mode(&target)), ("through", 0o640));

    for (name, bits) in [("sticky", 0o1777), ("open", 0o777)] {
        let open = folder.folder(name, bits);
        let link = open.join("link");
        symlink(&target, &link).unwrap();
        assert_eq!(
            folder.put(&link, "mine", Some(0o600)).await.unwrap(),
            PutReport::default()
        );
        assert!(!link.is_symlink());
        assert_eq!((text(&link).as_str(), mode(&link)), ("mine", 0o600));
        assert_eq!(names_in(&open), ["link"]);
    }
    assert_eq!(text(&target), "through");
}

#[tokio::test]
async fn what_is_no_file_is_written_or_refused_and_stays_what_it_is() {
    let folder = Folder::new(Here::default());
    let report = folder
        .put(Path::new("/dev/null"), "gone", None)
        .await
        .unwrap();
    assert_eq!(report.in_place.as_deref(), Some("it is no regular file"));
    let directory = folder.folder("folder", 0o755);
    let shown = directory.display();
    assert_eq!(
        folder.put(&directory, "x", None).await.unwrap_err(),
        format!("{shown}: this is a folder: add the file's name")
    );
    let missing = folder.path("missing/file");
    let parent = folder.path("missing");
    assert_eq!(
        folder.put(&missing, "x", None).await.unwrap_err(),
        format!(
            "{}: there is no folder {}: make it first",
            missing.display(),
            parent.display()
        )
    );
    assert!(names_in(&directory).is_empty());
}

#[tokio::test]
async fn without_the_right_to_replace_a_file_it_is_written_in_place_or_left() {
    if !root() {
        return;
    }
    let folder = Folder::new(Here::as_nobody());
    let mine = folder.file("mine", 0o644);
    std::os::unix::fs::chown(&mine, Some(65534), Some(65534)).unwrap();
    let report = folder.put(&mine, "new", None).await.unwrap();
    assert_eq!(
        report.in_place.as_deref(),
        Some("no files can be made in its folder")
    );
    assert_eq!(text(&mine), "new");
    let theirs = folder.file("theirs", 0o644);
    let error = folder.put(&theirs, "new", None).await.unwrap_err();
    assert!(
        error.ends_with(&format!(
            "files cannot be made in {}",
            folder.root.path().display()
        )),
        "{error}"
    );
    assert_eq!(text(&theirs), "old");

    let own = folder.folder("own", 0o755);
    std::os::unix::fs::chown(&own, Some(65534), Some(65534)).unwrap();
    let writable = own.join("writable");
    std::fs::write(&writable, "old").unwrap();
    std::fs::set_permissions(&writable, std::fs::Permissions::from_mode(0o666)).unwrap();
    let report = folder.put(&writable, "new", None).await.unwrap();
    assert_eq!(
        report.in_place.as_deref(),
        Some("its owner cannot be given to another file")
    );
    assert_eq!(
        (
            text(&writable).as_str(),
            std::fs::metadata(&writable).unwrap().uid()
        ),
        ("new", 0)
    );
    let readable = own.join("readable");
    std::fs::write(&readable, "old").unwrap();
    let error = folder.put(&readable, "new", None).await.unwrap_err();
    assert!(
        error.contains("it belongs to user 0 and group 0"),
        "{error}"
    );
    assert_eq!(
        (text(&readable).as_str(), names_in(&own)),
        ("old", vec!["readable".into(), "writable".into()])
    );
}

#[tokio::test]
async fn a_source_that_breaks_off_changes_nothing() {
    let folder = Folder::new(Here::default());
    let path = folder.file("file", 0o644);
    let request = PutRequest {
        dest: path.to_str().unwrap().to_owned(),
        ..PutRequest::default()
    };
    let short = PutSource::Reader(Box::new(&b"only this"[..]), Some(100));
    let error = folder
        .remote
        .put(short, &request, &GlobalArguments::default())
        .await
        .unwrap_err();
    assert!(
        error.to_string().ends_with("only 9 of 100 bytes arrived"),
        "{error}"
    );
    assert_eq!(
        (text(&path).as_str(), folder.names()),
        ("old", vec![String::from("file")])
    );

    let given = GlobalArguments {
        timeout: Some(0.5),
        ..GlobalArguments::default()
    };
    let (_keep, never) = tokio::io::duplex(8);
    let error = folder
        .remote
        .put(
            PutSource::Reader(Box::new(never), Some(5)),
            &request,
            &given,
        )
        .await
        .unwrap_err();
    assert!(matches!(error, RemoteError::Timeout { .. }), "{error}");
    assert_eq!(
        (text(&path).as_str(), folder.names()),
        ("old", vec![String::from("file")])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_of_the_file_never_sees_a_part() {
    let folder = Folder::new(Here::default());
    let path = folder.path("big");
    let sizes = [3_000_000_usize, 5_000_000];
    std::fs::write(&path, vec![b'x'; sizes[0]]).unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let (path, done) = (path.clone(), done.clone());
        std::thread::spawn(move || {
            let mut seen = std::collections::BTreeSet::new();
            while !done.load(Ordering::SeqCst) {
                seen.insert(std::fs::read(&path).unwrap().len());
            }
            seen
        })
    };
    for round in 0..6 {
        let bytes = vec![b'y'; sizes[(round + 1) % 2]];
        let source = PutSource::Reader(Box::new(std::io::Cursor::new(bytes)), None);
        let request = PutRequest {
            dest: path.to_str().unwrap().to_owned(),
            ..PutRequest::default()
        };
        folder
            .remote
            .put(source, &request, &GlobalArguments::default())
            .await
            .unwrap();
    }
    done.store(true, Ordering::SeqCst);
    let seen = reader.join().unwrap();
    assert!(seen.iter().all(|size| sizes.contains(size)), "{seen:?}");
}

#[tokio::test]
async fn files_of_any_size_come_back_as_they_went() {
    let folder = Folder::new(Here::default());
    for size in [0_usize, 1, 1 << 20, 10_000_000] {
        let bytes: Vec<u8> = (0..size)
            .map(|index| (index * 31 + index / 509) as u8)
            .collect();
        let path = folder.path("file");
        let request = PutRequest {
            dest: path.to_str().unwrap().to_owned(),
            ..PutRequest::default()
        };
        let source = PutSource::Bytes(bytes.clone().into());
        folder
            .remote
            .put(source, &request, &GlobalArguments::default())
            .await
            .unwrap();
        assert!(std::fs::read(&path).unwrap() == bytes, "{size}");
        let mut fetched = Vec::new();
        folder
            .remote
            .get(&request.dest, &mut fetched, &GlobalArguments::default())
            .await
            .unwrap();
        assert!(fetched == bytes, "{size}");
    }
}

#[tokio::test]
async fn what_cannot_be_fetched_says_why() {
    let folder = Folder::new(Here::default());
    let get = async |path: &Path| {
        let path = path.to_str().unwrap();
        folder
            .remote
            .get(path, &mut Vec::new(), &GlobalArguments::default())
            .await
            .unwrap_err()
            .to_string()
    };
    assert!(get(&folder.path("missing")).await.contains("No such file"));
    assert!(get(folder.root.path()).await.contains("s a directory"));
}
