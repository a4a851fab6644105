//! What may be read, and the ways out that are closed.
#![allow(clippy::unwrap_used)]
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;

struct Folders {
    _root: tempfile::TempDir,
    deploy: Utf8PathBuf,
    elsewhere: Utf8PathBuf,
}

impl Folders {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(root.path())
            .unwrap()
            .canonicalize_utf8()
            .unwrap();
        let (deploy, elsewhere) = (path.join("deploy"), path.join("elsewhere"));
        fs::create_dir_all(deploy.join("templates/parts")).unwrap();
        fs::create_dir_all(elsewhere.join("sub")).unwrap();
        fs::write(deploy.join("templates/site.j2"), "site").unwrap();
        fs::write(deploy.join("templates/parts/a.j2"), "part").unwrap();
        fs::write(deploy.join("secrets.env"), "x").unwrap();
        fs::write(elsewhere.join("file"), "outside").unwrap();
        fs::write(elsewhere.join("sub/inner"), "inner").unwrap();
        Self {
            _root: root,
            deploy,
            elsewhere,
        }
    }

    fn granted(&self, paths: &[&str]) -> Arc<dyn LocalFiles> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        local_files(&self.deploy, &Readable::named(&paths))
    }
}

fn text(files: &dyn LocalFiles, path: &str) -> Result<String, ErrorKind> {
    let bytes = files.read(path, 0, 1000).map_err(|error| error.kind)?;
    Ok(String::from_utf8(bytes).unwrap())
}

#[test]
fn what_is_named_and_what_lies_beside_it_is_read() {
    let folders = Folders::new();
    let files = folders.granted(&["templates/site.j2"]);
    assert_eq!(text(&*files, "templates/site.j2"), Ok("site".into()));
    assert_eq!(
        text(&*files, "./templates/parts/../site.j2"),
        Ok("site".into())
    );
    assert_eq!(text(&*files, "templates/parts/a.j2"), Ok("part".into()));
    let absolute = folders.deploy.join("templates/site.j2");
    assert_eq!(text(&*files, absolute.as_str()), Ok("site".into()));
    assert_eq!(text(&*files, "secrets.env"), Err(ErrorKind::Denied));
    assert_eq!(
        text(&*folders.granted(&[]), "templates/site.j2"),
        Err(ErrorKind::Denied)
    );
}

#[test]
fn dots_do_not_lead_out() {
    let folders = Folders::new();
    let files = folders.granted(&["../elsewhere/file", "templates/site.j2"]);
    for path in [
        "../elsewhere/file",
        "templates/../../elsewhere/file",
        "templates/../secrets.env",
        folders.elsewhere.join("file").as_str(),
        "/etc/passwd",
        "pack:x",
    ] {
        assert_eq!(text(&*files, path), Err(ErrorKind::Denied), "{path}");
    }
}

#[test]
fn an_absolute_path_that_is_named_is_read() {
    let folders = Folders::new();
    let (file, sub) = (
        folders.elsewhere.join("file"),
        folders.elsewhere.join("sub"),
    );
    let files = folders.granted(&[file.as_str()]);
    assert_eq!(text(&*files, file.as_str()), Ok("outside".into()));
    assert_eq!(
        text(&*files, sub.join("inner").as_str()),
        Err(ErrorKind::Denied)
    );
    let files = folders.granted(&[sub.as_str()]);
    assert_eq!(
        text(&*files, sub.join("inner").as_str()),
        Ok("inner".into())
    );
    assert_eq!(text(&*files, file.as_str()), Err(ErrorKind::Denied));
    let through = sub.join("../file");
    assert_eq!(text(&*files, through.as_str()), Err(ErrorKind::Denied));
}

#[test]
fn links_do_not_lead_out() {
    let folders = Folders::new();
    let link = |target: &str, name: &str| {
        symlink(target, folders.deploy.join("templates").join(name)).unwrap();
    };
    link(folders.elsewhere.join("file").as_str(), "absolute");
    link("../../elsewhere/file", "relative");
    link("../../elsewhere", "folder");
    link("site.j2", "inside");
    let files = folders.granted(&["templates/site.j2", "templates/absolute"]);
    assert_eq!(text(&*files, "templates/inside"), Ok("site".into()));
    for path in [
        "templates/absolute",
        "templates/relative",
        "templates/folder/file",
    ] {
        assert_eq!(text(&*files, path), Err(ErrorKind::Denied), "{path}");
        let error = files.stat(path).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Denied, "{path}");
    }
    // One that the deploy names by an absolute path elsewhere is what its writer meant.
    let named = folders.elsewhere.join("named");
    symlink(folders.deploy.join("secrets.env"), &named).unwrap();
    let files = folders.granted(&[named.as_str()]);
    assert_eq!(text(&*files, named.as_str()), Ok("x".into()));
}

#[test]
fn entries_tell_kind_mode_size_and_target() {
    let folders = Folders::new();
    let site = folders.deploy.join("templates/site.j2");
    fs::set_permissions(&site, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("site.j2", folders.deploy.join("templates/link")).unwrap();
    let files = folders.granted(&["templates"]);
    let entry = files.stat("templates/site.j2").unwrap().unwrap();
    assert_eq!(
        (entry.kind, entry.mode, entry.size),
        (EntryKind::File, 0o640, 4)
    );
    assert_eq!(files.stat("templates/nothing").unwrap(), None);
    assert_eq!(files.stat("templates/site.j2/below").unwrap(), None);
    let found = files.walk("templates").unwrap();
    let paths: Vec<&str> = found.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["link", "parts", "parts/a.j2", "site.j2"]);
    let (_, link) = found.first().unwrap();
    assert_eq!(
        (link.kind, link.target.as_deref()),
        (EntryKind::Link, Some("site.j2"))
    );
    let (accessed, modified) = files.times("templates/site.j2").unwrap();
    assert!(accessed > 0 && modified > 1_000_000_000_000_000);
}

#[test]
fn digests_and_parts_of_files() {
    let folders = Folders::new();
    let files = folders.granted(&["templates/site.j2"]);
    let digest = |algorithm: &str| files.digest("templates/site.j2", algorithm);
    assert_eq!(
        digest("md5").unwrap(),
        "98defd6ee70dfb1dea416cecdf391f58".to_owned()
    );
    assert_eq!(digest("sha1").unwrap().len(), 40);
    assert_eq!(digest("sha256").unwrap().len(), 64);
    assert_eq!(digest("sha384").unwrap().len(), 96);
    assert_eq!(digest("crc").unwrap_err().kind, ErrorKind::InvalidValue);
    assert_eq!(files.read("templates/site.j2", 1, 2).unwrap(), b"it");
    assert_eq!(files.read("templates/site.j2", 9, 2).unwrap(), b"");
    let mut opened = String::new();
    files
        .open("templates/site.j2")
        .unwrap()
        .read_to_string(&mut opened)
        .unwrap();
    assert_eq!(opened, "site");
    assert_eq!(text(&*files, "templates/none"), Err(ErrorKind::Io));
    assert_eq!(text(&*files, "templates"), Err(ErrorKind::Io));
}
