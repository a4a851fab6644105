//! Packs through each source that needs no network.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use semver::{Version, VersionReq};

use super::*;
use crate::lock::Source;
use crate::sign::{NewKeys, SecretKey};

/// The least component: magic number, version and layer, and nothing else.
const COMPONENT: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];

type Files = BTreeMap<Utf8PathBuf, Vec<u8>>;

fn files(version: &str) -> Files {
    let manifest = format!(
        "[pack]\nname = 'acme:demo'\nversion = '{version}'\nlicence = 'MIT'\nsummary = 'x'\ncases = ['cases/*.jsonl']\n\
         [[component]]\npath = 'demo.wasm'\nrole = 'planning'\nexports = ['demo.say']\n"
    );
    BTreeMap::from([
        ("pack.toml".into(), manifest.into_bytes()),
        ("demo.wasm".into(), COMPONENT.to_vec()),
        ("cases/a.jsonl".into(), b"{}".to_vec()),
    ])
}

fn signed(version: &str) -> Contents {
    let mut contents = Contents::from_files(files(version), "test").unwrap();
    let keys = NewKeys::generate(None).unwrap();
    let secret = SecretKey::parse(&keys.secret_file, None).unwrap();
    let text = contents.statement().text();
    contents.add_signature(&secret.sign(text.as_bytes(), "test").unwrap());
    contents
}

fn all(contents: &Contents) -> Vec<(Utf8PathBuf, Vec<u8>)> {
    let all = contents.all();
    all.map(|(path, bytes)| (path, bytes.to_vec())).collect()
}

struct Place {
    _folder: tempfile::TempDir,
    path: Utf8PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    Place {
        _folder: folder,
        path,
    }
}

fn sources(project: &Utf8Path) -> Sources {
    let store = Store::new(project.join("store"));
    Sources::new(project.to_owned(), store, true)
}

#[test]
fn every_source_gives_the_same_pack() {
    let place = place();
    let contents = signed("1.2.0");
    contents.write(&place.path.join("folder")).unwrap();
    let layout = Source::Layout(place.path.join("layout"));
    let tags = push(&layout, &contents).unwrap();
    assert_eq!(tags, ["1.2.0", "1.2.0.pack"]);
    push(&layout, &signed("1.1.0")).unwrap();
    push(&layout, &signed("2.0.0")).unwrap();
    let bundle = Bundle {
        packs: BTreeMap::from([("acme:demo".parse().unwrap(), contents.clone())]),
        ..Bundle::default()
    };
    let file = std::fs::File::create(place.path.join("a.bundle")).unwrap();
    bundle.write(file).unwrap();
    let asked = VersionReq::parse("^1").unwrap();
    for source in [
        Source::Path("folder".into()),
        layout,
        Source::Bundle("a.bundle".into()),
    ] {
        let sources = sources(&place.path);
        let found = sources.newest(&"acme:demo".parse().unwrap(), &source, &asked);
        assert_eq!(all(&found.unwrap()), all(&contents), "{source}");
        let other = sources.newest(&"acme:other".parse().unwrap(), &source, &asked);
        let error = other.unwrap_err().to_string();
        assert!(error.contains("acme:demo, not acme:other"), "{error}");
        let newer = VersionReq::parse("^3").unwrap();
        let none = sources.newest(&"acme:demo".parse().unwrap(), &source, &newer);
        let error = none.unwrap_err().to_string();
        assert!(
            error.contains("has no version ^3 of it; it has 1."),
            "{error}"
        );
    }
}

#[test]
fn a_layout_with_a_changed_byte_is_refused() {
    let place = place();
    let layout = Source::Layout("layout".into());
    let target = Source::Layout(place.path.join("layout"));
    push(&target, &signed("1.0.0")).unwrap();
    let digest = crate::sign::Digest::of(&COMPONENT).hex();
    let blob = place.path.join("layout/blobs/sha256").join(digest);
    std::fs::write(&blob, b"other bytes").unwrap();
    let found =
        sources(&place.path).newest(&"acme:demo".parse().unwrap(), &layout, &VersionReq::STAR);
    let error = found.unwrap_err().to_string();
    assert!(error.contains("has the bytes of sha256:"), "{error}");
}

#[test]
fn a_bundle_has_the_same_bytes_each_time_and_nothing_that_leads_outside() {
    let contents = signed("1.0.0");
    let bundle = Bundle {
        project: BTreeMap::from([(String::from("packs.lock"), String::from("x"))]),
        packs: BTreeMap::from([("acme:demo".parse().unwrap(), contents)]),
        ..Bundle::default()
    };
    let bytes = |bundle: &Bundle| {
        let mut bytes = Vec::new();
        bundle.write(&mut bytes).unwrap();
        bytes
    };
    let first = bytes(&bundle);
    assert_eq!(bytes(&Bundle::read(first.as_slice(), "b").unwrap()), first);
    let with = |path: &str, kind: tar::EntryType| {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_ustar();
        header.set_entry_type(kind);
        header.set_size(0);
        // The safe way to write a path refuses what is tested here.
        header.as_mut_bytes()[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, std::io::empty()).unwrap();
        let bytes = builder.into_inner().unwrap();
        Bundle::read(bytes.as_slice(), "b").unwrap_err().to_string()
    };
    let file = tar::EntryType::Regular;
    assert!(with("../packs.lock", file).contains("outside of the pack"));
    assert!(with("/etc/passwd", file).contains("outside of the pack"));
    assert!(with("packs/a/b", tar::EntryType::Symlink).contains("is no file"));
    assert!(with("other", file).contains("does not belong there"));
    assert!(Bundle::read(&b"no tar"[..], "b").is_err());
}

#[test]
fn what_is_no_pack_is_refused() {
    let refused = |change: &dyn Fn(&mut Files)| {
        let mut files = files("1.0.0");
        change(&mut files);
        Contents::from_files(files, "test").unwrap_err().to_string()
    };
    let error = refused(&|files| drop(files.remove(Utf8Path::new("pack.toml"))));
    assert!(error.contains("it has no pack.toml"), "{error}");
    let error = refused(&|files| drop(files.remove(Utf8Path::new("demo.wasm"))));
    assert!(
        error.contains("demo.wasm that its manifest names is missing"),
        "{error}"
    );
    for path in [
        "../x",
        "/x",
        "a/./x",
        "signatures/x/y.minisig",
        "signatures/x",
    ] {
        let error = refused(&|files| drop(files.insert(path.into(), Vec::new())));
        assert!(error.contains("holds no pack"), "{path}: {error}");
    }
}

#[test]
fn a_folder_gives_what_its_manifest_names_and_follows_no_link_out_of_it() {
    let place = place();
    let folder = place.path.join("pack");
    signed("1.0.0").write(&folder).unwrap();
    std::fs::write(folder.join("notes.txt"), "private").unwrap();
    let contents = Contents::from_folder(&folder).unwrap();
    assert!(contents.file("notes.txt".into()).is_none());
    assert_eq!(contents.signatures().len(), 1);
    std::fs::write(place.path.join("secret.wasm"), "secret").unwrap();
    std::fs::remove_file(folder.join("demo.wasm")).unwrap();
    std::os::unix::fs::symlink("../secret.wasm", folder.join("demo.wasm")).unwrap();
    let error = Contents::from_folder(&folder).unwrap_err().to_string();
    assert!(error.contains("demo.wasm"), "{error}");
}

#[test]
fn nothing_is_fetched_offline() {
    let place = place();
    let registry = Source::Registry(String::from("localhost:1/acme/demo"));
    let name = "acme:demo".parse().unwrap();
    let found = sources(&place.path).newest(&name, &registry, &VersionReq::STAR);
    assert!(matches!(found, Err(SourceError::Offline { .. })));
}

#[test]
fn tags_and_versions_are_the_same() {
    let place = place();
    let layout = Source::Layout(place.path.join("layout"));
    for version in ["1.0.0-rc.1", "1.0.0+build.2", "1.0.0"] {
        push(&layout, &signed(version)).unwrap();
    }
    let name = "acme:demo".parse().unwrap();
    let asked = VersionReq::parse("=1.0.0-rc.1").unwrap();
    let found = sources(&place.path).newest(&name, &layout, &asked).unwrap();
    assert_eq!(
        found.manifest.pack.version,
        Version::parse("1.0.0-rc.1").unwrap()
    );
}
