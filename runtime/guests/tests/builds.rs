//! The same sources make the same guest, in whatever folder they stand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use windlass_guests::{build, find, module, packages};

/// A guest with a crate in its folder and one beside it; each says where it is at fault.
const FILES: [(&str, &str); 6] = [
    (
        "pack/Cargo.toml",
        "[package]\nname = \"guest\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\ncrate-type = [\"cdylib\"]\n\n\
         [dependencies]\ninside = { path = \"inside\" }\nbeside = { path = \"../beside\" }\n\n[profile.release]\n\
         lto = true\ncodegen-units = 1\npanic = \"abort\"\nstrip = true\n\n[workspace]\nexclude = [\"beside\"]\n",
    ),
    (
        "pack/src/lib.rs",
        "static PLACE: &str = file!();\n\n#[unsafe(no_mangle)]\npub extern \"C\" fn guest(number: usize) -> usize {\n    \
         PLACE.len() + inside::of(number) + beside::of(number)\n}\n",
    ),
    (
        "pack/inside/Cargo.toml",
        "[package]\nname = \"inside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    (
        "pack/inside/src/lib.rs",
        "pub fn of(number: usize) -> usize {\n    assert!(number > 1, \"inside\");\n    number\n}\n",
    ),
    (
        "beside/Cargo.toml",
        "[package]\nname = \"beside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n",
    ),
    (
        "beside/src/lib.rs",
        "pub fn of(number: usize) -> usize {\n    assert!(number > 2, \"beside\");\n    number\n}\n",
    ),
];

/// Builds it in a folder, with the crate beside it or without.
fn guest(folder: &Path, outside: bool) -> Vec<u8> {
    for (path, text) in FILES {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let text = match outside {
            true => text.to_owned(),
            false => text.replace("../beside", "beside"),
        };
        fs::write(path, text).unwrap();
    }
    if !outside {
        fs::rename(folder.join("beside"), folder.join("pack/beside")).unwrap();
    }
    let compiler = find(|_| ()).unwrap();
    let target = folder.join("built");
    let manifest = folder.join("pack/Cargo.toml");
    let packages = packages(&manifest).unwrap();
    assert!(packages.iter().all(|package| package.outside == outside));
    let guests = packages.iter().filter(|package| package.name == "guest");
    let status = build(&manifest, &target, guests, &compiler)
        .arg("--offline")
        .status();
    assert!(status.unwrap().success());
    fs::read(module(&target, "guest")).unwrap()
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[test]
fn another_folder_makes_the_same_guest() {
    let folder = tempfile::tempdir().unwrap();
    for (outside, beside) in [(false, "beside/src/lib.rs"), (true, "../beside/src/lib.rs")] {
        let build = |name: &str| guest(&folder.path().join(format!("{outside}/{name}")), outside);
        let (one, other) = (build("one"), build("with a space/and deeper"));
        for guest in [&one, &other] {
            assert!(has(guest, "inside/src/lib.rs") && has(guest, beside));
            assert!(!has(guest, folder.path().to_str().unwrap()));
        }
        assert!(one == other, "{} and {} bytes", one.len(), other.len());
    }
}
