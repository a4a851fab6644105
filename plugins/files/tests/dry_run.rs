//! A dry run is true: what one operation makes, the next one finds.
#![allow(clippy::unwrap_used)]

use serde_json::{Value as Json, json};
use windlass_plugin_files::NAMESPACE;
use windlass_sdk::testing::{LocalFile, TestHost};
use windlass_sdk::{Error, ErrorKind, Plan};

fn plan(host: &mut TestHost, operation: &str, args: Json) -> Result<Plan, Error> {
    let plan = host.run(|| NAMESPACE.plan(operation, args))?;
    host.apply(&plan);
    Ok(plan)
}

/// Plans an operation twice: it has something to do the first time, and nothing the second.
fn changes_once(host: &mut TestHost, operation: &str, args: Json) {
    let first = plan(host, operation, args.clone()).unwrap();
    assert!(!first.is_empty(), "{operation} {args} has nothing to do");
    let second = plan(host, operation, args.clone()).unwrap();
    assert!(
        second.is_empty(),
        "{operation} {args} again does {:?}",
        second.steps
    );
    assert!(
        !second.notes.is_empty(),
        "{operation} {args} does not say why it does nothing"
    );
}

/// A host on which these paths are missing.
fn empty(paths: &[&str]) -> TestHost {
    let facts = [
        "files.File",
        "files.Directory",
        "files.Link",
        "files.Sha1File",
    ];
    paths.iter().fold(TestHost::new(), |host, path| {
        facts.iter().fold(host, |host, fact| {
            host.fact(fact, json!({"path": path}), Json::Null)
        })
    })
}

#[test]
fn a_folder_then_a_file_in_it_then_both_again() {
    let mut host = empty(&["/srv/app", "/srv/app/log"]);
    let folder = json!({"path": "/srv/app", "user": "app", "group": "app", "mode": "755"});
    let file = json!({"path": "/srv/app/log", "user": "app", "mode": 640});
    changes_once(&mut host, "files.directory", folder);
    changes_once(&mut host, "files.file", file);
}

#[test]
fn folders_above_are_made_along_and_nothing_is_claimed_of_their_mode() {
    let mut host = empty(&["/a/b/c", "/a/b"]);
    changes_once(&mut host, "files.directory", json!({"path": "/a/b/c"}));
    assert!(
        plan(&mut host, "files.directory", json!({"path": "/a/b"}))
            .unwrap()
            .is_empty()
    );
    let error = plan(
        &mut host,
        "files.directory",
        json!({"path": "/a/b", "mode": "700"}),
    )
    .unwrap_err();
    assert_eq!(error.kind, ErrorKind::UnknownYet);
}

#[test]
fn the_owner_of_a_new_file_is_unknown_until_it_is_set() {
    let mut host = empty(&["/f"]).fact(
        "files.Directory",
        json!({"path": "/"}),
        json!({"mode": 755}),
    );
    changes_once(&mut host, "files.file", json!({"path": "/f"}));
    let error = plan(
        &mut host,
        "files.file",
        json!({"path": "/f", "user": "bob"}),
    )
    .unwrap_err();
    assert_eq!(error.kind, ErrorKind::UnknownYet);
}

#[test]
fn an_uploaded_file_has_its_digest_owner_and_mode() {
    let mut host = empty(&["/etc/motd"])
        .fact(
            "files.Directory",
            json!({"path": "/etc"}),
            json!({"mode": 755}),
        )
        .file("motd", LocalFile::new("welcome"));
    let args =
        json!({"src": "motd", "dest": "/etc/motd", "user": "root", "group": "root", "mode": "644"});
    changes_once(&mut host, "files.put", args);
    changes_once(
        &mut host,
        "files.put",
        json!({"src": {"$content": "other"}, "dest": "/etc/motd"}),
    );
}

#[test]
fn uploaded_content_with_a_secret_is_compared_by_the_host_and_not_predicted() {
    let sha1 = windlass_sdk::testing::digest_of("sha1", b"password=hunter2\n").unwrap();
    let mut host = TestHost::new()
        .secret("hunter2")
        .fact(
            "files.File",
            json!({"path": "/etc/app"}),
            json!({"mode": 600}),
        )
        .fact(
            "files.Directory",
            json!({"path": "/etc"}),
            json!({"mode": 755}),
        )
        .fact("files.Sha1File", json!({"path": "/etc/app"}), sha1);
    let equal =
        json!({"src": {"$content": ["password=", {"$secret": 0}, "\n"]}, "dest": "/etc/app"});
    assert!(plan(&mut host, "files.put", equal).unwrap().is_empty());
    let other = json!({"src": {"$content": ["key=", {"$secret": 0}]}, "dest": "/etc/app"});
    assert_eq!(
        plan(&mut host, "files.put", other.clone())
            .unwrap()
            .steps
            .len(),
        1
    );
    assert_eq!(
        plan(&mut host, "files.put", other).unwrap_err().kind,
        ErrorKind::UnknownYet
    );
}

#[test]
fn a_link_and_its_target() {
    let mut host = empty(&["/etc/x"]).fact(
        "files.Directory",
        json!({"path": "/etc"}),
        json!({"mode": 755}),
    );
    changes_once(
        &mut host,
        "files.link",
        json!({"path": "/etc/x", "target": "y"}),
    );
    changes_once(
        &mut host,
        "files.link",
        json!({"path": "/etc/x", "target": "z"}),
    );
    changes_once(
        &mut host,
        "files.link",
        json!({"path": "/etc/x", "present": false}),
    );
}

#[test]
fn what_was_below_a_removed_folder_is_gone() {
    let mut host = TestHost::new()
        .fact(
            "files.Directory",
            json!({"path": "/srv"}),
            json!({"mode": 755}),
        )
        .fact(
            "files.File",
            json!({"path": "/srv/a"}),
            json!({"mode": 644}),
        );
    changes_once(
        &mut host,
        "files.directory",
        json!({"path": "/srv", "present": false}),
    );
    let again = plan(&mut host, "files.file", json!({"path": "/srv/a"})).unwrap();
    assert_eq!(
        again.steps.len(),
        2,
        "the folder, then the file: {:?}",
        again.steps
    );
}

fn find(pattern: &str) -> Json {
    json!({"path": "/etc/x", "pattern": pattern, "interpolate_variables": false, "extended_regex": false})
}

#[test]
fn a_line_is_appended_once() {
    let mut host = TestHost::new().fact(
        "files.FindInFile",
        find("^.*PermitRootLogin no.*$"),
        json!([]),
    );
    changes_once(
        &mut host,
        "files.line",
        json!({"path": "/etc/x", "line": "PermitRootLogin no"}),
    );
}

#[test]
fn a_replaced_line_is_replaced_once() {
    let mut host = TestHost::new()
        .fact(
            "files.FindInFile",
            find("^.*PermitRootLogin.*$"),
            json!(["#PermitRootLogin yes"]),
        )
        .fact("files.FindInFile", find("^PermitRootLogin no$"), json!([]));
    let args =
        json!({"path": "/etc/x", "line": "PermitRootLogin", "replace": "PermitRootLogin no"});
    changes_once(&mut host, "files.line", args);
}

#[test]
fn a_line_by_pattern_is_decided_at_execution_after_an_edit() {
    let mut host = TestHost::new()
        .fact("files.FindInFile", find("^#*Port.*$"), json!(["#Port 22"]))
        .fact("files.FindInFile", find("^Port 2222$"), json!([]));
    let args = json!({"path": "/etc/x", "line": "^#*Port", "replace": "Port 2222"});
    assert_eq!(
        plan(&mut host, "files.line", args.clone())
            .unwrap()
            .steps
            .len(),
        1
    );
    assert_eq!(
        plan(&mut host, "files.line", args).unwrap_err().kind,
        ErrorKind::UnknownYet
    );
}

#[test]
fn text_is_replaced_once_and_the_difference_shown() {
    let mut host = TestHost::new().fact("files.FindInFile", find("old"), json!(["a old old"]));
    let args = json!({"path": "/etc/x", "text": "old", "replace": "new", "flags": ["g"]});
    let first = host
        .run(|| NAMESPACE.plan("files.replace", args.clone()))
        .unwrap();
    assert_eq!(first.diffs.len(), 1);
    changes_once(&mut host, "files.replace", args);
}

#[test]
fn a_block_is_written_once_and_removed_once() {
    let mut host = TestHost::new().fact("files.Block", json!({"path": "/etc/hosts"}), json!([]));
    let args = json!({"path": "/etc/hosts", "content": ["10.0.0.1 a", "10.0.0.2 b"]});
    changes_once(&mut host, "files.block", args);
    changes_once(
        &mut host,
        "files.block",
        json!({"path": "/etc/hosts", "content": "10.0.0.3 c"}),
    );
    changes_once(
        &mut host,
        "files.block",
        json!({"path": "/etc/hosts", "present": false}),
    );
}

#[test]
fn a_download_with_a_digest_is_done_once() {
    let mut host =
        empty(&["/opt/a"]).fact("server.Which", json!({"command": "curl"}), "/usr/bin/curl");
    let args =
        json!({"src": "https://example.net/a", "dest": "/opt/a", "sha256sum": "ab", "mode": "600"});
    changes_once(&mut host, "files.download", args);
}
