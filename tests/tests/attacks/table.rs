//! The table of attacks in the docs and the tests are of each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The source of the tests of a module, of the attacks or beside them.
fn source(module: &str) -> String {
    let tests = root().join("tests/tests");
    let paths = [
        tests.join(format!("attacks/{module}.rs")),
        tests.join(format!("{module}.rs")),
    ];
    let found = paths.iter().find_map(|path| fs::read_to_string(path).ok());
    found.unwrap_or_else(|| panic!("there are no tests `{module}`"))
}

/// The tests of a source, each with its text.
fn tests(source: &str) -> Vec<(&str, &str)> {
    let parts = source.split("#[test]\nfn ").skip(1);
    parts
        .map(|part| (part.split('(').next().unwrap_or_default(), part))
        .collect()
}

/// Text as it is compared: without what a literal needs, and with single spaces.
fn plain(text: &str) -> String {
    let text = text.replace("\\\n", "").replace('\\', "");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn each_attack_has_its_test_and_each_test_its_attack() {
    let page = fs::read_to_string(root().join("docs/src/design/attacks.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| "));
    let mut named = BTreeSet::new();
    for row in rows.filter(|row| row.contains("::")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, _, says, test, _] = cells.as_slice() else {
            panic!("a row has three cells: {row}");
        };
        let test = test.trim_matches('`');
        let (module, name) = test.split_once("::").unwrap();
        let source = source(module);
        let all = tests(&source);
        let Some((_, text)) = all.iter().find(|(known, _)| *known == name) else {
            panic!("there is no test {test}: {row}");
        };
        let text = plain(text);
        for part in says.split('…').map(plain).filter(|part| !part.is_empty()) {
            assert!(text.contains(&part), "{test} does not look for `{part}`");
        }
        named.insert(test.to_owned());
    }
    for entry in fs::read_dir(root().join("tests/tests/attacks")).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap();
        let source = fs::read_to_string(&path).unwrap();
        for (name, _) in tests(&source).into_iter().filter(|_| module != "table") {
            let test = format!("{module}::{name}");
            assert!(named.contains(&test), "{test} is not in the table");
        }
    }
}
