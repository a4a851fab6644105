//! The book says what the code has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};

use windlass_engine::arguments::GlobalArguments;

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src")
}

#[test]
fn every_global_argument_is_described_and_no_other() {
    let page = fs::read_to_string(book().join("arguments.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let mut described: Vec<&str> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`'))
        .filter(|word| word.starts_with('_'))
        .collect();
    let mut known = GlobalArguments::NAMES.to_vec();
    known.extend(["_if", "_retry_until"]);
    known.sort_unstable();
    described.sort_unstable();
    assert_eq!(described, known);
}

#[test]
fn every_chapter_exists_and_is_in_the_summary() {
    let summary = fs::read_to_string(book().join("SUMMARY.md")).unwrap();
    let linked: Vec<&str> = summary
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(path, _)| path)
        .collect();
    for path in &linked {
        assert!(
            book().join(path).is_file(),
            "SUMMARY.md links {path}, which is not there"
        );
    }
    for folder in ["", "design", "developing", "sdks"] {
        for entry in fs::read_dir(book().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = Path::new(folder).join(&name).to_string_lossy().into_owned();
            let chapter = name.ends_with(".md") && name != "SUMMARY.md";
            assert!(
                !chapter || linked.contains(&path.as_str()),
                "{path} is not in SUMMARY.md"
            );
        }
    }
}
