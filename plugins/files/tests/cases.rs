//! The case files beside this crate, and those that `WINDLASS_CASES` names.
#![allow(clippy::panic)]

use std::path::{Path, PathBuf};

use windlass_plugin_files::NAMESPACE;
use windlass_plugin_testing::{read_cases, run_cases};

fn provided(subject: &str) -> bool {
    NAMESPACE
        .describe_operations()
        .iter()
        .any(|info| info.name == subject)
        || NAMESPACE
            .describe_facts()
            .iter()
            .any(|info| info.name == subject)
}

fn all_pass(path: &Path) {
    let cases =
        read_cases(path, &provided).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!cases.is_empty(), "{} has no cases", path.display());
    let failures = run_cases(&NAMESPACE, &cases);
    for failure in &failures {
        eprintln!("{}\n   {}", failure.id, failure.why);
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases failed",
        failures.len(),
        cases.len()
    );
}

#[test]
fn own_cases_pass() {
    all_pass(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("cases"));
}

/// For work with a larger collection: a file, or a folder of them.
#[test]
fn cases_from_the_environment_pass() {
    if let Some(path) = std::env::var_os("WINDLASS_CASES") {
        all_pass(Path::new(&path));
    }
}
